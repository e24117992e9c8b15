"""pass@k against every way of drawing k of n samples."""

from __future__ import annotations

from itertools import combinations

import pytest

from bench.stats import pass_at_k


@pytest.mark.parametrize("samples", range(1, 7))
def test_it_is_the_share_of_all_draws_with_a_pass(samples: int) -> None:
    for passed in range(samples + 1):
        outcomes = [True] * passed + [False] * (samples - passed)
        for k in range(1, samples + 1):
            draws = [any(draw) for draw in combinations(outcomes, k)]
            assert pass_at_k(samples, passed, k) == pytest.approx(sum(draws) / len(draws))


def test_large_numbers_do_not_overflow() -> None:
    assert 0 < pass_at_k(10_000, 1, 5000) < 1


@pytest.mark.parametrize(("samples", "passed", "k"), [(3, 4, 1), (3, -1, 1), (3, 1, 0), (3, 1, 4), (0, 0, 1)])
def test_nonsense_is_refused(samples: int, passed: int, k: int) -> None:
    with pytest.raises(ValueError, match="samples passed"):
        pass_at_k(samples, passed, k)
