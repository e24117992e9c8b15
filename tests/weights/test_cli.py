from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from bench.cli.weights import weights


def test_list_shows_what_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_WEIGHTS", str(tmp_path))
    result = CliRunner().invoke(weights, ["list"])
    assert result.exit_code == 0
    assert re.search(r"^smollm2-135m-instruct +98 MB +Apache-2\.0 +not cached$", result.output, re.MULTILINE)
    assert str(tmp_path) in result.output


def test_pull_prints_the_path(smollm2_path: Path) -> None:
    result = CliRunner().invoke(weights, ["pull", "smollm2-135m-instruct"])
    assert result.output.strip() == str(smollm2_path)


def test_serve_runs_until_ctrl_c(smollm2_path: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from bench.cli.weights import weights; weights()", "serve", str(smollm2_path)]
    environment = {**os.environ, "BENCH_WEIGHTS": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[0]
        assert httpx.get(f"{url}/models").status_code == 200
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
