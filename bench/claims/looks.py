"""A claim judged while its run goes on: whole waves of items, with p-values that stay valid over all planned looks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bench.claims.pairs import Pairs
from bench.claims.parts.result import PartResult
from bench.claims.scope import MEAN, Scope
from bench.claims.verdict import Verdict
from bench.errors import UsageError
from bench.language import tr
from bench.records import SUCH, Claim, RecordedLooks, RunRecord, has_answer
from bench.stats import Interval, Shape, levels, sequential_p

if TYPE_CHECKING:
    import pandas as pd

LEAST_LEVEL = 1e-12
"""No interval is made at a smaller risk: an early look at a claim of high confidence has next to none."""
LARGEST = 600.0
"""Logarithm of the largest factor by which earlier losses count."""
BETS_ON = ("quality", "cost")
"""Keys of the parts that --anytime judges: their values are bounded."""
Key = tuple[str, str]
"""A suite, or MEAN, and a part's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much of each suite the looks see, planned before the first call."""

    items: Mapping[str, tuple[int, ...]]
    """By suite: items asked by the end of each wave."""
    shape: Shape
    """How the risk is spread over the looks."""
    whole_clusters: bool = False
    """Whether waves are whole clusters of items."""

    @property
    def count(self) -> int:
        """Planned looks."""
        return max(len(each) for each in self.items.values())

    def fractions(self, suite: str) -> tuple[float, ...]:
        """The share of a suite's items at each look; of several suites the mean of theirs."""
        chosen = list(self.items.values()) if suite == MEAN else [self.items[suite]]
        return tuple(sum(ends[at] / ends[-1] for ends in chosen) / len(chosen) for at in range(len(chosen[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What the looks at a claim rest on."""

    sizes: Sizes
    """The planned looks."""
    pairs: tuple[Pairs, ...]
    """Both models' answers at each look that was taken, the last one the latest; a look sees all waves before it."""
    settled: Verdict | None = None
    """The verdict that the items left could not change any more; None where they could."""
    recorded_at: str = ""
    """When the looks were recorded; UTC, ISO 8601."""
    after: int = 0
    """Items that both were asked after the last look here."""
    carried: Mapping[str, float] = field(default_factory=dict)
    """Of bets: logarithm of what earlier runs on other items hold, by `bet_key`."""
    unknown_bets: bool = False
    """Whether the record tells of such bets, but the runs that made them are not here, or say otherwise."""


def bet_key(suite: str, part: str, *, against: bool) -> str:
    """The name of a bet on a part of a claim."""
    return f"{suite}/{part}/{'against' if against else 'for'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """At which look a claim stands."""

    look: int
    """The look, from 1: the one that decided it, or else the latest."""
    of: int
    """Planned looks."""
    decided: bool
    """Whether that look decided it."""
    settled: bool
    """Whether it did so because the items left could not change the verdict any more."""
    after: int
    """Items that both models were asked after it."""

    @property
    def early(self) -> bool:
        """Whether it was decided before the last look."""
        return self.decided and self.look < self.of


@dataclass(slots=True)
class History:
    """The p-values of a claim's parts over the looks so far; each part keeps its crossing."""

    sizes: Sizes
    """The planned looks."""
    supported: dict[Key, list[float]] = field(default_factory=dict)
    """Each look's own p-values for."""
    refuted: dict[Key, list[float]] = field(default_factory=dict)
    """Each look's own p-values against."""
    carried: Mapping[str, float] = field(default_factory=dict)
    """See `Looks`."""

    def add(self, key: Key, result: PartResult) -> PartResult:
        """The result of one more look, its p-values those of all looks so far."""
        against = self.refuted.setdefault(key, [])
        in_favour = self.supported.setdefault(key, [])
        p_for, p_against = (
            p * math.exp(min(-self.carried.get(bet_key(*key, against=at), 0.0), LARGEST))
            for p, at in ((result.p_supported, False), (result.p_refuted, True))
        )
        in_favour.append(1.0 if result.problem else p_for)
        against.append(p_against)
        fractions, shape = self.sizes.fractions(key[0]), self.sizes.shape
        return replace(
            result,
            p_supported=sequential_p(in_favour, fractions, shape),
            p_refuted=sequential_p(against, fractions, shape),
        )


def at_look(scope: Scope, sizes: Sizes, look: int) -> Scope:
    """A scope whose claim takes the risk that its look, from 0, may take: its intervals hold over all looks."""
    level = max(levels(sizes.fractions(scope.suite), scope.claim.alpha, Shape(sizes.shape))[look], LEAST_LEVEL)
    return replace(scope, claim=replace(scope.claim, confidence=1 - level), anytime=sizes.shape is Shape.ANYTIME)


def interval_95(scope: Scope, sizes: Sizes, look: int, test: Callable[[Scope], PartResult]) -> Interval:
    """The 95 % interval that holds over all looks; `scope` is the claim's own."""
    half = replace(scope, claim=replace(scope.claim, confidence=0.975))
    return test(at_look(half, sizes, look)).interval


def shown_before(result: PartResult, alpha: float) -> PartResult:
    """A part that an earlier look has shown stays shown, whatever keeps this look from it."""
    return replace(result, problem=None, blocked=None) if result.p_supported <= alpha else result


def reading_at(about: str, sizes: Sizes, look: int) -> str:
    """The reading that a look is judged in: of whole clusters an interim look has met only some kinds of task, so
    that it speaks of these kinds no better than of others like them."""
    return SUCH if sizes.whole_clusters and look < sizes.count - 1 else about


def sizes_of(recorded: RecordedLooks) -> Sizes:
    """The planned looks of a run. ValueError for a shape that this version does not know."""
    return Sizes(items=recorded.items, shape=Shape(recorded.shape), whole_clusters=recorded.whole_clusters)


def waves(items: pd.DataFrame, record: RunRecord) -> pd.Series[int]:
    """Each row's wave, from 0; by its place in the plan, where the models of an item stand back to back."""
    assert record.looks is not None
    places = (items["order"] // max(1, len(record.models))).astype(int)
    return places.map(record.looks.wave_of)


def seen(record: RunRecord, claim: Claim) -> int:
    """How many looks, of those taken, saw answers of both models of a claim to every item."""
    looks = record.looks
    if looks is None:
        return 0
    sides = {claim.candidate, claim.baseline}
    return sum(1 for at in range(len(looks.taken)) if not sides & looks.left_before(at))


def of_claim(
    items: pd.DataFrame,
    record: RunRecord,
    claim: Claim,
    pair: Callable[[pd.DataFrame], Pairs],
    bets: Mapping[str, float],
) -> Looks | None:
    """The looks at a claim, as far as they were taken; None for a run without looks, or before the first. `bets`: what
    earlier runs are known to hold, as `RecordedLooks.carried`. UsageError where the record's looks are damaged."""
    try:
        recorded, count = record.looks, seen(record, claim)
        if recorded is None or not count:
            return None
        settled = None if record.derived else _settled(recorded, claim)
        if settled:
            count = min(count, recorded.look_of(claim.name) or count)
        wave = waves(items, record)
        pairs = tuple(pair(items[wave <= at]) for at in range(count))
        suites = set(pairs[-1].suites)
        sizes = sizes_of(recorded)
        return Looks(
            sizes=replace(sizes, items={suite: ends for suite, ends in sizes.items.items() if suite in suites}),
            pairs=pairs,
            settled=settled,
            recorded_at=recorded.recorded_at,
            carried=_of_name(bets, claim.name),
            unknown_bets=bool(_of_name(recorded.carried, claim.name)) and not _of_name(bets, claim.name),
            after=_asked_after(items, wave, claim, pairs[-1], count),
        )
    except (ValueError, IndexError) as error:
        raise UsageError(f"run.json: its looks are damaged ({error}).") from error


def _of_name(bets: Mapping[str, float], claim: str) -> dict[str, float]:
    """The bets on one claim, by `bet_key`."""
    return {key.removeprefix(f"{claim}/"): held for key, held in bets.items() if key.startswith(f"{claim}/")}


def _settled(recorded: RecordedLooks, claim: Claim) -> Verdict | None:
    said = recorded.taken[-1].settled.get(claim.name)
    return None if said is None or recorded.claims.get(claim.name) != claim.sha256 else Verdict(said)


def _asked_after(items: pd.DataFrame, wave: pd.Series[int], claim: Claim, last: Pairs, count: int) -> int:
    """Items of the claim's suites that both its models answered in waves after its last look."""
    later = items[(wave >= count) & items["suite"].isin(list(set(last.suites))) & has_answer(items)]
    sides = [set(_keys(later[later["model"] == label])) for label in (claim.candidate, claim.baseline)]
    return len(sides[0] & sides[1])


def _keys(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    yield from zip(rows["task"], rows["item"], strict=True)


def alone(suite: str, result: PartResult, sizes: Sizes, look: int) -> PartResult:
    """The result of one look as if no other had been taken, its p-values those of the design."""
    fractions, none = sizes.fractions(suite), [1.0] * look
    return replace(
        result,
        p_supported=sequential_p([*none, result.p_supported], fractions, sizes.shape),
        p_refuted=sequential_p([*none, result.p_refuted], fractions, sizes.shape),
    )


def not_by_bets(part: str, about: str, sizes: Sizes) -> str | None:
    """Why bets do not judge a part in a reading; None where they do, or nothing is bet."""
    if sizes.shape is not Shape.ANYTIME:
        return None
    if about == SUCH:
        return tr("not judged with --anytime, whose bets are on these kinds of task")
    return None if part in BETS_ON else tr("{part} is not judged with --anytime: nothing bounds it", part=part)
