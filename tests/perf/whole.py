"""Whole processes on one core against the scripted server: what a user of each tool waits and pays for."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.perf.harness import answer_s, client_core
from tests.perf.mock import Mock

TIMEOUT_S = 300
"""A process that takes longer than this is ended, and the measurement fails."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is asked: so many calls of one scripted answer, so many at once."""

    model: str
    """The answer's script, e.g. "mock-t190-n1-i0"."""
    calls: int
    """Calls in all."""
    slots: int
    """Calls in flight at most."""

    @property
    def ideal_s(self) -> float:
        """Seconds from the first request's arrival to the last answer's end of a client that adds nothing."""
        return -(-self.calls // self.slots) * answer_s(self.model)


@dataclass(frozen=True, slots=True)
class Run:
    """One whole process."""

    wall_s: float
    """From its start to its end."""
    cpu_s: float
    """Of it and its children, user and system."""
    rss_mb: float
    """Its largest resident set, in MiB."""
    others: float
    """Share of the wall time in which its core worked for others."""
    first_s: float | None = None
    """From its start to the first request at the server; None for a process that asks nothing."""
    span_s: float | None = None
    """From the first request's arrival to the last answer's end; None likewise."""


def _busy_s(core: int) -> float:
    """Seconds that a core has worked since the machine began."""
    line = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith(f"cpu{core} "))
    user, nice, system, _idle, _wait, irq, soft, *_ = map(int, line.split()[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def run_whole(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    mock: Mock | None = None,
    ends: Collection[int] = (0,),
) -> Run:
    """Runs a command on the client's core, in a folder; `ends` are the statuses that are no failure.

    Raises:
        RuntimeError: It failed, or made no request where a server listens; with the end of what it printed.
    """
    core = client_core()
    if mock:
        mock.reset()
    with tempfile.TemporaryFile() as printed:
        busy, began = _busy_s(core), time.monotonic()
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
        )
        deadline = began + TIMEOUT_S
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            if time.monotonic() > deadline:
                process.kill()
            time.sleep(0.002)
        wall, (_, status, used) = time.monotonic() - began, ended
        process.returncode = os.waitstatus_to_exitcode(status)
        others = _busy_s(core) - busy - used.ru_utime - used.ru_stime
        printed.seek(0)
        text = printed.read().decode(errors="replace")[-2000:]
    if process.returncode not in ends:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    first = span = None
    if mock:
        log = mock.log().values()
        if not log:
            raise RuntimeError(f"{' '.join(command)} asked nothing:\n{text}")
        first = min(true.received for true in log) - began
        span = max(true.done for true in log) - min(true.received for true in log)
    cpu = used.ru_utime + used.ru_stime
    return Run(wall, cpu, used.ru_maxrss / 1024, max(0.0, others) / wall, first, span)
