"""Calibration with the real engine and the real endpoint in its own process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bench.doctor import calibration, scripted
from bench.doctor.calibration import Calibration, calibrate, load, save
from bench.errors import IncompleteError
from bench.journal import Journal
from bench.records.items import Call
from bench.records.recordedcourse import RecordedMachine
from tests.fake_endpoint import FakeEndpoint, Reply

SOME = Calibration(
    concurrency=1,
    n=50,
    clean=50,
    ttft_error_p50_s=0.001,
    ttft_error_p99_s=0.002,
    latency_error_p50_s=0.003,
    latency_error_p99_s=0.004,
)
MACHINE = RecordedMachine(cpu="a", cores=2)


def test_our_error_is_measured_with_records_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "CALLS", 4)
    begun = time.perf_counter()
    with Journal(tmp_path / "journal.db") as journal:
        measured = calibrate(2, journal.put)
        calls = list(journal.calls("calibration-2").values())
    assert (measured.concurrency, measured.n, len(calls)) == (2, 16, 16)
    assert time.perf_counter() - begun > 8 * scripted.ANSWER_S
    assert measured.clean == sum(call.timing_ok for call in calls)
    ttft, latency = zip(*map(by_hand, calls), strict=True)
    assert (measured.ttft_error_p50_s, measured.ttft_error_p99_s) == (sorted(ttft)[8], max(ttft))
    assert (measured.latency_error_p50_s, measured.latency_error_p99_s) == (sorted(latency)[8], max(latency))
    assert max(ttft) < scripted.FIRST_S / 2, "the opening event, which is no token, was taken for the first"


def by_hand(call: Call) -> tuple[float, float]:
    """Recorded minus true, from the answer's last words."""
    seen, (ttft_s, latency_s) = call.attempts[0], map(float, call.text.split()[-2:])
    assert seen.ttft_s is not None
    assert seen.latency_s is not None
    return abs(seen.ttft_s - ttft_s), abs(seen.latency_s - latency_s)


def test_the_endpoint_ends_with_its_standard_input() -> None:
    process = subprocess.Popen(
        [sys.executable, "-I", scripted.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert int(process.stdout.readline()) > 0
    assert process.communicate(timeout=10)[0] == ""
    assert process.returncode == 0


def test_an_endpoint_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "CALLS", 1)
    monkeypatch.setattr(calibration, "ROUNDS", 1)
    with FakeEndpoint(lambda _: Reply(text="no such model", status=404)) as endpoint:

        @contextmanager
        def broken() -> Iterator[str]:
            yield endpoint.url

        monkeypatch.setattr(calibration, "_endpoint", broken)
        with pytest.raises(IncompleteError, match="could not be asked"):
            calibrate(1, lambda _: None)


def test_an_interpreter_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(IncompleteError, match="/nowhere/python cannot be started"):
        calibrate(1, lambda _: None)


def test_what_is_kept_holds_for_its_machine_only(tmp_path: Path) -> None:
    assert load(tmp_path, MACHINE) is None
    save(tmp_path, MACHINE, [SOME])
    kept = load(tmp_path, MACHINE)
    assert kept is not None
    assert [error.to_json() for error in kept.measured] == [asdict(SOME)]
    assert kept.machine == MACHINE
    assert load(tmp_path, replace(MACHINE, cores=64)) is None


@pytest.mark.parametrize("content", ["", "[]", json.dumps({"measured": []})])
def test_a_file_that_is_no_calibration_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / calibration.FILE).write_text(content)
    assert load(tmp_path, MACHINE) is None
