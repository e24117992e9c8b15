"""Holm's correction, and what goes with a test of a bound: distances, items needed, hulls."""

from __future__ import annotations

import pytest

from bench.stats import Interval, holm
from bench.stats.strata import detectable, hull, needed


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_distances_and_hulls() -> None:
    assert detectable(0.0, 10, 0.05) is None
    assert detectable(0.3, 100, 0.05) == pytest.approx(2.486 * 0.03, rel=1e-3)
    assert needed(0.3, 0.0, 1, 0.05) is None
    assert needed(0.3, 0.03, 1, 0.05) == 619
    assert needed(0.3, 3.0, 99, 0.05) == 99
    open_ended, closed = Interval(0.0, None, 0.1, 4), Interval(0.0, -0.2, 0.05, 4)
    assert hull(open_ended, closed) == Interval(0.0, None, 0.1, 4)
    assert hull(closed, open_ended).high == 0.1
    assert hull(closed, Interval(0.0, -0.1, None, 4)) == Interval(0.0, -0.2, None, 4)
