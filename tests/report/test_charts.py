"""What the charts of a run hold, and that their files are stable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from bench.cli.report import report
from bench.records import read_table
from bench.records.tables import ItemRow
from bench.report import charts, compare
from bench.report.charts import common, ofrun, pareto, verdicts
from bench.report.charts.forest import TOO_SMALL
from bench.report.charts.latency import MOST_STEPS, Curve, curves
from bench.report.charts.levels import level_scores
from bench.report.charts.tokens import CUT, token_use, tokens
from bench.report.numbers import slices
from bench.report.numbers.pairwise import Difference
from bench.stats import Interval
from tests.report.pictures import faults, table, written
from tests.report.sample_run import ANSWERED, model, not_asked, write_run

CLAIM = {"candidate": "cheap", "baseline": "dear", "suites": [], "over": "each", "cheaper_by": 0.5, "worse_by": 0.2,
         "slower_by": None, "confidence": 0.95, "sha256": "", "recorded_at": None}  # fmt: skip


def rows(count: int = 24, suite: str = "reasoning", **cheap: Any) -> list[ItemRow]:
    """Two models: dear solves two of three items, cheap half of them at a tenth of the cost, in 12 families."""
    made = []
    for n in range(count):
        one = replace(
            ANSWERED, suite=suite, task=suite, item=str(n), family=f"f{n % 12}", cluster=f"f{n % 12}",
            level=1 + n % 2, cost_cap_usd=0.02,
        )  # fmt: skip
        made.append(replace(one, model="dear", score=float(n % 3 > 0), cost_usd=0.01 * (1 + n / 50)))
        made.append(replace(one, model="cheap", score=float(n % 2), cost_usd=0.001 * (1 + n / 90), **cheap))
    return made


def drawn(folder: Path, made: Sequence[ItemRow], shape: charts.Shape = "wide", **manifest: Any) -> dict[str, Path]:
    """Each file of the run's charts by its name."""
    write_run(folder, made, **manifest)
    return {path.name: path for path in charts.write_charts(compare(folder), folder, shape)}


def test_a_run_with_a_claim_has_its_charts_and_no_stale_ones(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "old.svg").write_text("old")
    (tmp_path / "charts" / "mine.txt").write_text("mine")
    found = drawn(tmp_path, rows(), claims={"small is/enough": CLAIM})
    names = ["claim_small-is-enough", "forest_small-is-enough", "cost_quality", "latency", "latency_cost"]
    names += ["levels", "tokens"]
    assert list(found) == [f"{name}.{kind}" for name in names for kind in ("svg", "png", "csv")]
    assert sorted(path.name for path in (tmp_path / "charts").iterdir()) == sorted([*found, "mine.txt"])
    (point,) = table(found["claim_small-is-enough.csv"])
    (opinion,) = compare(tmp_path).ruling.judgements
    assert point["verdict"] == opinion.verdict
    assert float(point["cost_ratio"]) == opinion.test.parts["reasoning", "cost"].estimate
    assert float(point["score_difference_low"]) == opinion.test.parts["reasoning", "quality"].interval.low
    first = {name: path.read_bytes() for name, path in found.items()}
    again = drawn(tmp_path, rows(), claims={"small is/enough": CLAIM})
    assert {name: path.read_bytes() for name, path in again.items()} == first, "the same bytes for the same data"
    assert first["cost_quality.png"].startswith(b"\x89PNG")
    assert b"<title>Score against cost</title>" in first["cost_quality.svg"]


def test_a_square_is_square(tmp_path: Path) -> None:
    write_run(tmp_path, rows(), claims={"c": CLAIM})
    done = CliRunner().invoke(report, [str(tmp_path), "--shape", "square"])
    assert done.exit_code == 0, done.output
    assert f"wrote {tmp_path}/report.html" in done.output
    head = (tmp_path / "charts" / "claim_c.svg").read_text(encoding="utf-8")[:2000]
    assert 'width="432pt" height="432pt"' in head


def test_without_claims_every_model_is_set_against_the_first(tmp_path: Path) -> None:
    three = [replace(row, model="third") for row in rows() if row.model == "cheap"]
    write_run(tmp_path, [*rows(), *three])
    first, found = verdicts.against_first(compare(tmp_path), read_table(tmp_path, "items"))
    assert (first, [row.label for row in found]) == ("dear", ["cheap", "third"])
    write_run(tmp_path, rows(36))
    comparison, items = compare(tmp_path), read_table(tmp_path, "items")
    files = list(ofrun._claims(comparison, items, "caption", tmp_path, "wide"))
    families = sorted(f"f{n}" for n in range(12))
    assert [row["label"] for row in table(files[2])] == [*families, "all of reasoning"]


def test_nothing_scored_draws_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    made = [replace(row, score=None, outcome="infrastructure") for row in rows(2)]
    assert {name.partition(".")[0] for name in drawn(tmp_path, made)} == {"cost_quality"}
    assert drawn(tmp_path / "none", [], suites={}, models={}) == {}


def test_one_model_alone_has_no_forest(tmp_path: Path) -> None:
    write_run(tmp_path, [row for row in rows() if row.model == "dear"])
    items = read_table(tmp_path, "items")
    assert list(ofrun._claims(compare(tmp_path), items, "caption", tmp_path, "wide")) == []


def test_a_claim_without_costs_has_no_plane(tmp_path: Path) -> None:
    made = [replace(row, cost_usd=None) for row in rows()]
    write_run(tmp_path, made, claims={"c": CLAIM, "q": {**CLAIM, "cheaper_by": None}})
    comparison, items = compare(tmp_path), read_table(tmp_path, "items")
    assert [verdicts.plane_points(opinion) for opinion in comparison.ruling.judgements] == [[], []]
    assert [len(verdicts.of_claim(comparison, items, opinion)) for opinion in comparison.ruling.judgements] == [1, 1]


def test_a_claim_that_speaks_of_the_mean_has_one_point(tmp_path: Path) -> None:
    write_run(tmp_path, [*rows(), *rows(suite="coding")], claims={"c": {**CLAIM, "over": "mean"}})
    (opinion,) = compare(tmp_path).ruling.judgements
    (point,) = verdicts.plane_points(opinion)
    assert point.group == "mean of the suites"
    assert len(point.region) > 0


def test_the_line_below_says_what_it_rests_on(tmp_path: Path) -> None:
    write_run(tmp_path, [*rows(suite="a"), *rows(suite="b")], settings={"repeats": 1})
    basis = common.basis(compare(tmp_path), read_table(tmp_path, "items"))
    assert basis == ("n = 24 (a), 24 (b); run 20261120T101500Z-0123abcd; local machine at 0.1 USD/hour.")


@pytest.mark.parametrize(
    ("sent", "said"),
    [(["{}"], ""), (['{"top_p": 1}', "{}"], "sampling differs, see the notes"), ([None], "")],
)
def test_it_says_how_was_sampled(tmp_path: Path, sent: list[str | None], said: str) -> None:
    made = [replace(row, sampling_applied=sent[at % len(sent)]) for at, row in enumerate(rows())]
    models = {name: model("vendor/m", usd_per_hour=None) for name in ("dear", "cheap")}
    write_run(tmp_path, made, models=models, prices={"as_of": "2026-11-22", "rows": {}}, settings={"repeats": 2})
    basis = common.basis(compare(tmp_path), read_table(tmp_path, "items"))
    assert ("sampling" in basis) == bool(said)
    assert said in basis
    assert "each asked 2 times" in basis
    assert "list prices of 2026-11-22" in basis


def pair(p: float | None, score: float, low: float | None, high: float) -> Difference:
    return Difference(
        suite="s",
        model="one",
        other="two",
        n=9,
        score=Interval(score, None, None, 9),
        p=p,
        cost_ratio=Interval(0.5, low, high, 9),
    )


@pytest.mark.parametrize(
    ("difference", "beaten"),
    [
        (pair(0.01, 0.2, 0.4, 0.6), "two"),
        (pair(0.01, -0.2, 1.4, 1.6), "one"),
        (pair(0.06, 0.2, 0.4, 0.6), None),
        (pair(None, 0.2, 0.4, 0.6), None),
        (pair(0.01, 0.2, 0.4, 1.1), None),
        (pair(0.01, 0.2, None, 0.6), None),
        (pair(0.01, -0.2, 0.4, 0.6), None),
        (replace(pair(0.01, 0.2, 0.4, 0.6), cost_ratio=None), None),
    ],
)
def test_a_model_is_crossed_out_only_if_the_paired_test_says_so(difference: Difference, beaten: str | None) -> None:
    assert [m for m in ("one", "two", "third") if pareto._beats(difference, m)] == ([beaten] if beaten else [])


def test_models_without_cost_or_score_are_shown_as_such(tmp_path: Path) -> None:
    made = [
        *rows(), *(not_asked(replace(row, model="lost")) for row in rows() if row.model == "dear"),
        *(replace(row, model="unpriced", cost_usd=None) for row in rows() if row.model == "dear"),
        *(replace(row, model="free", cost_usd=0.0) for row in rows() if row.model == "dear"),
    ]  # fmt: skip
    comparison = compare(write_run(tmp_path, made))
    texts = [text for text, _, _ in written(pareto.draw(comparison, "caption", "wide"))]
    assert {"no score: lost", "cost 0 or\nunknown", "unpriced", "free"} <= set(texts)
    files = pareto.cost_quality(comparison, "caption", tmp_path / "x")
    assert [row["usd_per_1000"] for row in table(files[2]) if row["model"] == "unpriced"] == [""]


def test_many_models_at_one_place_go_to_a_legend(tmp_path: Path) -> None:
    one = [row for row in rows(6) if row.model == "dear"]
    made = [replace(row, model=f"a-model-with-quite-a-long-name-{n}") for n in range(24) for row in one]
    comparison = replace(compare(write_run(tmp_path, one)), differences=(), places=())
    (row,) = comparison.rows
    every = tuple(replace(row, model=name) for name in dict.fromkeys(r.model for r in made))
    figure = pareto.draw(replace(comparison, rows=every), "caption", "wide")
    assert faults(figure) == []
    assert sum("a-model" in text for text, _, _ in written(figure)) == 24


def test_latency_is_paired_and_only_of_clean_clocks(tmp_path: Path) -> None:
    made = rows(40, latency_s=3.0)
    made = [replace(r, outcome="truncated", score=0.0) if (r.model, r.item) == ("cheap", "0") else r for r in made]
    made = [replace(r, reused=True) if (r.model, r.item) == ("dear", "1") else r for r in made]
    write_run(tmp_path, made)
    found = curves(compare(tmp_path), read_table(tmp_path, "items"))
    cheap = next(curve for curve in found if (curve.model, curve.metric) == ("cheap", "latency_s"))
    assert len(cheap.seconds) == 39, "item 1 was not timed for both"
    assert math.isinf(cheap.seconds[-1]), "item 0 never came to its end"
    assert cheap.steps[-1] == (3.0, 38 / 39)
    busy = [replace(r, timing_ok=False) if r.model == "cheap" else r for r in made]
    write_run(tmp_path, busy)
    found = curves(compare(tmp_path), read_table(tmp_path, "items"))
    assert {curve.model: curve.clean for curve in found} == {"dear": True, "cheap": False}, "measured, so it is drawn"


def test_what_is_drawn_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    """A run of one model, whose answers are all timed: nothing on the way to a chart copies its rows."""
    alone = [replace(row, outcome="truncated") for row in rows() if row.model == "cheap"]
    write_run(tmp_path, alone, models={"cheap": model("cheap")})
    comparison, items = compare(tmp_path), read_table(tmp_path, "items")
    before = items.copy(deep=True)
    assert curves(comparison, items) == [], "no answer came to its end"
    level_scores(comparison, items)
    token_use(comparison, items)
    pd.testing.assert_frame_equal(items, before)
    assert slices.tables(items, comparison.record), "its levels and families, with their times"


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    steps = Curve(
        suite="s", model="m", number=0, metric="latency_s", seconds=np.append(np.arange(1.0, 5001.0), np.inf)
    ).steps
    assert len(steps) == MOST_STEPS
    assert steps[0] == (1.0, 1 / 5001)
    assert steps[-1] == (5000.0, 5000 / 5001)


def test_levels_by_hand(tmp_path: Path) -> None:
    flat = [replace(row, level=None) for row in rows(suite="flat")]
    write_run(tmp_path, [*rows(), *flat])
    found = level_scores(compare(tmp_path), read_table(tmp_path, "items"))
    assert {one.suite for one in found} == {"reasoning"}
    assert [(one.model, one.level, one.score.estimate, one.score.n) for one in found if one.model == "cheap"] == [
        ("cheap", 1, 0.0, 12), ("cheap", 2, 1.0, 12),
    ]  # fmt: skip


def test_tokens_by_hand(tmp_path: Path) -> None:
    made = rows(in_uncached=100, in_cache_read=40, in_cache_write_1h=4, out_total=50, out_reasoning=20)
    made = [replace(row, in_uncached=None, out_total=None) if row.model == "dear" else row for row in made]
    write_run(tmp_path, made)
    dear, cheap = token_use(compare(tmp_path), read_table(tmp_path, "items"))
    assert cheap.means == {
        "prompt": 100, "prompt, from cache": 40, "prompt, into cache": 4, "answer": 30, "reasoning": 20,
    }  # fmt: skip
    assert (dear.means, dear.sums) == ({}, {"in": None, "out": None})


def test_tokens_of_cut_answers_stand_apart(tmp_path: Path) -> None:
    made = [
        replace(row, outcome="truncated", out_total=900) if (row.model, row.item) == ("cheap", "3") else row
        for row in rows(in_uncached=100, out_total=50, out_reasoning=20)
    ]
    write_run(tmp_path, made)
    _, cheap = token_use(compare(tmp_path), read_table(tmp_path, "items"))
    n = sum(row.model == "cheap" for row in made)
    assert cheap.means[CUT] == pytest.approx(900 / n)
    assert cheap.means["answer"] == pytest.approx(30 * (n - 1) / n)
    files = {file.name: file for file in tokens([cheap], "caption", tmp_path / "charts" / "tokens")}
    [apart] = table(files["tokens_cut_off.csv"])
    assert float(apart["output in cut answers"]) == pytest.approx(900 / n)
    [whole] = table(files["tokens.csv"])
    assert float(whole["answer"]) == pytest.approx((30 * (n - 1) + 880) / n), "the file of before has both together"


def test_bridges_of_a_pair_carry_the_bills_interval(tmp_path: Path) -> None:
    prices = {f"x/{m}": {"provider": "x", "model": m, "input": "1", "output": "4"} for m in ("dear", "cheap")}
    made = [replace(row, price_id=f"x/{row.model}") for row in rows()]
    write_run(tmp_path, made, prices={"rows": prices}, models={n: model(f"x/{n}") for n in ("dear", "cheap")})
    comparison = compare(tmp_path)
    (bridge,) = comparison.bridges
    many = (bridge, *(replace(bridge, candidate=f"c{n}") for n in range(6)))
    files = list(ofrun._bridges(replace(comparison, bridges=many), "caption", tmp_path, "wide"))
    assert len(files) == 3 * ofrun.MOST_PAIRS
    steps = table(tmp_path / "cost_bridge_cheap_against_dear.csv")
    assert [row["ratio_low"] != "" for row in steps] == [row["step"] == "retries and waste" for row in steps]
    (one,) = comparison.differences
    assert one.model == "dear"
    assert one.cost_ratio is not None
    assert one.cost_ratio.high is not None
    assert float(steps[5]["ratio_low"]) == pytest.approx(1 / one.cost_ratio.high)


def test_a_familys_row_speaks_of_its_own_items(tmp_path: Path) -> None:
    write_run(tmp_path, [*rows(48), *(replace(row, cluster="one") for row in rows(2, suite="tiny"))])
    items = read_table(tmp_path, "items")
    whole, tiny = verdicts.contrasts(items, "cheap", "dear", ["reasoning", "tiny", "none"])
    found = verdicts.family_rows(whole, 0.9, 0.2)
    assert [row.label for row in found][-1] == "all of reasoning"
    assert [row.pooled for row in found] == [False] * 12 + [True]
    first = found[0]
    assert (first.n, first.discordant, first.difference.estimate, first.note) == (4, 0, 0.0, TOO_SMALL)
    assert first.difference.low is not None, "items of its one family are the units"
    (only,) = verdicts.family_rows(tiny, 0.9, None)
    assert (only.n, only.difference.low, only.note) == (2, None, "")
    many = [replace(first, label=str(n)) for n in range(verdicts.MOST_ROWS)]
    assert verdicts.fitting([*many, found[-1]]) == [found[-1]]
    assert verdicts.fitting(many) == many


def test_the_suites_row_is_what_the_claim_was_judged_by(tmp_path: Path) -> None:
    """In either reading; the families' rows speak of their own items in both."""
    both = {"these": {**CLAIM, "about": "these"}, "such": {**CLAIM, "about": "such"}}
    write_run(tmp_path, rows(48), claims=both)
    comparison, items = compare(tmp_path), read_table(tmp_path, "items")
    pooled = {}
    for judgement in comparison.ruling.judgements:
        *_, whole = verdicts.of_claim(comparison, items, judgement)
        assert whole.difference == judgement.test.parts["reasoning", "quality"].interval
        pooled[judgement.claim.about] = whole.difference
    assert pooled["these"] != pooled["such"]
    (contrast,) = verdicts.contrasts(items, "cheap", "dear", ["reasoning"])
    for about, interval in pooled.items():
        assert verdicts.family_rows(contrast, 0.9, 0.2, about)[-1].difference == interval, about
