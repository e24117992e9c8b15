"""What the comparison says of empty answers, of streams that were held back, and of the engine's notes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.report import compare
from bench.report.numbers.oddities import LEAST
from bench.report.text import tables
from tests.report.sample_run import ANSWERED, model, write_run

EMPTY = replace(ANSWERED, item="1", outcome="empty", score=0.0)
AT_ONCE = replace(ANSWERED, item="2", ttft_s=None, ttfat_s=None)
NOTED = replace(ANSWERED, item="3")


def test_each_oddity_is_counted_in_the_notes(tmp_path: Path) -> None:
    details = {3: {"notes": ["at_cap", "no_terminal_event"]}}
    comparison = compare(write_run(tmp_path, [ANSWERED, EMPTY, AT_ONCE, NOTED], details=details))
    assert [note.removeprefix("small on reasoning: ")[:42] for note in comparison.oddities] == [
        "of the unparsable answers 1 was empty: the",
        "1 answer ended by itself with every token ",
        "1 answer ended without its terminal event,",
        "1 of 4 timed answers came at once, as from",
    ]
    assert set(comparison.oddities) <= set(map(str, tables.notes(comparison)))
    (row,) = comparison.rows
    assert row.unparsable == 1
    assert row.ttfat_p50_s is not None
    assert row.ttfat_p50_s.n == 3


@pytest.mark.parametrize(("whole", "told"), [(9, True), (LEAST - 1, False)])
def test_answers_that_came_whole_in_one_read_are_no_proof_of_a_stream(tmp_path: Path, whole: int, told: bool) -> None:
    at_once = [replace(ANSWERED, item=f"w{n}", ttft_s=2.0, ttfat_s=2.0, latency_s=2.0) for n in range(whole)]
    comparison = compare(write_run(tmp_path, [ANSWERED, *at_once]))
    said = [note for note in comparison.oddities if "came whole in a single read" in note]
    assert bool(said) == told
    if told:
        assert said[0].startswith(f"small on reasoning: {whole} of {whole + 1} answers with a time to first token")
        assert "upper bounds" in said[0]


def test_of_an_agents_work_nothing_is_said_that_suits_models_alone(tmp_path: Path) -> None:
    """Its last message is out of sight: no stream was held back. Its own token caps hold, not the tasks'."""
    agent = {"name": "mini", "version": "2.4"}
    at_work = replace(ANSWERED, ttft_s=None, ttfat_s=None, agent="mini", agent_version="2.4")
    cut = replace(at_work, item="1", outcome="truncated", score=0.0, stop_cause="turns")
    models = {"small": model(agent=agent), "large": model("weights/large", agent=agent)}
    rows = [at_work, cut, replace(at_work, model="large"), replace(at_work, model="large", item="1")]
    comparison = compare(write_run(tmp_path, rows, models=models))
    assert comparison.oddities == ()
    said = "\n".join(map(str, tables.notes(comparison)))
    assert "at work in mini 2.4, whose own caps hold" in said
    assert "the tasks' own token caps" not in said
    assert "caps ended the models' work unequally (small 1 of 2, large 0 of 2)" in said


def test_a_usual_run_has_none(tmp_path: Path) -> None:
    assert compare(write_run(tmp_path, [ANSWERED, replace(ANSWERED, item="1")])).oddities == ()
