"""Likeness beyond difficulty: nothing is seen in independent models, and a copier is."""

from __future__ import annotations

import numpy as np
import pytest

from bench.stats import Alike, Floats, alike, same_wrong, similarity

VENDORS = [f"v{at}" for at in range(8)]
ITEMS = [str(at) for at in range(500)]


def world(rng: np.random.Generator, copied: float, models: int = 8, items: int = 500) -> Floats:
    """Independent models, given how hard an item is; the second copies a share of the first's successes."""
    hard, able = rng.normal(0, 1.5, items), rng.normal(0.7, 0.5, models)
    scores = (rng.random((models, items)) < 1 / (1 + np.exp(-(able[:, None] + hard)))).astype(float)
    taken = rng.random(items) < copied
    scores[1, taken] = scores[0, taken]
    return scores


def found(scores: Floats, pair: tuple[int, int] = (0, 1)) -> Alike:
    seen = alike(scores, VENDORS[: len(scores)], ITEMS[: scores.shape[1]], pair)
    assert seen is not None
    return seen


def test_a_copier_is_seen_and_a_stranger_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "DRAWS", 200)
    scores = world(np.random.default_rng(3), 0.3)
    copier, stranger = found(scores).excess, found(scores, (0, 2)).excess
    assert copier is not None
    assert stranger is not None
    assert (copier.low or 0) > 0
    assert (stranger.low or 0) < 0 < (stranger.high or 0)


def test_the_order_of_two_models_and_of_items_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "DRAWS", 50)
    scores = world(np.random.default_rng(4), 0.1)
    assert found(scores).residual.estimate == pytest.approx(found(scores, (1, 0)).residual.estimate)
    assert found(scores[:, ::-1]).residual.estimate == pytest.approx(found(scores).residual.estimate)


def test_models_of_one_vendor_do_not_say_how_hard_its_items_are() -> None:
    scores = world(np.random.default_rng(5), 0.0)[:5]
    assert alike(scores, ["a", "b", "c", "d", "e"], ITEMS, (0, 1)) is not None
    assert alike(scores, ["a", "b", "a", "d", "e"], ITEMS, (0, 1)) is None, "two others are too few"
    assert alike(scores[:, :20], ["a", "b", "c", "d", "e"], ITEMS[:20], (0, 1)) is None


def test_a_model_that_solves_everything_has_no_correlation() -> None:
    scores = world(np.random.default_rng(6), 0.0)
    scores[0] = 1.0
    assert alike(scores, VENDORS, ITEMS, (0, 1)) is None


def test_equal_wrong_answers_count_beyond_what_others_give() -> None:
    """Everybody falls into one trap on every second item; the first two share their own mistakes besides."""
    rng = np.random.default_rng(7)
    answers: list[dict[int, str]] = [{} for _ in range(5)]
    for item in range(200):
        own = str(rng.integers(1000))
        for at, mine in enumerate(answers):
            mine[item] = "trap" if item % 2 else own if at < 2 and rng.random() < 0.5 else str(rng.integers(1000))
    shared, alone = same_wrong(answers, ITEMS[:200], (0, 1)), same_wrong(answers, ITEMS[:200], (2, 3))
    assert shared is not None
    assert alone is not None
    assert (shared.excess.low or 0) > 0.02
    assert alone.excess.estimate == pytest.approx(0.0, abs=0.02)
    assert alone.chance == pytest.approx(0.5, abs=0.02)
    assert same_wrong(answers, ITEMS[:200], (0, 1)) == shared
    assert same_wrong([{0: "a"}, {0: "a"}, {0: "b"}], ITEMS, (0, 1)) is None


@pytest.mark.slow
@pytest.mark.parametrize("models", [6, 8, 16])
def test_coverage_and_power(models: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 200 worlds of independent models the interval holds 0 in 93 to 97 %, within three standard errors; a copier of
    30 % of the answers is found at n = 500 in nine of ten or more."""
    monkeypatch.setattr(similarity, "DRAWS", 300)
    rng = np.random.default_rng(11)
    seen = [found(world(rng, 0.0, models)).excess for _ in range(200)]
    covered = sum((each.low or 0) <= 0 <= (each.high or 0) for each in seen if each) / 200
    assert 0.93 - 0.045 <= covered <= 0.97 + 0.045
    copied = [found(world(rng, 0.3, models)).excess for _ in range(60)]
    assert sum((each.low or 0) > 0 for each in copied if each) / 60 >= 0.9


def test_of_many_models_some_pairs_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "DRAWS", 100)
    monkeypatch.setattr(similarity, "MOST_PAIRS", 7)
    scores = world(np.random.default_rng(5), 0.0, items=200)
    assert found(scores).pairs <= 7  # 8 models: pairs are drawn from the names, without a table of all
    monkeypatch.setattr(similarity, "MOST_PAIRS", 9)
    assert found(scores).pairs <= 9  # a table of 28 pairs, of which 9 are drawn


def test_a_pair_that_no_other_pair_stands_beside_has_no_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "DRAWS", 100)
    scores = world(np.random.default_rng(5), 0.0, items=200)
    vendors = ["a", "b", *["c"] * 6]
    alone = alike(scores, vendors, ITEMS[:200], (0, 1))
    assert alone is not None
    assert (alone.pairs, alone.reference, alone.excess) == (0, None, None)


def test_a_curve_that_does_not_settle_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "_STEPS", 1)
    rough = similarity._expected(np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.5, 0.9]))
    assert ((rough > 0) & (rough < 1)).all()


def test_an_item_that_no_other_model_missed_says_nothing_of_chance() -> None:
    wrong = [dict.fromkeys(range(60), "x"), dict.fromkeys(range(60), "x"), dict.fromkeys(range(50), "y")]
    seen = same_wrong(wrong, ITEMS[:60], (0, 1))
    assert seen is not None
    assert (seen.n, seen.share, seen.chance) == (50, 1.0, 0.0)
