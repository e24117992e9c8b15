"""Two nodes of Ray's on this machine, and runs of `bench` on them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".servers" / "ray" / "bin" / "python"
"""Where `make ray` puts Ray, and nothing of ours."""


def environ(**more: str) -> dict[str, str]:
    """Variables of every process: both our packages and Ray can be imported, and Ray reports to nobody."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "BENCH_WEIGHTS") if name in os.environ}
    paths = os.pathsep.join((str(ROOT), sysconfig.get_path("purelib")))
    quiet = {
        "RAY_raylet_start_wait_time_s": "120",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_DISABLE_IMPORT_WARNING": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    return {**kept, **quiet, "PYTHONPATH": paths, "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", **more}


@dataclass(frozen=True, slots=True)
class Nodes:
    """A cluster that runs."""

    address: str
    """What --ray takes."""
    session: Path
    """Where Ray keeps its logs."""
    process: subprocess.Popen[str]
    """What started it."""

    def tell(self, command: str, port: int = 0) -> int:
        """Has it kill something that asks at a port; how many processes that hit."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{command} {port}\n")
        self.process.stdin.flush()
        return int(self._answer()["killed"])

    def _answer(self) -> Mapping[str, Any]:
        assert self.process.stdout is not None
        answer: Mapping[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@contextlib.contextmanager
def cluster() -> Iterator[Nodes]:
    """Two nodes, until the block ends."""
    if not PYTHON.exists():
        pytest.skip("Ray is not installed: make test-ray installs it and runs this")
    pipe = subprocess.PIPE
    command = [str(PYTHON), str(Path(__file__).with_name("nodes.py"))]
    for _ in range(3):  # a node may not start in time on a busy machine
        process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environ(), text=True
        )
        assert process.stdout is not None
        said = json.loads(process.stdout.readline() or "{}")
        if said:
            break
        process.wait()
    assert said, "the cluster did not start"
    with process:
        yield Nodes(said["address"], Path(said["session"]), process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(60)


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """The module's cluster."""
    with cluster() as running:
        yield running


def bench(folder: Path, *args: str, **more: str) -> subprocess.Popen[str]:
    """A command in a folder, with Ray at hand."""
    pipe = subprocess.PIPE
    command = [str(PYTHON), "-m", "bench", *args]
    return subprocess.Popen(command, cwd=folder, env=environ(**more), text=True, stdout=pipe, stderr=pipe)
