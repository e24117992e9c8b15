"""From halves to a verdict: supported, refuted or inconclusive, over several suites and several claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.stats.half import Half


class Verdict(StrEnum):
    """What the data say of a claim."""

    SUPPORTED = "supported"
    """Every half holds, at the claim's confidence."""
    REFUTED = "refuted"
    """At least one half fails, at the claim's confidence."""
    INCONCLUSIVE = "inconclusive"
    """The data decide neither."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim's halves and what follows from them."""

    halves: Mapping[tuple[str, str], Half]
    """By (suite, half's name); the suite is "mean" where the claim speaks of the mean over suites."""
    p_supported: float
    """The largest p-value of all halves: an intersection-union test, which needs no correction (Berger 1982)."""
    p_refuted: float
    """The smallest p-value of all halves times their number (Bonferroni): any one of them refutes."""
    failing: tuple[str, str] | None
    """The half that refutes most clearly."""

    def verdict(self, alpha: float) -> Verdict:
        """The verdict at a level; a half with a problem supports nothing."""
        if self.p_supported <= alpha and not self.problems:
            return Verdict.SUPPORTED
        return Verdict.REFUTED if self.p_refuted <= alpha else Verdict.INCONCLUSIVE

    @property
    def problems(self) -> dict[tuple[str, str], str]:
        """Why halves cannot be supported, whatever the numbers."""
        return {key: half.problem for key, half in self.halves.items() if half.problem}

    @property
    def needed(self) -> int | None:
        """Items a suite needs before every half is decided with 80 % power; None if no number would do."""
        counts = [half.needed for half in self.halves.values()]
        return None if None in counts else max((count for count in counts if count is not None), default=None)


def combine(halves: Mapping[tuple[str, str], Half]) -> Judged:
    """The joint test of all halves. ValueError if there are none."""
    if not halves:
        raise ValueError("a claim without halves says nothing")
    worst = min(halves, key=lambda key: halves[key].p_refuted)
    return Judged(
        halves,
        p_supported=max(half.p_supported for half in halves.values()),
        p_refuted=min(1.0, len(halves) * halves[worst].p_refuted),
        failing=worst if halves[worst].p_refuted < 1 else None,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's (1979) adjusted p-values, in the given order: the family-wise error stays below the level."""
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted, so_far = [0.0] * len(p_values), 0.0
    for place, at in enumerate(order):
        so_far = max(so_far, min(1.0, (len(p_values) - place) * p_values[at]))
        adjusted[at] = so_far
    return adjusted
