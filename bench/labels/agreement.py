"""How far two raters agree: the ceiling of what any judge can agree with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from bench.records import LabelRow
from bench.stats import Interval, proportion_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two raters' labels of the same answers."""

    measure: str
    """"pass" or "preference"."""
    raters: tuple[str, str]
    """Their pseudonyms."""
    share: Interval
    """Of the answers that both labelled, those with the same label; 95 %."""
    kappa: float | None
    """Cohen's: the agreement beyond what their own rates make likely; None where both gave one and the same label to
    all."""


def agreements(rows: Sequence[LabelRow], measure: str) -> Iterator[Agreement]:
    """Every two raters of a measure that have labelled the same answers."""
    given: dict[str, dict[tuple[object, ...], LabelRow]] = {}
    for row in rows:
        if row.measure == measure:
            given.setdefault(row.rater, {})[row.task, row.item, row.repeat, row.model, row.other] = row
    for one, other in combinations(sorted(given), 2):
        keys = sorted(given[one].keys() & given[other].keys(), key=str)
        if not keys:
            continue
        pairs = [(given[one][key].value, given[other][key].value) for key in keys]
        same = [float(a == b) for a, b in pairs]
        share = proportion_interval(same, [given[one][key].cluster for key in keys])
        yield Agreement(measure=measure, raters=(one, other), share=share, kappa=_kappa(pairs))


def _kappa(pairs: Sequence[tuple[float, float]]) -> float | None:
    n, values = len(pairs), {value for pair in pairs for value in pair}
    seen = sum(a == b for a, b in pairs) / n
    chance = sum((sum(a == value for a, _ in pairs) / n) * (sum(b == value for _, b in pairs) / n) for value in values)
    return None if chance >= 1 else (seen - chance) / (1 - chance)
