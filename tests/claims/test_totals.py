"""Claims on published totals, from two rows to the verdict and the exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.claims import adhoc
from bench.claims.totals import counts, judge_folder, judge_totals, p_of_tested, standing, text
from bench.cli import main
from bench.errors import UsageError
from bench.records import write_aggregates, write_tables
from bench.records.aggregates import AggregateRow
from tests import runjson
from tests.reference.test_schemas import mistakes

BIG = AggregateRow(
    source="synthetic", source_commit=None, retrieved=None, licence=None, suite="s", suite_version=None, harness="h",
    model="big", model_raw="big", vendor="a", provider=None, effort=None, settings=None, date="2026-01-01", n=500,
    successes=400, score=0.8, cost_total_usd=100.0, cost_basis="billed", latency_mean_s=None, calls_mean=None,
    comparable="s, h",
)  # fmt: skip
SMALL = replace(BIG, model="small", vendor="b", successes=410, score=0.82, cost_total_usd=9.0, date="2026-02-01")


def verdict(ours: AggregateRow, theirs: AggregateRow = BIG, **margins: float) -> str:
    claim = adhoc("small", "big", **(margins or {"cheaper_by": 0.9, "worse_by": 0.03}))
    judged = judge_totals(claim, [(ours, theirs)])
    return standing(claim, judged, p_of_tested(judged), judged.p_refuted)


def test_at_best_reported_where_a_saving_is_claimed() -> None:
    assert verdict(SMALL) == "reported"
    assert verdict(SMALL, worse_by=0.03) == "supported", "nothing is said of costs"


def test_bills_that_miss_the_saving_or_are_unknown_report_nothing() -> None:
    assert verdict(replace(SMALL, cost_total_usd=10.0)) == "reported", "exactly 90 % less"
    assert verdict(replace(SMALL, cost_total_usd=10.1)) == "inconclusive"
    assert verdict(replace(SMALL, cost_total_usd=None)) == "inconclusive"
    assert verdict(SMALL, replace(BIG, cost_total_usd=None)) == "inconclusive"
    assert verdict(replace(SMALL, cost_total_usd=50.0), cheaper_by=0.9) == "inconclusive", "no interval, no refutation"
    assert verdict(SMALL, cheaper_by=0.9) == "inconclusive"


def test_a_score_clearly_below_the_margin_refutes_whatever_the_bills() -> None:
    worse = replace(SMALL, successes=340, score=0.68)
    assert verdict(worse) == verdict(replace(worse, cost_total_usd=None)) == "refuted"


def test_too_few_items_or_an_unknown_number_decide_nothing() -> None:
    few = replace(SMALL, n=98, successes=98, score=1.0)
    assert verdict(few, replace(BIG, n=98, successes=40, score=40 / 98)) == "inconclusive"
    assert verdict(replace(SMALL, n=None, successes=None)) == "inconclusive"
    assert counts(replace(SMALL, score=None, successes=None), BIG) is None


def test_a_score_without_a_count_is_taken_as_so_many_single_trials() -> None:
    known = counts(replace(SMALL, successes=None, score=0.8125), BIG)
    assert known is not None
    assert (known.ours, known.of_ours) == (406.25, 500)


def test_unlike_rows_and_what_totals_cannot_tell_are_refused() -> None:
    with pytest.raises(UsageError, match=r"'small' \(s, h 2\) and 'big' \(s, h\) may not be compared"):
        verdict(replace(SMALL, comparable="s, h 2"))
    with pytest.raises(UsageError, match="slower_by cannot be judged"):
        verdict(SMALL, slower_by=2.0)
    claim = adhoc("small", "big", worse_by=0.03, over="mean")
    with pytest.raises(UsageError, match="suite by suite"):
        judge_totals(claim, [(SMALL, BIG), (replace(SMALL, suite="t"), replace(BIG, suite="t"))])


def imported(folder: Path, rows: Sequence[AggregateRow]) -> Path:
    write_tables(folder, [], [])
    write_aggregates(folder, rows)
    runjson.put(folder, {"models": {}, "suites": {}, "settings": {}})
    return folder


def test_every_shared_suite_must_hold(tmp_path: Path) -> None:
    other = replace(BIG, suite="t", comparable="t"), replace(SMALL, suite="t", comparable="t", successes=300, score=0.6)
    folder = imported(tmp_path, [BIG, SMALL, *other, replace(BIG, suite="u", comparable="u")])
    claim = adhoc("small", "big", cheaper_by=0.9, worse_by=0.03)
    opinion = judge_folder(folder, claim)
    assert opinion is not None
    assert {suite for suite, _ in opinion.test.parts} == {"s", "t"}
    assert opinion.verdict == "refuted"
    alone = judge_folder(folder, replace(claim, suites=("s",)))
    assert alone is not None
    assert alone.verdict == "reported"
    with pytest.raises(UsageError, match="'small' and 'big' share no suite u"):
        judge_folder(folder, replace(claim, suites=("s", "u")))


def test_models_that_share_no_suite_or_are_unknown_are_named(tmp_path: Path) -> None:
    folder = imported(tmp_path, [BIG, replace(SMALL, suite="t")])
    with pytest.raises(UsageError, match="'small' and 'big' share no suite"):
        judge_folder(folder, adhoc("small", "big", worse_by=0.03))
    with pytest.raises(UsageError, match=r"no model 'smal'\. Did you mean 'small'"):
        judge_folder(folder, adhoc("smal", "big", worse_by=0.03))


def test_a_run_without_totals_is_not_judged_here(tmp_path: Path) -> None:
    write_tables(tmp_path, [], [])
    assert judge_folder(tmp_path, adhoc("small", "big", worse_by=0.03)) is None


def test_the_text_says_what_is_missing(tmp_path: Path) -> None:
    folder = imported(
        tmp_path, [replace(BIG, date=None), replace(SMALL, date=None, successes=390, cost_total_usd=None)]
    )
    opinion = judge_folder(folder, adhoc("small", "big", cheaper_by=0.9, worse_by=0.03))
    assert opinion is not None
    told = text(opinion)
    assert "inconclusive at 95 % (exploratory; published totals)" in told
    assert "s: cost unknown" in told
    assert "s, cost: the cost of small is unknown" in told
    assert "small scores -2.0 points against big (90 % interval -6.2 to +2.2)" in told
    assert "results without a date" in told
    assert "items of each model would decide the scores" in told


@pytest.mark.parametrize(("solved", "code"), [(410, 4), (340, 3)])
def test_the_command_and_its_exit_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], solved: int, code: int
) -> None:
    folder = imported(tmp_path, [BIG, replace(SMALL, successes=solved)])
    margins = ["--cheaper-by", "0.9", "--worse-by", "0.03"]

    def claim(*more: str) -> tuple[int | str | None, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(["claim", str(folder), "--candidate", "small", *margins, *more])
        return stop.value.code, *capsys.readouterr()

    ended, out, _ = claim("--baseline", "big")
    assert ended == code
    assert "small costs 9.0 % of big, as published" in out
    [told] = printed = json.loads(claim("--baseline", "big", "--json")[1])
    assert mistakes("totals", printed) == []
    assert (told["verdict"], told["basis"]) == ({4: "reported", 3: "refuted"}[code], "published totals")
    assert told["halves"][1]["low"] is None
    ended, _, err = claim("--baseline", "nobody")
    assert ended == 2
    assert "no model 'nobody'" in err


def test_the_sizes_stand_in_the_order_of_the_suites(tmp_path: Path) -> None:
    pairs = [
        (replace(BIG, suite=suite, n=n, successes=None), replace(SMALL, suite=suite, n=n + 1, successes=None))
        for suite, n in (("z", 300), ("a", 100))
    ]
    opinion = judge_folder(
        imported(tmp_path, [row for pair in pairs for row in pair]), adhoc("small", "big", worse_by=0.03)
    )
    assert opinion is not None
    told = text(opinion).splitlines()
    assert [line[2] for line in told[2:4]] == ["a", "z"]
    assert "- items: a 101 against 100, z 301 against 300, not paired" in told
