"""The frontier against its definition, and its membership against certainty and chance."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import frontier, membership

POINTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=7)


@given(POINTS)
def test_the_frontier_is_what_nothing_beats(points: list[tuple[int, int]]) -> None:
    expected = [
        not any(s >= score and c <= cost and (s, c) != (score, cost) for s, c in points) for score, cost in points
    ]
    assert frontier([s for s, _ in points], [c for _, c in points]).tolist() == expected


def test_what_is_better_and_cheaper_on_every_item_is_as_sure_as_so_many_items_can_tell() -> None:
    scores = np.array([[1.0, 0.0]] * 24)
    costs = np.array([[0.1, 0.2]] * 24)
    shares = membership(scores, costs, [str(i) for i in range(24)])
    assert shares is not None
    assert shares.tolist() == [1 - 1 / 26, 1 / 26]
    tied = membership(np.ones((6, 2)), costs[:6], list("abcdef"))
    assert tied is not None
    assert tied.tolist() == [1 - 1 / 8, 1 / 8]


def test_equal_scores_leave_the_dearer_model_to_chance() -> None:
    rng = np.random.default_rng(0)
    solved = rng.permutation([1.0, 0.0] * 60)
    scores = np.column_stack([solved, 1 - solved])
    costs = np.tile([0.1, 0.2], (120, 1))
    names = [str(i) for i in range(120)]
    shares = membership(scores, costs, names, seed=1)
    assert shares is not None
    assert shares[0] == 1 - 1 / 122
    assert 0.35 < shares[1] < 0.6
    assert np.array_equal(membership(scores, costs, names, seed=1), shares)  # type: ignore[arg-type]


def test_families_are_drawn_whole() -> None:
    """Six families: the dearer model wins nothing unless the one family it solves is drawn, 1 - (5/6)^6."""
    scores = np.zeros((60, 2))
    scores[:10, 1] = 1.0
    costs = np.tile([0.1, 0.2], (60, 1))
    shares = membership(scores, costs, [str(i // 10) for i in range(60)])
    assert shares is not None
    assert abs(shares[1] - (1 - (5 / 6) ** 6)) < 0.05


def test_few_clusters_say_nothing() -> None:
    assert membership(np.zeros((50, 2)), np.ones((50, 2)), [str(i // 10) for i in range(50)]) is None
