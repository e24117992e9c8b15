"""A calibration of this machine goes with every run made on it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bench.doctor.calibration import Calibration, save
from bench.records.machine import this_machine
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint

MEASURED = Calibration(
    concurrency=8,
    n=64,
    clean=64,
    ttft_error_p50_s=0.001,
    ttft_error_p99_s=0.002,
    latency_error_p50_s=0.003,
    latency_error_p99_s=0.004,
)


def manifest(bench: Bench, folder: str) -> dict[str, object]:
    assert bench("run", "-o", folder).code == 0
    read: dict[str, object] = json.loads(Path(bench.folder, folder, "run.json").read_text())
    return read


def test_a_run_carries_the_calibration_of_its_machine(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good")
    assert manifest(bench, "none")["calibration"] is None
    save(bench.folder / "results", this_machine(), [MEASURED])
    carried = manifest(bench, "own")["calibration"]
    assert isinstance(carried, dict)
    assert carried["measured"][0]["ttft_error_p99_s"] == 0.002
    save(bench.folder / "results", replace(this_machine(), cpu="another"), [MEASURED])
    assert manifest(bench, "other")["calibration"] is None
