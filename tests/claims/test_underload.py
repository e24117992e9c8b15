"""`slower_by` at a stated load: judged on the prompts that were asked at it, or left open with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import claims
from bench.config.load import load as read_config
from bench.errors import UsageError
from bench.records import LOAD, LOAD_COLUMNS, read_record, write_text
from bench.records.claim import Claim
from bench.report.verify import SOURCES
from bench.run import measuring
from tests.claims.test_claims import judged, rows
from tests.report.sample_run import model

FAST = Claim(name="fast", candidate="small", baseline="big", margins={"slower_by": 1.5}, at_load=4)
N = 120
Change = Callable[[str, int, dict[str, Any]], dict[str, Any]]


def measured(folder: Path, small_s: float, change: Change = lambda _model, _at, row: row) -> None:
    """load.csv of 4 slots in step: big takes 1 s, small another time, each a little varied."""
    made = []
    for label, mean in (("big", 1.0), ("small", small_s)):
        for at in range(N):
            took, begun = mean * (1 + 0.01 * (at // 4 % 3)), mean * 1.03 * (at // 4)
            sent = f"2026-11-30T10:{int(begun) // 60:02d}:{begun % 60:06.3f}+00:00"
            row = {"model": label, "at_once": 4, "number": at, "sent_at": sent, "wall_s": took, "latency_s": took}
            row |= {"outcome": "answered", "attempts": 1, "timing_ok": True, "ttft_s": took / 2, "out_total": 9}
            made.append(change(label, at, row))
    write_text(folder, LOAD, measuring.csv_text(LOAD_COLUMNS, made))


def opinion(folder: Path, claim: Claim = FAST) -> Any:
    """The claim judged on a run in which the items' own calls took small four times as long."""
    timed = {label: model(f"openai/{label}", timeout_s=20.0) for label in ("small", "big")}

    def slow(row: Any, _at: int) -> Any:
        return replace(row, latency_s=4.0 if row.model == "small" else 1.0)

    text = (folder / LOAD).read_text() if (folder / LOAD).exists() else None
    judged(folder, rows(60, slow), claim, models=timed)
    if text is not None:
        write_text(folder, LOAD, text)
    [made] = claims.judge_run(folder).judgements
    return made


@pytest.mark.parametrize(("small_s", "verdict"), [(1.0, "supported"), (3.0, "refuted")])
def test_it_is_judged_at_that_load_and_says_so(tmp_path: Path, small_s: float, verdict: str) -> None:
    measured(tmp_path, small_s)
    made = opinion(tmp_path)
    part = made.test.parts["coding", "latency"]
    assert (str(made.verdict), part.n) == (verdict, N - 4)
    assert part.estimate == pytest.approx(small_s, rel=1e-6)
    assert "with 4 calls at once" in claims.explanation(made, read_record(tmp_path))
    assert str(opinion(tmp_path, replace(FAST, at_load=None)).verdict) == "refuted"


def lost(label: str, at: int, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "outcome": "infrastructure"} if label == "small" and at % 10 == 0 else row


def retried(label: str, at: int, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "attempts": 2} if label == "small" and at % 10 == 0 else row


def busy(label: str, at: int, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "timing_ok": not (label == "big" and at % 10 == 0)}


def alone(label: str, at: int, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "sent_at": f"2026-11-30T1{at // 60}:{at % 60:02d}:00+00:00"} if label == "small" else row


@pytest.mark.parametrize("change", [lost, retried, busy])
def test_failures_and_busy_clocks_leave_it_open(tmp_path: Path, change: Change) -> None:
    measured(tmp_path, 1.0, change)
    made = opinion(tmp_path)
    assert str(made.verdict) == "inconclusive"
    assert "it takes 95 %" in made.test.problems["coding", "latency"]


def test_a_load_that_was_not_held_leaves_it_open(tmp_path: Path) -> None:
    measured(tmp_path, 1.0, alone)
    assert "for only 0 of 120 prompts were 4 calls" in opinion(tmp_path).test.problems["coding", "latency"]


def test_a_load_that_was_not_measured_names_the_command(tmp_path: Path) -> None:
    measured(tmp_path, 1.0)
    made = opinion(tmp_path, replace(FAST, at_load=16))
    assert made.test.problems["coding", "latency"].endswith("bench run --load 16")


def test_a_load_without_a_latency_to_judge_is_refused(tmp_path: Path) -> None:
    text = '[models.a]\nmodel = "openai/a"\n[models.b]\nmodel = "openai/b"\n[claims.c]\ncandidate = "a"\n'
    (tmp_path / "bench.toml").write_text(f'{text}baseline = "b"\nworse_by = 0.1\nat_load = 4\n')
    with pytest.raises(UsageError, match=r"bench\.toml:9: \[claims\.c\] at_load says .*slower_by"):
        read_config(tmp_path / "bench.toml")
    with pytest.raises(UsageError, match="at_load says"):
        claims.adhoc("a", "b", worse_by=0.1, at_load=4)


def test_old_claims_keep_their_hash_and_loads_are_verified() -> None:
    assert "at_load" not in replace(FAST, at_load=None).as_dict()
    assert FAST.sha256 != replace(FAST, at_load=5).sha256 != replace(FAST, at_load=None).sha256
    assert LOAD in SOURCES
