"""The doctor's findings on this machine that no endpoint is needed for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.doctor import CheckStatus, machine
from bench.sandbox import using


@pytest.mark.parametrize(
    ("times", "status", "step"),
    [([0.0, 1e-6, 2e-6], CheckStatus.OK, "0.001 ms"), ([0.0, 0.0, 0.0156, 0.0312], CheckStatus.WARN, "16 ms")],
)
def test_a_coarse_clock_is_a_warning(times: list[float], status: CheckStatus, step: str) -> None:
    found = machine.clock(times)
    assert (found.status, found.text) == (status, f"the clock of latencies moves in steps of {step}")


def test_a_clock_that_stood_still_states_its_resolution() -> None:
    assert machine.clock([1.0, 1.0]).status is CheckStatus.OK


def test_this_machines_clock_is_fine() -> None:
    assert machine.clock().status is CheckStatus.OK


@pytest.mark.parametrize(
    ("skews_s", "status", "words"),
    [
        ([], CheckStatus.WARN, "no endpoint gave the time"),
        ([0.4], CheckStatus.OK, "within 5 s of an endpoint's"),
        ([90.0, -3.0], CheckStatus.OK, "within 5 s of an endpoint's"),
        ([90.0, 61.2], CheckStatus.WARN, "is 61 s ahead of every endpoint's"),
        ([-7.0], CheckStatus.WARN, "is 7 s behind every endpoint's"),
    ],
)
def test_one_endpoint_that_agrees_with_our_time_is_enough(
    skews_s: list[float], status: CheckStatus, words: str
) -> None:
    found = machine.time_of_day(skews_s)
    assert found.status is status
    assert words in found.text


def test_without_a_sandbox_the_cure_is_told() -> None:
    with using():
        found = machine.sandbox()
    assert (found.status, "left out" in found.text) == (CheckStatus.WARN, True)
    assert "never run without a sandbox" in found.cure


def test_little_room_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    assert machine.room(tmp_path / "not" / "yet").status is CheckStatus.OK or usage.free < machine.ROOM_BYTES
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5_000_000))
    found = machine.room(tmp_path / "not" / "yet")
    assert (found.status, found.text) == (CheckStatus.WARN, f"{tmp_path / 'not' / 'yet'} has 5 MB free")
    assert not (tmp_path / "not").exists()
