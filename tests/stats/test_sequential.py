"""Group-sequential levels and p-values: against published boundaries, and against paths that are drawn."""

from __future__ import annotations

import numpy as np
import pytest
import scipy

from bench.stats import Shape, levels, sequential, sequential_p, shape_for

TEN = [(look + 1) / 10 for look in range(10)]
FIVE = [0.2, 0.4, 0.6, 0.8, 1.0]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Shape.POWER, [2.95, 2.71, 2.56, 2.43, 2.32, 2.23, 2.14, 2.06, 1.99, 1.92]),
        (Shape.LATE, [6.09, 4.23, 3.40, 2.91, 2.58, 2.34, 2.16, 2.01, 1.90, 1.79]),
    ],
)
def test_the_boundaries_are_those_of_the_literature(shape: Shape, expected: list[float]) -> None:
    """Lan & DeMets (1983) with ten equal looks at 5 %, one-sided."""
    assert -scipy.special.ndtri(levels(TEN, 0.05, shape)) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("shape", [Shape.POWER, Shape.LATE])
@pytest.mark.parametrize("fractions", [FIVE, [0.13, 0.5, 1.0], [1.0]])
def test_together_the_looks_err_as_often_as_planned(shape: Shape, fractions: list[float]) -> None:
    rng = np.random.default_rng(7)
    steps = np.sqrt(np.diff([0.0, *fractions]))
    z = np.cumsum(rng.normal(size=(400_000, len(fractions))) * steps, axis=1) / np.sqrt(fractions)
    for alpha in (0.05, 0.025, 0.2):
        crossed = (scipy.special.ndtr(-z) <= levels(fractions, alpha, shape)).any(axis=1)
        assert crossed.mean() == pytest.approx(alpha, abs=4 * np.sqrt(alpha / 400_000))


@pytest.mark.parametrize("shape", list(Shape))
def test_a_p_value_is_the_least_risk_at_which_a_look_decides(shape: Shape) -> None:
    for alpha in (1e-6, 0.01, 0.05, 0.3, 0.9):
        at = levels(FIVE, alpha, shape)
        for look in range(5):
            if at[look] > 1e-14:
                seen = [*([1.0] * look), at[look]]
                assert sequential_p(seen, FIVE, shape) == pytest.approx(alpha, rel=0.01)
    assert sequential_p([], FIVE, shape) == 1.0
    assert sequential_p([0.03], [1.0], shape) == pytest.approx(0.03, rel=1e-3)


def test_a_crossing_is_kept() -> None:
    crossed = sequential_p([0.5, 0.001], FIVE, Shape.POWER)
    assert crossed < 0.05
    assert sequential_p([0.5, 0.001, 0.9, 0.9, 0.9], FIVE, Shape.POWER) == crossed


def test_few_items_keep_their_risk_for_the_end() -> None:
    assert (shape_for(249), shape_for(250)) == (Shape.LATE, Shape.POWER)


@pytest.mark.parametrize("fractions", [[], [0.0, 1.0], [0.5, 0.5], [0.5, 1.1]])
def test_looks_that_do_not_rise_are_refused(fractions: list[float]) -> None:
    with pytest.raises(ValueError, match="must rise"):
        levels(fractions, 0.05, Shape.POWER)


def test_a_bound_that_nothing_need_pass_is_the_lowest_there_is() -> None:
    points, density = np.array([0.0]), np.array([1.0])
    assert sequential._bound(points, density, step=1.0, wanted=2.0, root=1.0) == -sequential._FAR
