from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.records.tables import ItemRow
from bench.report import SuiteRow, compare
from bench.report.text import formats, tables
from bench.report.text.column import Output, chosen
from bench.report.text.measures import columns
from bench.stats import Interval
from tests.report.sample_run import ANSWERED, model, not_asked, write_run


def rows(**columns: list[Any]) -> list[ItemRow]:
    """One row per value, each its own item and cluster."""
    (length,) = {len(values) for values in columns.values()}
    return [
        replace(ANSWERED, item=str(n), cluster=str(n), **{name: values[n] for name, values in columns.items()})
        for n in range(length)
    ]


def only_row(folder: Path) -> SuiteRow:
    (row,) = compare(folder).rows
    return row


def cells(row: SuiteRow) -> list[tuple[str, str]]:
    """What documents show of a row."""
    shown = [column.shows(row) for column in chosen(columns(row.repeats), Output.DOCUMENT)]
    return [(cell.value, cell.aside) for cell in shown]


def estimate(interval: Interval | None) -> float:
    assert interval is not None
    return interval.estimate


def test_every_number_by_hand(tmp_path: Path) -> None:
    made = rows(
        score=[1.0, 0.0, 0.0, 1.0],
        outcome=["answered", "truncated", "refused", "answered"],
        in_uncached=[100, 200, 300, 400],
        in_cache_read=[None, 50, None, 50],
        out_total=[10, 20, 30, 40],
        cost_usd=[0.001, 0.002, 0.003, 0.004],
        cost_retries_usd=[0.0, 0.002, 0.0, 0.0],
        ttfat_s=[0.1, None, 0.3, 0.5],
        latency_s=[1.0, 2.0, 3.0, 4.0],
        tpot_s=[0.01, 0.02, 0.02, None],
    )
    row = only_row(write_run(tmp_path, made, {1: {"repeats_itself": True, "lm_eval_score": 1.0}}))
    assert (row.n, row.planned, row.missing, row.unasked) == (4, 4, 0, 0)
    assert estimate(row.score) == 0.5
    assert estimate(row.tokens_in) == (100 + 250 + 300 + 450) / 4
    assert estimate(row.tokens_out) == 25
    assert estimate(row.cost_per_1000_usd) == pytest.approx(3.0)
    assert estimate(row.ttfat_p50_s) == 0.3
    assert estimate(row.e2e_p50_s) == 2.5
    assert estimate(row.e2e_p95_s) == pytest.approx(3.85)
    assert estimate(row.output_tok_s) == 50
    assert (row.truncated, row.repeating, row.refused, row.unparsable, row.overridden) == (1, 1, 1, 0, 1)


def test_items_of_one_cluster_widen_the_interval(tmp_path: Path) -> None:
    made = rows(score=[1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    together = [replace(row, cluster=str(int(row.item) // 2)) for row in made]
    apart, joined = (
        only_row(write_run(tmp_path / "a", made)).score,
        only_row(write_run(tmp_path / "b", together)).score,
    )
    assert apart
    assert joined
    assert apart.low is not None
    assert joined.low is not None
    assert joined.low < apart.low


def test_repeats_are_averaged_before_they_count(tmp_path: Path) -> None:
    first = rows(score=[1.0, 0.0, 1.0])
    again = [replace(row, repeat=1, score=1.0) for row in first]
    row = only_row(write_run(tmp_path, [*first, *again], settings={"repeats": 2}))
    assert row.score is not None
    assert (row.n, row.planned, row.score.n) == (6, 6, 3)
    assert row.score.estimate == pytest.approx(2.5 / 3)


def test_reused_answers_are_in_no_latency(tmp_path: Path) -> None:
    made = rows(reused=[True, False, False], latency_s=[100.0, 1.0, 3.0], ttfat_s=[100.0, 0.1, 0.3])
    folder = write_run(tmp_path, made)
    row = only_row(folder)
    assert (row.n, row.timed) == (3, 2)
    assert row.e2e_p95_s is not None
    assert row.e2e_p95_s.n == 2
    assert estimate(row.e2e_p50_s) == 2
    assert estimate(row.ttfat_p50_s) == pytest.approx(0.2)
    assert any("1 answer was reused" in note for note in map(str, tables.notes(compare(folder))))


def test_only_reused_answers_leave_latency_unknown(tmp_path: Path) -> None:
    row = only_row(write_run(tmp_path, rows(reused=[True, True])))
    assert row.e2e_p50_s is None
    assert row.output_tok_s is None
    assert not row.latency_is_clean
    assert cells(row)[5:8] == [("unknown", "")] * 3


@pytest.mark.parametrize("column", ["cost_usd", "cost_retries_usd"])
def test_cost_is_unknown_if_that_of_any_item_is(tmp_path: Path, column: str) -> None:
    folder = write_run(tmp_path, rows(**{column: [0.1, None, 0.1]}))
    assert only_row(folder).cost_per_1000_usd is None


def test_tokens_are_unknown_if_those_of_any_item_are(tmp_path: Path) -> None:
    row = only_row(write_run(tmp_path, rows(out_total=[5, None], in_uncached=[None, 7])))
    assert row.tokens_in is None
    assert row.tokens_out is None


def test_what_is_missing_is_counted_and_not_scored(tmp_path: Path) -> None:
    asked = rows(score=[1.0, 1.0, 0.0])
    failed = replace(ANSWERED, item="3", outcome="infrastructure", score=None, latency_s=None, cost_usd=None)
    other = [replace(row, model="large") for row in [*asked, replace(failed, outcome="answered", score=1.0)]]
    other[0] = not_asked(other[0])
    suites = {"reasoning": {"items_planned": 10, "items_available": 240}}
    folder = write_run(tmp_path, [*asked, failed, *other], suites=suites)
    small, large = compare(folder).rows
    assert (small.n, small.missing, small.unasked) == (3, 1, 6)
    assert estimate(small.score) == pytest.approx(2 / 3)
    assert (large.n, large.missing, large.unasked) == (3, 1, 6)
    assert cells(small)[2] == ("3", "of 10")
    notes = "\n".join(map(str, tables.notes(compare(folder))))
    assert "small on reasoning: 1 of 10 answers is missing and in no number." in notes
    assert "small on reasoning: 6 of 10 planned answers were asked of no model yet." in notes


def test_a_model_without_any_answer_is_a_row_of_unknowns(tmp_path: Path) -> None:
    made = rows(score=[1.0, 0.0])
    lost = [not_asked(replace(row, model="large")) for row in made]
    folder = write_run(tmp_path, [*made, *lost], stopped={"large": "HTTP 401: no such key"})
    large = compare(folder).rows[1]
    assert (large.n, large.missing, large.score) == (0, 2, None)
    assert [value for value, _ in cells(large)] == [
        "large", "reasoning", "0", "unknown", "0", *["unknown"] * 5, "2",
    ]  # fmt: skip
    assert "large was stopped: HTTP 401: no such key" in map(str, tables.notes(compare(folder)))


def test_timings_of_a_busy_machine_carry_a_warning(tmp_path: Path) -> None:
    folder = write_run(tmp_path, rows(timing_ok=[True] * 18 + [False] * 2))
    row = only_row(folder)
    assert (row.clean, row.timed, row.latency_is_clean) == (18, 20, False)
    assert any("only 18 of 20 timings are clean" in note for note in map(str, tables.notes(compare(folder))))


def test_notes_say_what_the_scores_hide(tmp_path: Path) -> None:
    made = rows(outcome=["answered", "truncated", "unparsable", "refused"], score=[1.0, 0.0, 0.0, 0.0])
    made = [replace(row, price_id=None, cost_usd=None) for row in made]
    models = {"small": model("openai-api/acme/small", max_tokens=None, usd_per_hour=None)}
    folder = write_run(tmp_path, made, {1: {"lm_eval_score": 1.0}}, models=models)
    notes = "\n".join(map(str, tables.notes(compare(folder))))
    assert "1 truncated or refused answer counts 0, though its text would score" in notes
    assert "1 unparsable and 1 refused answers count 0" in notes
    assert "small is openai-api/acme/small: the tasks' own token caps; cost unknown: no price." in notes
    assert "reasoning: 4 of 240 items" in notes


def test_local_models_state_their_price_and_server(tmp_path: Path) -> None:
    models = {"small": model(), "large": model("weights/large", usd_per_hour=None, slots=4, prompt_cache=True)}
    notes = "\n".join(map(str, tables.notes(compare(write_run(tmp_path, [ANSWERED], models=models)))))
    assert "cost from 0.1 USD per machine hour; 1 slot(s), prompt cache off" in notes
    assert "cost unknown: no usd_per_hour; 4 slot(s), prompt cache on" in notes


def test_markdown_csv_and_json_tell_the_same(tmp_path: Path) -> None:
    made = rows(score=[1.0, 0.0, 1.0], cost_usd=[None, 0.1, 0.2], latency_s=[1.0, 2.0, 12.0])
    comparison = compare(write_run(tmp_path, made))
    (record,) = json.loads(tables.json_text(comparison))["rows"]
    (line,) = csv.DictReader(io.StringIO(tables.csv_text(comparison)))
    for name, value in record.items():
        if isinstance(value, dict):
            for part, column in (
                ("estimate", name),
                ("low", f"{name}_low"),
                ("high", f"{name}_high"),
                ("n", f"{name}_n"),
            ):
                assert line[column] == ("" if value[part] is None else str(value[part]))
        else:
            assert line[name] == ("" if value is None else str(value))
    assert record["cost_per_1000_usd"] is None
    assert line["cost_per_1000_usd"] == line["cost_per_1000_usd_low"] == ""
    head, rule, body, *_ = tables.markdown(comparison).splitlines()
    assert head.count("|") == rule.count("|") == body.count("|") == 12
    cells = dict(zip((c.strip() for c in head.split("|")), (c.strip() for c in body.split("|")), strict=True))
    assert cells["n"] == line["n"] == "3"
    assert cells["score (95 % interval) ↑"].startswith(f"{100 * float(line['score']):.0f} % (")
    assert cells["E2E p50 / p95 (s) ↓"].startswith("2.00 / 11.0 (")
    assert cells["USD per 1,000 items ↓"] == "unknown"


def test_an_empty_comparison_is_an_empty_table(tmp_path: Path) -> None:
    comparison = compare(write_run(tmp_path, [], suites={}, models={}))
    assert comparison.rows == ()
    assert tables.csv_text(comparison) == "\n"


@pytest.mark.parametrize(
    ("interval", "cell"),
    [
        (None, ("unknown", "")),
        (Interval(0.0836, 0.07, 0.1, 9), ("0.084", "0.070–0.100")),
        (Interval(12.34, 9.871, 1543.2, 9), ("12", "10–1,543")),
        (Interval(123.4, None, 150.0, 9), ("123", "?–150")),
        (Interval(0.0, None, None, 9), ("0", "?")),
        (Interval(2.5e-7, 1e-7, 3e-7, 9), ("2.5e-07", "1e-07–3e-07")),
    ],
)
def test_dollars(interval: Interval | None, cell: tuple[str, str]) -> None:
    assert formats.amount(interval) == cell


def test_seconds_have_as_many_digits_as_they_are_sure_of() -> None:
    assert formats.amount(Interval(9.994, 0.051, 9.996, 5)) == ("10.0", "0.1–10.0")
    assert formats.amount(Interval(9.994, 9.98, 10.01, 5)) == ("9.99", "9.98–10.01")
    assert formats.amount(Interval(0.0512, None, None, 1)) == ("0.0512", "?")
    assert formats.amount(Interval(123.4, 110.0, 140.0, 9)) == ("123", "110–140")
    assert formats.amount(Interval(2.0, 2.0, 2.0, 9)) == ("2.00", "2.00–2.00"), (
        "no spread is no reason for a digit less"
    )


def test_scores_have_tenths_where_the_interval_is_narrow() -> None:
    assert formats.percent(Interval(0.9123, 0.896, 0.928, 900)) == ("91.2 %", "89.6–92.8")
    assert formats.percent(Interval(0.9123, 0.82, 0.97, 90)) == ("91 %", "82–97")
    assert formats.percent(Interval(0.5, 0.4999, 0.5001, 9)) == ("50.0 %", "50.0–50.0")
