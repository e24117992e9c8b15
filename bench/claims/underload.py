"""Latency under the load that a claim states, from the prompts of `bench run --load`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.claims.case import Case
from bench.claims.rows import Loaded
from bench.records import LoadRow, steady
from bench.stats import Floats


@dataclass(frozen=True, slots=True)
class _Side:
    """One model's prompts at the claimed load."""

    steady: dict[int, LoadRow]
    """Those asked while it was held, by their number."""
    asked: int
    """All of them."""


def under_load(case: Case, rows: Sequence[LoadRow]) -> Case:
    """The case with what was measured at the load that its claim states; unchanged where it states none."""
    claim = case.claim
    if claim.at_load is None:
        return case
    sides = [_side(rows, label, claim.at_load) for label in (claim.candidate, claim.baseline)]
    if not all(side.asked for side in sides):
        return case
    shared = sorted(set(sides[0].steady) & set(sides[1].steady))
    pairs = [(sides[0].steady[number], sides[1].steady[number]) for number in shared]
    clean = [pair for pair in pairs if all(row.timed and row.timing_ok for row in pair)]
    seconds: Floats = np.array([[row.latency_s for row in pair] for pair in clean], dtype=float).reshape(-1, 2)
    loaded = Loaded(seconds=seconds, steady=len(pairs), asked=max(side.asked for side in sides))
    return replace(case, pairs=replace(case.pairs, loaded=loaded))


def _side(rows: Sequence[LoadRow], label: str, at_once: int) -> _Side:
    mine = [row for row in rows if (row.model, row.at_once) == (label, at_once)]
    return _Side({row.number: row for row in steady(mine)}, len(mine))
