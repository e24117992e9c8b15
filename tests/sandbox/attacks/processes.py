"""Looks at the processes below this one, from outside, without asking them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_SUBREAPER = 36


class Process(NamedTuple):
    """A row of /proc."""

    pid: int
    """Its number."""
    parent: int
    """Its parent's number."""
    state: str
    """One letter: R, S, T (stopped), t (traced), Z (dead, not yet waited for) ..."""
    nice: int
    """Its priority."""
    memory_bytes: int
    """Resident memory."""
    cpu_s: float
    """CPU seconds used, by it and by all children that it has waited for."""


def every() -> Iterator[Process]:
    """All processes that this machine shows."""
    for name in os.listdir("/proc"):
        if name.isdecimal() and (process := look(int(name))):
            yield process


def look(pid: int) -> Process | None:
    """One process, or None if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    cpu_s = sum(map(int, fields[11:15])) / _TICKS
    return Process(pid, int(fields[1]), fields[0], int(fields[16]), int(fields[21]) * _PAGE, cpu_s)


def below(root: int) -> list[Process]:
    """The children of `root`, their children and so on, without those already dead."""
    children: dict[int, list[Process]] = {}
    for process in every():
        children.setdefault(process.parent, []).append(process)
    found, ahead = [], [root]
    while ahead:
        for process in children.get(ahead.pop(), []):
            ahead.append(process.pid)
            if process.state != "Z":
                found.append(process)
    return found


@contextlib.contextmanager
def adopting_orphans() -> Iterator[None]:
    """Makes this process the parent of every orphan below it, so that daemons stay in sight."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    assert prctl(_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        yield
    finally:
        assert prctl(_SUBREAPER, 0, 0, 0, 0) == 0


def shared_memory_bytes() -> int:
    """Memory of files without a disk (tmpfs, memfd, shm), of the whole machine."""
    return 1024 * int(_field("/proc/meminfo", "Shmem"))


def peak_memory_bytes() -> int:
    """The most resident memory this process has had since `forget_peak_memory`."""
    return 1024 * int(_field("/proc/self/status", "VmHWM"))


def forget_peak_memory() -> None:
    """Lets `peak_memory_bytes` begin anew."""
    Path("/proc/self/clear_refs").write_text("5")


def _field(path: str, name: str) -> str:
    return next(line.split()[1] for line in Path(path).read_text().splitlines() if line.startswith(f"{name}:"))


class Use(NamedTuple):
    """What is in use at one moment."""

    processes: int
    """Processes below this one."""
    memory_bytes: int
    """Their resident memory."""
    shared_bytes: int
    """The machine's memory of files without a disk."""


class Watch:
    """Samples what is below this process, every 30 ms, while the block runs."""

    def __init__(self, but: int) -> None:
        """Leaves out the process `but`."""
        self._but = but
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._before = self._most = self._now()

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _now(self) -> Use:
        seen = [process for process in below(os.getpid()) if process.pid != self._but]
        return Use(len(seen), sum(process.memory_bytes for process in seen), shared_memory_bytes())

    def _sample(self) -> None:
        while not self._stop.wait(0.03):
            self._most = Use(*map(max, self._most, self._now()))

    def growth(self) -> Use:
        """How far each rose, at most."""
        return Use(*(most - before for most, before in zip(self._most, self._before, strict=True)))
