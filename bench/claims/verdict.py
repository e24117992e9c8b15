"""From parts to a verdict: supported, refuted or inconclusive, over several suites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bench.claims.parts.result import PartResult


class Verdict(StrEnum):
    """What the data say of a claim."""

    SUPPORTED = "supported"
    """Every part holds, at the claim's confidence."""
    REFUTED = "refuted"
    """At least one part fails, at the claim's confidence."""
    INCONCLUSIVE = "inconclusive"
    """The data decide neither."""
    SCREENED = "screened"
    """Of a claim about what people's labels say: there are none, and judges alone decide nothing."""

    @property
    def is_open(self) -> bool:
        """Whether it is neither shown nor refuted."""
        return self in (Verdict.INCONCLUSIVE, Verdict.SCREENED)


@dataclass(frozen=True, slots=True)
class JointTest:
    """A claim's parts and what follows from all of them together."""

    parts: Mapping[tuple[str, str], PartResult]
    """By (suite, part's key); the suite is "mean" where the claim speaks of the mean over suites."""
    p_supported: float
    """The largest p-value of all parts: an intersection-union test, which needs no correction (Berger 1982)."""
    p_refuted: float
    """The smallest p-value of all parts times their number (Bonferroni): any one of them refutes."""
    failing: tuple[str, str] | None
    """The part that refutes most clearly."""

    def verdict(self, alpha: float) -> Verdict:
        """The verdict at a level; a part with a problem supports nothing."""
        if self.p_supported <= alpha and not self.problems:
            return Verdict.SUPPORTED
        return Verdict.REFUTED if self.p_refuted <= alpha else Verdict.INCONCLUSIVE

    @property
    def problems(self) -> dict[tuple[str, str], str]:
        """Why parts cannot be supported, whatever the numbers."""
        return {key: part.problem for key, part in self.parts.items() if part.problem}

    @property
    def needed(self) -> int | None:
        """Items a suite needs before every part is decided with 80 % power; None if no number would do."""
        counts = [part.needed for part in self.parts.values()]
        return None if None in counts else max((count for count in counts if count is not None), default=None)


def combine(parts: Mapping[tuple[str, str], PartResult]) -> JointTest:
    """The joint test of all parts. ValueError if there are none."""
    if not parts:
        raise ValueError("a claim without parts says nothing")
    worst = min(parts, key=lambda key: parts[key].p_refuted)
    return JointTest(
        parts,
        p_supported=max(part.p_supported for part in parts.values()),
        p_refuted=min(1.0, len(parts) * parts[worst].p_refuted),
        failing=worst if parts[worst].p_refuted < 1 else None,
    )
