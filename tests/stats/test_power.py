"""How often a claim would be supported: against measured anchors, and where nothing can be shown."""

from __future__ import annotations

import pytest

from bench.stats import World, families_needed, fixed_power, icc_of, mean_power, power, random_power


def test_the_measured_anchors_are_met() -> None:
    """80 % at equal scores and ICC .1: 138 x 10 or 89 x 48 families; 2 points higher: 55 x 10 or 31 x 48."""
    equal, better = (World(difference=d, discordance=0.1, icc=0.1) for d in (0.0, 0.02))
    for sizes, world in (([10] * 138, equal), ([48] * 89, equal), ([10] * 55, better), ([48] * 31, better)):
        assert random_power(sizes, world, 0.03) == pytest.approx(0.8, abs=0.06)
    assert random_power([10] * 23, equal, 0.03) == pytest.approx(0.22, abs=0.04)
    assert random_power([48] * 18, equal, 0.03) == pytest.approx(0.32, abs=0.04)
    assert fixed_power([10] * 23, equal, 0.03) == pytest.approx(0.45, abs=0.03)
    assert fixed_power([48] * 18, equal, 0.03) == pytest.approx(0.88, abs=0.03)
    assert fixed_power([864], equal, 0.03) < fixed_power([48] * 18, equal, 0.03) - 0.02, "families are strata"
    assert mean_power([[1] * 230, [1] * 864], [equal, equal], 0.03) == pytest.approx(0.74, abs=0.1)
    needed = families_needed([10], equal, 0.03)
    assert needed is not None
    assert 110 <= needed <= 160


def test_too_few_items_or_kinds_show_nothing() -> None:
    world = World(difference=0.02, discordance=0.05)
    assert fixed_power([98], world, 0.03) == 0
    assert random_power([100] * 5, world, 0.03) == 0
    assert families_needed([10], World(difference=0.0, discordance=0.9), 0.01) is None


def test_items_of_one_family_that_lose_together_are_seen_to() -> None:
    families = [f"f{at // 10}" for at in range(200)]
    together = [-1.0 if at // 10 in (3, 11) else 0.0 for at in range(200)]
    apart = [-1.0 if at % 10 == 3 else 0.0 for at in range(200)]
    assert icc_of(together, families) > 0.6
    assert icc_of(apart, families) < 0.1
    assert icc_of([0.0] * 200, families) == pytest.approx(0.1), "nothing differs: the typical one"


def test_families_without_correlation_are_drawn_as_one() -> None:
    apart = World(difference=0.0, discordance=0.1, icc=0.0)
    assert random_power([10] * 60, apart, 0.03) > random_power([10] * 60, World(difference=0.0, discordance=0.1), 0.03)


def test_more_families_than_are_drawn_are_judged_by_the_normal_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(difference=0.0, discordance=0.1)
    drawn = random_power([10] * 150, world, 0.03)
    monkeypatch.setattr(power, "FAMILIES", 100)
    assert (
        random_power([10] * 150, world, 0.03)
        == mean_power([[10] * 150], [world], 0.03)
        == pytest.approx(drawn, abs=0.1)
    )


def test_models_that_never_differ_need_no_draw() -> None:
    assert mean_power([[1] * 50], [World(difference=0.0, discordance=0.0)], 0.03) == 1.0
    assert mean_power([[1] * 50], [World(difference=-1.0, discordance=1.0)], 0.03) == 0.0
    assert World(difference=0.2, discordance=0.1).shares == pytest.approx((0.0, 0.2))


def test_one_family_or_one_item_a_family_has_no_correlation_of_its_own() -> None:
    assert icc_of([1.0, -1.0, 0.0], ["a", "a", "a"]) == icc_of([1.0, -1.0, 0.0], ["a", "b", "c"]) < 0.1
    assert icc_of([1.0, 1.0, 0.0, 0.0] * 3, ["a", "b"] * 6) < 0.1, "families that vary less than their items"
