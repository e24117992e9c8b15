"""The waves of a run that is judged on its way."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.claims import assign
from bench.errors import UsageError
from bench.records import Item
from tests.test_plan import item

MIXED = [item(f"{family}{n}", family, level=1 + n % 2) for family in "abcdef" for n in range(10 + ord(family) % 7)]
SEEDS = range(12)


def by_wave(items: list[Item], looks: int, seed: int, *, whole: bool = False) -> list[list[Item]]:
    wave, sizes = assign(items, looks, seed, whole_clusters=whole)
    parts = [[each for each in items if wave[each.task, each.item] == at] for at in range(looks)]
    assert sum(map(len, parts)) == len(items)
    assert sizes == {"s": tuple(sum(map(len, parts[: at + 1])) for at in range(looks))}
    return parts


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wave_is_an_equal_share_of_every_family_and_level(seed: int) -> None:
    parts = by_wave(MIXED, 5, seed)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    families, levels = Counter(each.family for each in MIXED), Counter(each.level for each in MIXED)
    for at in range(5):
        until = [each for part in parts[: at + 1] for each in part]
        for name, count in families.items():
            assert sum(each.family == name for each in until) == pytest.approx(count * (at + 1) / 5, abs=2)
        for level, count in levels.items():
            assert sum(each.level == level for each in until) == pytest.approx(count * (at + 1) / 5, abs=5)


def test_every_item_is_as_likely_in_every_wave() -> None:
    """Else an early look would speak of other items than the last one."""
    seen = Counter((each.item, at) for seed in range(400) for at, part in enumerate(by_wave(MIXED, 4, seed))
                   for each in part)  # fmt: skip
    assert {each.item for each in MIXED} == {name for name, _ in seen}
    assert all(seen[each.item, at] == pytest.approx(100, abs=45) for each in MIXED for at in range(4))


def test_the_seed_draws_the_waves_and_nothing_else_does() -> None:
    first, _ = assign(MIXED, 5, 1, whole_clusters=False)
    assert assign(MIXED[::-1], 5, 1, whole_clusters=False)[0] == first
    assert assign(MIXED, 5, 2, whole_clusters=False)[0] != first


@pytest.mark.parametrize("seed", SEEDS)
def test_items_that_share_a_source_stay_together(seed: int) -> None:
    items = [item(f"{n}", "f", cluster=f"ticket {n // 3}") for n in range(60)]
    for part in by_wave(items, 4, seed):
        assert set(Counter(each.cluster for each in part).values()) == {3}


@pytest.mark.parametrize("seed", SEEDS)
def test_waves_of_whole_clusters_cut_none_in_two(seed: int) -> None:
    items = [item(f"{family}{n}", family) for family in "abcdefghijklmnopqrst" for n in range(6)]
    for part in by_wave(items, 5, seed, whole=True):
        assert set(Counter(each.cluster for each in part).values()) == {6}
        assert len(part) == 24


def test_what_cannot_be_cut_is_refused() -> None:
    for items, whole in ((MIXED[:4], False), (MIXED[:20], True)):
        with pytest.raises(UsageError, match="--looks 5"):
            assign(items, 5, 1, whole_clusters=whole)
