"""`bench doctor` on this machine: weights, folders, the calibration of the clock, sandboxes, `.env`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.doctor import calibration
from bench.doctor.calibration import load
from bench.records import this_machine
from bench.weights.catalog import catalog
from tests.cli.conftest import Bench
from tests.cli.doctor.conftest import configure, found, listing
from tests.fake_endpoint import FakeEndpoint


def test_weights_that_are_not_here_are_counted(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    name, entry = next(iter(catalog().items()))
    (bench.folder / "bench.toml").write_text(f'[models.tiny]\nmodel = "weights/{name}"\n')
    monkeypatch.setenv("BENCH_WEIGHTS", str(tmp_path / "cache"))
    code, checks = found(bench)
    weights = checks["weights", "tiny"]
    assert (code, weights["status"], weights["text"]) == (0, "warn", f"{name} is not here yet")
    assert weights["cure"].endswith(f"bench weights pull {name}")
    assert ("endpoint", "tiny") not in checks
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / entry.file).write_bytes(b"something else")
    assert found(bench)[1]["weights", "tiny"]["text"] == f"{name} is here with another sha256"
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10_000_000))
    code, checks = found(bench)
    assert (code, checks["disk", None]["status"]) == (2, "fail")
    assert "10 MB free" in checks["disk", None]["text"]


def test_weights_that_are_here_are_verified(bench: Bench, smollm2_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    assert smollm2_path.is_file()
    (bench.folder / "bench.toml").write_text('[models.tiny]\nmodel = "weights/smollm2-135m-instruct"\n')
    code, checks = found(bench)
    assert (code, checks["weights", "tiny"]["status"]) == (0, "ok")


def test_a_results_folder_that_cannot_be_made_fails(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.pages = listing
    configure(bench, endpoint, "good")
    code, checks = found(bench, "--results", "/proc/nowhere")
    assert (code, checks["disk", None]["status"]) == (2, "fail")
    assert checks["disk", None]["cure"] == "Choose another folder with --results."


def test_calibration_is_kept_for_later_runs(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "CALLS", 4)
    monkeypatch.setattr(calibration, "ROUNDS", 1)
    endpoint.pages = listing
    configure(bench, endpoint, "good", "max_connections = 3")
    result = bench("doctor", "--calibrate")
    assert result.code == 0, result.out
    assert [line.split()[2] for line in result.out.splitlines() if " in flight: TTFT is off by " in line] == ["1", "3"]
    kept = load(bench.folder / "results", this_machine())
    assert kept is not None
    assert [each.concurrency for each in kept.measured] == [1, 3]
    assert [path.name for path in (bench.folder / "results").iterdir()] == [calibration.FILE]


def test_a_calibration_without_room_says_so(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good")
    result = bench("doctor", "--calibrate", "--results", "/proc/nowhere")
    assert result.code == 2
    assert result.err.startswith("Error: /proc/nowhere: cannot be written (")


@pytest.mark.usefixtures("sandbox")
def test_the_sandboxes_are_attacked_on_request(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.pages = listing
    configure(bench, endpoint, "good")
    result = bench("doctor", "--sandbox")
    assert result.code == 0
    assert "ok    sandbox   attacks on every sandbox:\n" in result.out
    assert "  HELD   open a network socket" in result.out


@pytest.mark.parametrize("content", ["A canary-line\n", "=canary\n"])
def test_an_unreadable_dotenv_ends_it_without_its_content(bench: Bench, endpoint: FakeEndpoint, content: str) -> None:
    configure(bench, endpoint, "good")
    (bench.folder / ".env").write_text(content)
    result = bench("doctor")
    assert (result.code, "Traceback" in result.err) == (2, False)
    assert ".env:1: cannot be read" in result.err
    assert "canary" not in result.err + result.out
