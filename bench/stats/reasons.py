"""Why data cannot show something, or show less than they seem to: a reason and its numbers, without a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Reason(Enum):
    """What stands in the way of a result, or beside it."""

    FEW_CLUSTERS = auto()
    """Fewer effective clusters than it takes to speak of other items of the kind."""
    FEW_ITEMS = auto()
    """Fewer independent items than any result within the bound takes."""
    EXACT_TEST = auto()
    """The interval keeps the bound, the exact test just does not."""
    FEW_FAMILIES = auto()
    """Whole families may fail outright and be met by none of these clusters."""
    ZERO_SUM = auto()
    """A side sums to 0: there is no ratio."""
    TAIL_UNBOUNDED = auto()
    """Nothing limits what a value can come to: the interval may be too narrow."""
    TAIL_FEW_ITEMS = auto()
    """Nothing limits side a's values, and the items are too few for that."""
    TAIL_ASSUMED = auto()
    """Nothing limits side a's values, and some as large as may be assumed could still break the bound."""
    TAIL_UNCLEAR = auto()
    """Some of side a's values that reach their limit could still break the bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """A reason and the numbers that a sentence about it needs; what it does not need is None."""

    reason: Reason
    """What stands in the way."""
    stratum: str | None = None
    """The suite it speaks of, where there are several."""
    n: int | None = None
    """Items; of clusters, how many there are."""
    worth: float | None = None
    """How many independent items, or clusters of equal size, they are worth; None for items that are independent."""
    least: float | None = None
    """How many it takes."""
    share: float | None = None
    """FEW_ITEMS: the margin. FEW_FAMILIES: the share of families that may fail outright."""
    chance: float | None = None
    """FEW_FAMILIES: how often items like these would show no loss then."""
    most: float | None = None
    """TAIL_*: the most that a value of side a can come to, known or assumed."""
    cure: float | None = None
    """TAIL_ASSUMED, TAIL_UNCLEAR: the limit at which the same values would show it; None where no limit would."""
    enough: int | None = None
    """TAIL_ASSUMED, TAIL_UNCLEAR: how many items of the same values would show it; None where no likely number does."""
