"""Watches an agent's processes from outside: memory, processes and files, which no limit of one process can hold."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.agents.walls import IN_MEMORY, AgentLimits

EVERY_S = 0.05
"""Seconds between two looks at the processes."""
_FILES_EVERY = 40
_MOST_FILES = 200_000
_PAGE = os.sysconf("SC_PAGE_SIZE")


class StopCause(StrEnum):
    """Why an episode ended."""

    FINISHED = "finished"
    """The agent ended by itself, with exit code 0."""
    CRASHED = "crashed"
    """The agent ended with another exit code."""
    NOT_STARTED = "not started"
    """The agent called no model: no measurement of one."""
    DEADLINE = "deadline"
    """Its time was over."""
    BUDGET = "budget"
    """Its dollars or calls were."""
    MEMORY = "memory"
    """It took more memory than allowed."""
    PROCESSES = "processes"
    """It started more processes than allowed."""
    DISK = "disk"
    """It wrote more than allowed."""


@dataclass(slots=True)
class Watch:
    """What was seen of an agent's processes."""

    most_bytes: int = 0
    """The most memory that they had together."""
    most_processes: int = 0
    """The most processes and threads at once."""
    stopped: StopCause | None = None
    """Why they were ended; None where they were not."""


def members(first: int) -> list[int]:
    """The processes of the namespace whose first process this is."""
    with suppress(OSError):
        space = os.readlink(f"/proc/{first}/ns/pid")
        found = []
        for name in os.listdir("/proc"):
            with suppress(OSError):
                if name.isdecimal() and os.readlink(f"/proc/{name}/ns/pid") == space:
                    found.append(int(name))
        return found
    return []


def memory(processes: list[int]) -> tuple[int, int]:
    """The bytes of memory that these have, without what they share, and how many threads that is."""
    size, threads = 0, 0
    for each in processes:
        with suppress(OSError, ValueError, IndexError):
            resident, shared = Path(f"/proc/{each}/statm").read_text().split()[1:3]
            size += (int(resident) - int(shared)) * _PAGE
            threads += int(Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()[17])
    return size, threads


def in_memory(first: int) -> int:
    """The bytes of the files that are kept in memory within the walls."""
    size = 0
    for place in IN_MEMORY:
        with suppress(OSError):
            there = f"/proc/{first}/root{place}"
            if os.path.isdir(place) and os.stat(there).st_dev == os.stat(place).st_dev:
                continue  # its walls are not up yet
            about = os.statvfs(there)
            size += (about.f_blocks - about.f_bfree) * about.f_frsize
    return size


def disk(folder: Path) -> int:
    """The bytes of a folder's files; links are not followed."""
    size, count, waiting = 0, 0, [str(folder)]
    while waiting and count < _MOST_FILES:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                count += 1
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    with suppress(OSError):
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
    return size


async def watch(first: int, workspace: Path, limits: AgentLimits, seen: Watch) -> None:
    """Looks until a limit is passed, then ends the namespace's first process, and with it all others."""
    looks = 0
    while True:
        size, threads = memory(members(first))
        size += in_memory(first)
        seen.most_bytes, seen.most_processes = max(seen.most_bytes, size), max(seen.most_processes, threads)
        if size > limits.memory_bytes:
            seen.stopped = StopCause.MEMORY
        elif threads > limits.processes + 20:
            seen.stopped = StopCause.PROCESSES
        elif looks % _FILES_EVERY == _FILES_EVERY - 1 and await asyncio.to_thread(disk, workspace) > limits.disk_bytes:
            seen.stopped = StopCause.DISK
        if seen.stopped:
            end(first)
            return
        looks += 1
        await asyncio.sleep(EVERY_S)


def end(first: int) -> None:
    """Ends a namespace's first process, and so all of it."""
    with suppress(ProcessLookupError):
        os.kill(first, signal.SIGKILL)
