"""Grids too large for every `make test`: it takes a sample, `make test-slow` a larger one, `make test-exhaustive` the
rest."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

SEED = 20261130
"""Of every sample."""
WHOLE = 6
"""A test with no more slow cases has all of them run by `make test-slow`."""
SHARE = 3
"""Of a longer one, one in so many is."""


def sampled(cases: Iterable[Any], count: int, always: Iterable[Any] = ()) -> list[Any]:
    """The cases of a `parametrize`, in order; all but `always` and `count` others, drawn by a seed, are marked slow."""
    every, kept = list(cases), list(always)
    assert all(case in every for case in kept), "a case that is always taken is not among the cases"
    others = [at for at, case in enumerate(every) if case not in kept]
    chosen = set(random.Random(SEED).sample(others, min(count, len(others))))
    return [
        pytest.param(case, marks=pytest.mark.slow) if at in others and at not in chosen else case
        for at, case in enumerate(every)
    ]


def leave_the_rest(items: Sequence[pytest.Item]) -> None:
    """Marks `exhaustive` what `make test-slow` leaves out of long grids, drawn by a seed, test by test."""
    grids: dict[tuple[Path, str], list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("slow"):
            grids[item.path, item.nodeid.partition("[")[0]].append(item)
    for (_, name), grid in grids.items():
        kept = len(grid) if len(grid) <= WHOLE else max(WHOLE, len(grid) // SHARE)
        chosen = {id(item) for item in random.Random(f"{SEED} {name}").sample(grid, kept)}
        for item in grid:
            if id(item) not in chosen:
                item.add_marker(pytest.mark.exhaustive)
