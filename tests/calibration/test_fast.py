"""The fast slice of the acceptance grid: every bar in it holds, and what is written is what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.calibration.__main__ import SECTIONS, main
from tests.calibration.grid import Row, error, markdown
from tests.calibration.pseudo import main as pseudo
from tests.gate.worlds import rows, write


@pytest.mark.slow
def test_every_bar_of_the_fast_slice_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fast", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert (tmp_path / "README.md").read_text() == printed.removesuffix("\n")
    rows = json.loads((tmp_path / "rows.json").read_text())
    assert f"**{len(rows)} of {len(rows)} bars hold.**" in printed
    assert {row["section"] for row in rows} == {*SECTIONS}
    broken = [row for row in rows if row["section"] == "1" and row["beside"]["paired t"] > 0.3]
    assert broken, "the plain paired t test is known to fail here"


def test_what_is_enumerated_holds_its_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the fast slice, the sections that cost least: sizes, power and the gate's chances, counted out exactly."""
    chosen = ["--section", "2", "--section", "3", "--section", "10"]
    assert main(["--fast", *chosen, "--workers", "1", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "README.md").read_text() == capsys.readouterr().out.removesuffix("\n")
    rows = json.loads((tmp_path / "rows.json").read_text())
    assert {row["section"].partition(" ")[0] for row in rows} == {"2", "3", "10"}


def test_claims_from_labels_hold_their_bars_with_judges_that_are_biased_blind_or_toss_coins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--fast", "--section", "13", "--workers", "1", "--out", str(tmp_path)]) == 0
    rows = json.loads((tmp_path / "rows.json").read_text())
    false = [row for row in rows if not row["at_least"] and row["beside"]["judge alone"] > 0.5]
    assert len(false) == 6, "a judge alone is wrong at the margin, and so is not what is measured here"
    assert "13. Labels and judges" in capsys.readouterr().out


def test_a_missed_bar_is_marked() -> None:
    rows = [Row(("30",), 0.4, 0.05), Row(("60",), 0.05, 0.05), Row(("99",), 0.6, 0.9, at_least=True, se=0.01)]
    assert [row.holds for row in rows] == [False, True, False]
    assert markdown("Title", ["n"], rows).count("**miss**") == 2
    assert Row(("30",), 0.06, 0.05, se=error(0.06, 100, 0.05)).holds
    assert error(0.0, 100, 0.05) > 0.02


def test_pseudo_pairs_of_repeats_are_no_regression(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(1)
    answers = [
        row
        for repeat in range(4)
        for suite in ("coding", "reasoning")
        for row in rows(rng.integers(0, 2, 10).astype(float).tolist(), suite=suite, repeat=repeat)
    ]
    run = str(write(tmp_path / "run", answers))
    assert pseudo(["--pairs", "20", run]) == 0
    told = capsys.readouterr().out
    assert "20 pairs of run 20261120T101500Z-0123abcd: small, 20 items, at least 4 repeats" in told
    assert "items that score otherwise, mean of a pair: " in told
    once = str(write(tmp_path / "once", answers[:20]))
    assert pseudo([once]) == 2
