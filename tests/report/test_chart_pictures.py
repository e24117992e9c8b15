"""Every chart with 2, 5 and 12 models: no text touches another, all of it is on the page and large enough."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.report import RunComparison, SuiteRow
from bench.report.charts import (
    ForestRow,
    PlanePoint,
    Shape,
    costbridge,
    latency,
    levels,
    pareto,
    plane,
    speedcost,
    style,
    tokens,
)
from bench.report.charts.forest import draw as draw_forest
from bench.report.charts.latency import METRICS, Curve
from bench.report.numbers.bridge import Bridge
from bench.report.numbers.pairwise import Difference, Place
from bench.stats import BridgeStep, Interval
from tests import runjson
from tests.report.pictures import faults, written

CAPTION = (
    "n = 240 (coding), 240 (reasoning) items; 2026-11-22, run 20261122T075509Z-a17a3e91; list prices of 2026-11-22."
)
NAMES = (
    "claude-opus-5-5", "qwen3.8-max", "deepseek-v4-pro", "gpt-6.1-sol", "kimi-k3", "glm-5.3", "ernie-5-turbo",
    "hunyuan-large", "claude-haiku-5", "qwen3.8-flash", "llama-5-70b-instruct", "mistral-large-4",
    "gpt-6.1-mini", "grok-5", "gemini-4-pro", "gemini-4-flash", "nova-3", "command-r-9", "phi-6", "yi-3",
)  # fmt: skip
SHAPES: Sequence[Shape] = ("wide", "square")
every_shape = pytest.mark.parametrize("shape", SHAPES)
every_count = pytest.mark.parametrize(
    ("count", "shape"), [(2, "wide"), (5, "wide"), (5, "square"), (12, "wide"), (12, "square"), (20, "wide")]
)


def around(value: float, reach: float, n: int = 240) -> Interval:
    return Interval(value, value - reach, value + reach, n)


def row(model: str, suite: str, **changes: Any) -> SuiteRow:
    known: dict[str, Any] = dict.fromkeys(SuiteRow.__dataclass_fields__)
    known |= {"n": 240, "planned": 240, "repeats": 1, "missing": 0, "overridden": 0, "timed": 240, "clean": 240}
    return SuiteRow(**{**known, "model": model, "suite": suite, "truncated": 0, **changes})


def compared(count: int, priced: bool = True) -> RunComparison:
    """Models between 30 % and 90 %, costs over three decades, some of them close together."""
    rng = random.Random(count)
    rows, places = [], []
    for suite in ("coding", "reasoning"):
        for at, name in enumerate(NAMES[:count]):
            score, cost = 0.9 - 0.05 * at + rng.uniform(-0.05, 0.05), 10 ** (1 - at / 4 + rng.uniform(-0.3, 0.3))
            usd = Interval(cost, cost * 0.8, cost * 1.2, 240) if priced else None
            time = around(2.0 + at / 3, 0.3)
            rows.append(row(name, suite, score=around(score, 0.06), cost_per_1000_usd=usd, e2e_p50_s=time))
            places += (
                [
                    Place(
                        suite=suite,
                        model=name,
                        n=240,
                        score=score,
                        usd_per_1000=cost,
                        on_frontier=at % 2 == 0,
                        probability=rng.random(),
                    )
                ]
                if priced
                else []
            )
    worst = Difference(
        suite="coding",
        model=NAMES[0],
        other=NAMES[1],
        n=240,
        score=around(0.2, 0.05),
        p=0.001,
        cost_ratio=Interval(0.5, 0.4, 0.6, 240),
    )
    return RunComparison(rows=tuple(rows), record=runjson.record(), places=tuple(places), differences=(worst,))


@every_count
def test_claim_plane(count: int, shape: Shape) -> None:
    rng = random.Random(count)
    verdicts = ("supported", "refuted", "inconclusive", "reported")
    points = []
    for at, name in enumerate(NAMES[:count]):
        ratio, gap = 10 ** rng.uniform(-1.8, 0.3), rng.gauss(-0.03, 0.05)
        cost = Interval(ratio, ratio * 0.7, ratio * 1.4, 240)
        points.append(
            PlanePoint(
                label=name,
                group=("coding", "reasoning")[at % 2],
                ratio=cost,
                difference=around(gap, 0.04),
                verdict=verdicts[at % 4],
                n=240,
            )
        )
    figure = plane.draw(
        points,
        plane.Corner.of({"cheaper_by": 0.9, "worse_by": 0.03}),
        "small-is-enough: inconclusive (exploratory)",
        CAPTION,
        shape,
    )
    assert faults(figure) == []
    texts = [text for text, _, _ in written(figure)]
    numbers = count > style.most_named()
    for at, point in enumerate(points, 1):
        assert (f"{at} " * numbers) + f"{point.label}, {point.group}" in texts
        assert not numbers or str(at) in texts, "its number stands beside it"
    assert "90 % less" in texts, "the claim's own bound is a tick"


@pytest.mark.parametrize("count", [2, 12, 60])
@every_shape
def test_forest(count: int, shape: Shape) -> None:
    rows = [
        ForestRow(
            label=f"family_{at}",
            group=f"suite {at * 3 // count}",
            difference=around(0.01 * (at % 9 - 4), 0.07),
            n=40,
            discordant=at % 5,
            note="too small" if at % 7 == 6 else "",
            pooled=at == count - 1,
        )
        for at in range(count)
    ]
    unknown = Interval(-0.5, None, None, 2)
    rows.append(
        ForestRow(
            label="a-family-with-a-name-that-is-far-too-long", group="x" * 60, difference=unknown, n=2, discordant=None
        )
    )
    assert faults(draw_forest(rows, 0.03, "Where small gains and loses", CAPTION, shape)) == []


@pytest.mark.parametrize("priced", [True, False])
@every_count
def test_cost_against_quality(count: int, priced: bool, shape: Shape) -> None:
    figure = pareto.draw(compared(count, priced), CAPTION, shape)
    assert faults(figure) == []
    texts = [text for text, _, _ in written(figure)]
    for at, name in enumerate(NAMES[:count], 1):
        numbered = f"{at} {name}" in texts
        assert numbered or texts.count(name) in (1, 2), "in the legend, or beside its point in both panels"


def curves(count: int) -> list[Curve]:
    rng = np.random.default_rng(count)

    def seconds(at: int) -> Any:
        return np.sort(np.where(rng.random(60) < 0.05, np.inf, rng.lognormal(at / 6, 0.6, 60)))

    return [
        Curve(suite=suite, model=name, number=at, metric=metric, seconds=seconds(at), clean=at != 1)
        for suite in ("coding", "reasoning")
        for metric in METRICS
        for at, name in enumerate(NAMES[:count])
    ]


@every_count
def test_latency(count: int, shape: Shape) -> None:
    figure = latency.draw(curves(count), CAPTION, shape)
    assert faults(figure) == []
    texts = [text for text, _, _ in written(figure)]
    shown = [f"{name} †" if at == 1 else name for at, name in enumerate(NAMES[:count])]
    assert all(texts.count(name) == (1 if count <= latency.MOST_CURVES else 2) for name in shown)
    assert "† fewer than 95 % were timed cleanly" in " ".join(texts)


@every_count
def test_latency_against_cost(count: int, shape: Shape) -> None:
    figure = speedcost.draw(compared(count), CAPTION, shape)
    assert faults(figure) == []
    texts = [text for text, _, _ in written(figure)]
    for at, name in enumerate(NAMES[:count], 1):
        assert f"{at} {name}" in texts or texts.count(name) == 2, "in the legend, or beside its point in both panels"


@every_count
def test_levels(count: int, shape: Shape) -> None:
    scores = {1: around(0.9, 0.1), 2: around(0.5, 0.3), 3: Interval(0.0, None, None, 1)}
    found = [
        levels.LevelScore(suite, name, at, level, scores[level])
        for suite in ("coding", "reasoning")
        for at, name in enumerate(NAMES[:count])
        for level in (1, 2, 3)
    ]  # fmt: skip
    figure = levels.draw(found, CAPTION, shape)
    assert faults(figure) == []
    texts = [text for text, _, _ in written(figure)]
    each = 1 if count <= levels.MOST_BESIDE else 2
    assert all(texts.count(name) == each for name in NAMES[:count]), "in the legend, or a line in either suite"


@every_shape
def test_more_levels_than_stand_side_by_side_go_on_below(shape: Shape) -> None:
    found = [
        levels.LevelScore("coding", name, at, level, around(0.5 + at / 50, 0.05))
        for at, name in enumerate(NAMES[:6])
        for level in range(1, 13)
    ]
    figure = levels.draw(found, CAPTION, shape)
    assert faults(figure) == []
    places = {text: box.y0 for text, box, _ in written(figure)}
    assert places["level 1"] > places["level 12"]
    assert places[NAMES[5]] > places[NAMES[0]], "the best stands first"


@every_count
def test_tokens(count: int, shape: Shape) -> None:
    means = {"prompt": 300.0, "prompt, from cache": 150.0, "prompt, into cache": 5.0, "answer": 200.0, "reasoning": 1e3}
    means[tokens.CUT] = 90.0
    sums: dict[str, Interval | None] = {"in": around(455, 20), "out": around(1200, 200)}
    found = [
        tokens.TokenUse(suite, name, means, sums) if at else tokens.TokenUse(suite, name, {}, dict.fromkeys(sums))
        for suite in ("coding", "reasoning")
        for at, name in enumerate(NAMES[:count])
    ]
    figure = tokens.draw(found, CAPTION, shape)
    assert faults(figure) == []
    assert [text for text, _, _ in written(figure)].count("unknown") == 4


@every_shape
@pytest.mark.parametrize("suites", [["coding"], ["coding", "reasoning"], ["a", "b", "c"]])
def test_cost_bridge(suites: list[str], shape: Shape) -> None:
    names = ("list price", "tokenizer", "verbosity", "reasoning", "cache", "retries and waste", "solved rate")
    factors = (0.1, 1.2, 0.9, 3.0, 0.97, 1.05, None)
    steps, ratio = [], 1.0
    for name, factor in zip(names, factors, strict=True):
        ratio *= factor or 1
        steps.append(BridgeStep(name, factor, None if factor is None else ratio))
    bridges = [
        Bridge(
            candidate=NAMES[1],
            baseline=NAMES[0],
            suite=suite,
            items=240,
            both_answered=230,
            steps=tuple(steps),
            holds_until=(),
        )
        for suite in suites
    ]
    figure = costbridge.draw(bridges, {"coding": Interval(ratio, ratio / 1.2, ratio * 1.2, 240)}, CAPTION, shape)
    assert faults(figure) == []
    texts = [text for text, _, _ in written(figure)]
    assert texts.count("unknown") == 2 * len(suites), "the solved rate, and its sum"
    assert texts.count("×0.330") == len(suites), "what an item costs"


def test_score_axes_fit_their_data_and_show_a_small_difference_small() -> None:
    figure = style.page(style.Words("t", "s", "c"), "wide", 3.0)[0]
    axes = style.axes(figure, style.Box(1, 1, 6, 4))
    for values, inside in (([61.0, 62.0], (50.0, 73.0)), ([0.0, 99.0], (-4.0, 104.0)), ([97.0, 99.5], (85.0, 104.0))):
        style.score_axis(axes, [*values, None])
        low, high = axes.get_ylim()
        assert inside[0] <= low <= min(values) <= max(values) <= high <= inside[1]
        assert high - low >= 15


def test_a_forest_is_drawn_by_effect_and_says_what_too_small_is() -> None:
    rows = [
        ForestRow(label=label, group="coding", difference=around(gap, 0.1), n=9, discordant=1, note=note, pooled=pooled)
        for label, gap, note, pooled in (
            ("loses", -0.2, "", False), ("gains", 0.3, "too small", False), ("same", 0.0, "", False),
            ("all", 0.9, "", True),
        )
    ]  # fmt: skip
    places = {text: box.y0 for text, box, _ in written(draw_forest(rows, 0.03, "t", CAPTION, "wide"))}
    assert places["gains"] > places["same"] > places["loses"] > places["all"]
    assert "no result on them could decide" in " ".join(places)


def test_a_tiny_ratio_is_a_fraction() -> None:
    corner = plane.Corner.of({"cheaper_by": 0.9})
    assert [corner.tick(ratio) for ratio in (1e-6, 0.01, 1, 3)] == ["1/1,000,000", "99 % less", "same", "3× the cost"]


@pytest.mark.parametrize("kind", ["slide", "paper"])
def test_a_style_stays_legible(kind: style.Style) -> None:
    with style.styled_as(kind):
        drawn = [
            pareto.draw(compared(5), CAPTION, "wide"),
            latency.draw(curves(5), CAPTION, "wide"),
            speedcost.draw(compared(5), CAPTION, "wide"),
        ]
    assert [fault for figure in drawn for fault in faults(figure)] == []
    numbered = [f"5 {NAMES[4]}" in [text for text, _, _ in written(figure)] for figure in (drawn[0], drawn[2])]
    assert numbered == [kind == "slide"] * 2, "names beside five points would cross on a slide"
    titled = ["Score against cost" in [text for text, _, _ in written(figure)] for figure in drawn[:1]]
    assert titled == [kind != "paper"], "a paper sets its own title"
    assert drawn[0].get_size_inches()[0] == style.SIZES[kind]["wide"][0]


def test_a_paper_has_a_pdf_and_a_slide_is_1920_wide(tmp_path: Path) -> None:
    for kind in ("slide", "paper"):
        with style.styled_as(kind):
            files = speedcost.latency_cost(compared(2), CAPTION, tmp_path / kind / "pace")
        names = [file.name for file in files]
        assert names == ["pace.svg", "pace.png", *(["pace.pdf"] if kind == "paper" else []), "pace.csv"]
        assert all(file.is_file() for file in files)
    width = int.from_bytes((tmp_path / "slide" / "pace.png").read_bytes()[16:20])
    assert abs(width - 1920) < 2
    assert (tmp_path / "paper" / "pace.pdf").read_bytes().startswith(b"%PDF")
