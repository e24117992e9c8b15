"""The language gap: the same instances in two suites, told by id, never pooled."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.records.tables import ItemRow
from bench.report.numbers.comparison import compare
from bench.report.page import read_page
from bench.report.text import tables
from bench.report.write import write_report
from tests.report.sample_run import ANSWERED, write_run

pytestmark = pytest.mark.usefixtures("shortcuts")

EACH = 8
"""Instances of a family."""


def asked(suite: str, language: str, right: int, model: str = "small", families: int = 2) -> list[ItemRow]:
    """Items of some families, the first `right` of each solved."""
    return [
        replace(
            ANSWERED, suite=suite, task=f"{suite}_{family}", family=f"f{family}", cluster=f"f{family}", model=model,
            item=f"f{family}-{number}", language=language, score=float(number < right), level=1 + number % 3,
        )
        for family in range(families)
        for number in range(EACH)
    ]  # fmt: skip


@pytest.mark.slow
def test_a_model_is_paired_with_itself_on_each_instance(tmp_path: Path) -> None:
    rows = [
        *asked("reasoning", "en", 6), *asked("reasoning_zh", "zh", 2),
        *asked("reasoning", "en", 5, "large"), *asked("reasoning_zh", "zh", 5, "large"),
    ]  # fmt: skip
    comparison = compare(write_run(tmp_path / "run", rows))
    small, large = comparison.languages
    assert (small.model, small.suites, small.languages, small.n) == (
        *("small", ("reasoning", "reasoning_zh"), ("en", "zh"), 2 * EACH),
    )
    assert small.gap.estimate == pytest.approx(-0.5)
    assert small.gap.low is not None
    assert small.gap.high is not None
    assert small.gap.low < -0.5 < small.gap.high < 0
    assert (large.model, large.gap.estimate) == ("large", 0.0)
    text = tables.markdown(comparison)
    assert "## Language gap" in text
    assert f"| reasoning_zh − reasoning | zh − en | small | {2 * EACH} | -50.0 (" in text
    assert json.loads(tables.json_text(comparison))["language_gaps"][0]["gap"]["n"] == 2 * EACH
    assert "Language gap" in [table.title for table in tables.every(comparison)]
    write_report(tmp_path / "run")
    shown = read_page((tmp_path / "run" / "report.html").read_text(encoding="utf-8"))
    assert shown.numbers["comparison.json/language_gaps/0/gap"] == "-50.0"


def test_instances_without_a_pair_or_a_score_do_not_count(tmp_path: Path) -> None:
    chinese = asked("reasoning_zh", "zh", 4)
    chinese[0] = replace(chinese[0], score=None, outcome="infrastructure")
    rows = [*asked("reasoning", "en", 4, families=3), *chinese]
    [gap] = compare(write_run(tmp_path / "run", rows)).languages
    assert gap.n == 2 * EACH - 1


def test_one_instance_of_a_family_gives_no_interval(tmp_path: Path) -> None:
    rows = [*asked("reasoning", "en", 1)[:1], *asked("reasoning_zh", "zh", 0)[:1]]
    comparison = compare(write_run(tmp_path / "run", rows))
    assert (comparison.languages[0].gap.estimate, comparison.languages[0].gap.low) == (-1.0, None)
    assert "| -100.0 (?) |" in tables.markdown(comparison)


def test_suites_in_one_language_have_no_gap(tmp_path: Path) -> None:
    rows = [*asked("reasoning", "en", 4), *asked("coding", "en", 2)]
    comparison = compare(write_run(tmp_path / "run", rows))
    assert comparison.languages == ()
    assert "Language gap" not in tables.markdown(comparison)
