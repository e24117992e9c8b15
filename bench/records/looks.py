"""The part of run.json that says when a run may be judged before its end, and what its looks came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from bench.records.hashing import sha256_of
from bench.records.runjson import JsonRecord, require_time

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
"""A wave's number as one sign."""
MOST_LOOKS, MOST_ITEMS = 20, 10**9
"""Looks at a run, and items of a suite, at the most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLook(JsonRecord):
    """One look at whole waves of items."""

    at: str
    """When it was taken; UTC, ISO 8601."""
    items: int
    """Items asked so far, of all suites."""
    spent_usd: Decimal | None = None
    """What the run had cost by then, in USD; None where a cost is unknown."""
    rest_usd: Decimal | None = None
    """What the items not asked yet would cost about, in USD; None where a cost is unknown."""
    decided: Mapping[str, str] = field(default_factory=dict)
    """Claims decided here or before, with their verdicts."""
    settled: Mapping[str, str] = field(default_factory=dict)
    """Of these: claims whose verdict the rest of the items could not change any more, whatever they came to."""
    wealth: Mapping[str, float] = field(default_factory=dict)
    """Of bets: logarithm of what each holds, earlier runs included, by claim, suite, part and direction."""
    futile: tuple[str, ...] = ()
    """Of these: claims that were given up, as neither verdict was likely to be reached any more."""
    left: tuple[str, ...] = ()
    """Models that are asked no more from here on, as no open claim needs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedLooks(JsonRecord):
    """When a run may be judged before its end, recorded before its first call, and what the looks came to."""

    MOST: ClassVar[Mapping[str, int]] = {"taken": MOST_LOOKS}

    claims: Mapping[str, str] = field(default_factory=dict)
    """The claims that are to be decided: name -> sha256 of their words."""
    shape: str
    """How the risk is spread over the looks; see `bench.stats.Shape`."""
    waves: str
    """The wave of each item, a sign of DIGITS for each place in the plan."""
    whole_clusters: bool = False
    """Whether waves are whole clusters of items, and not an equal share of every family."""
    items: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By suite: items asked by the end of each wave."""
    carried: Mapping[str, float] = field(default_factory=dict)
    """Of bets: what earlier runs on other items held at their last look, as `wealth` of a look."""
    carried_from: tuple[str, ...] = ()
    """Those runs, the newest first."""
    sha256: str = ""
    """Hash of all of the above and of the plan."""
    recorded_at: str = ""
    """When it was first recorded; UTC, ISO 8601."""
    taken: tuple[RecordedLook, ...] = ()
    """The looks so far, in order."""

    def __post_init__(self) -> None:
        """ValueError for a time that is none, or sizes that cannot be those of waves."""
        require_time(self.recorded_at, "looks.recorded_at")
        for suite, ends in self.items.items():
            rising = all(a <= b for a, b in zip((0, *ends), ends, strict=False))
            if not (rising and 1 <= len(ends) <= MOST_LOOKS and 0 < ends[-1] <= MOST_ITEMS):
                raise ValueError(f"looks.items.{suite}: 1 to {MOST_LOOKS} rising numbers of items are needed")

    @property
    def count(self) -> int:
        """Planned looks: one after each wave."""
        return max((len(sizes) for sizes in self.items.values()), default=0)

    @property
    def total(self) -> int:
        """Planned items of all suites."""
        return sum(sizes[-1] for sizes in self.items.values())

    def hashed(self, plan_sha256: str) -> str:
        """The hash of the design; a changed margin, order, number of looks or plan is another one."""
        claims, items = dict(self.claims), {suite: list(sizes) for suite, sizes in self.items.items()}
        carried = [dict(self.carried), list(self.carried_from)] if self.carried_from else []
        return sha256_of([plan_sha256, claims, self.shape, self.waves, self.whole_clusters, items, *carried])

    def wave_of(self, rank: int) -> int:
        """The wave, from 0, of an item's place in the plan. ValueError for a place that it has not."""
        if not 0 <= rank < len(self.waves):
            raise ValueError(f"looks.waves: has no place {rank}")
        return DIGITS.index(self.waves[rank])

    def left_before(self, look: int) -> frozenset[str]:
        """Models that were asked no more when the wave of this look, from 0, was asked."""
        return frozenset(label for taken in self.taken[:look] for label in taken.left)

    @property
    def decided(self) -> Mapping[str, str]:
        """Claims decided so far, with their verdicts."""
        return self.taken[-1].decided if self.taken else {}

    def look_of(self, claim: str) -> int | None:
        """The look, from 1, at which a claim was decided; None while it is open."""
        return next((n for n, look in enumerate(self.taken, 1) if claim in look.decided), None)

    def standings(self) -> dict[str, str]:
        """By claim: where it stands, e.g. "supported, decided at look 3 of 5"."""
        places = {}
        for name in dict.fromkeys((*self.claims, *self.decided)):
            at, taken = self.look_of(name), len(self.taken)
            if at is not None and name in self.taken[-1].futile:
                places[name] = f"given up at look {at} of {self.count}"
            elif at is None or (self.decided[name] == "inconclusive" and name not in self.taken[-1].settled):
                places[name] = f"open after look {taken} of {self.count}"
            else:
                how = "settled" if name in self.taken[-1].settled else "decided"
                places[name] = f"{self.decided[name]}, {how} at look {at} of {self.count}"
        return places

    @property
    def done(self) -> bool:
        """Whether every claim that was to be decided is."""
        return bool(self.taken) and set(self.claims) <= set(self.decided)
