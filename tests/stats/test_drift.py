from __future__ import annotations

import numpy as np
import pytest

from bench.stats import Floats, moved


def drawn(rng: np.random.Generator, answers: int, shift: float = 0.0) -> list[Floats]:
    return [rng.normal(prompt, 0.1, (answers, 4)) + shift for prompt in range(20)]


def test_equal_answers_have_not_moved() -> None:
    same = [np.full((3, 5), -1.25) for _ in range(20)]
    seen = moved(same, same)
    assert (seen.distance, seen.p) == (0.0, 1.0)


def test_answers_without_noise_that_all_differ_have_moved() -> None:
    before = [np.full((3, 2), 1.0)] * 20
    seen = moved(before, [each + 0.08 for each in before])
    assert seen.distance == pytest.approx(0.08)
    assert seen.p == 0.0001


def test_one_source_is_rarely_told_apart_and_two_always() -> None:
    rng = np.random.default_rng(5)
    alike = [moved(drawn(rng, 3), drawn(rng, 3)).p for _ in range(40)]
    assert sum(p < 0.05 for p in alike) <= 6
    assert min(alike) > 0.001
    assert all(moved(drawn(rng, 3), drawn(rng, 3, 0.1)).p < 0.001 for _ in range(10))


def test_a_side_without_answers_is_an_error() -> None:
    with pytest.raises(ValueError, match="each prompt needs answers"):
        moved([np.zeros((0, 2))], [np.zeros((1, 2))])
    with pytest.raises(ValueError, match="each prompt needs answers"):
        moved([], [])
