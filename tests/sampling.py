"""Grids too large for every `make test`: it takes a sample, and `make test-slow` the rest."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest

SEED = 20261130
"""Of every sample."""


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
