"""Watches an agent's processes from outside: memory, processes and files, which no limit of one process can hold."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import stat
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.agents.walls import IN_MEMORY, AgentLimits

EVERY_S = 0.05
"""Seconds between two looks at the processes."""
_FILES_EVERY_S = 2.0
"""Seconds between two looks at the files, however long a look takes on a busy machine."""
_MOST_FILES = 200_000
_SPARE = 2**30
"""Bytes of a disk that no agent may take, whatever holds its files; at most a twentieth of it."""
_BUFFER = 212_992
"""Bytes that a unix socket holds of what was not read: the kernel's default, which no agent can raise."""
_OWN = ("RssAnon", "VmSwap", "VmPTE")
"""KiB of memory that a process has for itself: proc(5), status."""
_LINE = re.compile(r"^(RssAnon|RssShmem|VmSwap|VmPTE|Threads):\s+(\d+)", re.MULTILINE)


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
    """Its dollars were."""
    TURNS = "turns"
    """Its calls were."""
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


def memory(processes: list[int]) -> tuple[int, int, int]:
    """The bytes of memory that these have each for itself, page tables counted; those of memory that they may share,
    counted once for each that has it; and their threads."""
    size, shared, threads = 0, 0, 0
    for each in processes:
        with suppress(OSError, ValueError, KeyError):
            about = dict(_LINE.findall(Path(f"/proc/{each}/status").read_text(errors="replace")))
            size += sum(int(about.get(name, 0)) for name in _OWN) << 10
            shared += int(about.get("RssShmem", 0)) << 10
            threads += int(about["Threads"])
    return size, shared, threads


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


def buffers(first: int) -> int:
    """The bytes that may wait in sockets within the walls, which have a network of their own; of unix ones the most."""
    size = 0
    for name in ("unix", "netlink"):
        size += max(0, len(_table(first, name)) - 1) * _BUFFER
    for name in ("tcp", "tcp6", "udp", "udp6"):
        for row in _table(first, name)[1:]:
            with suppress(ValueError, IndexError):
                size += sum(int(queue, 16) for queue in row.split()[4].split(":"))
    return size


def _table(first: int, name: str) -> list[str]:
    with suppress(OSError):
        own, theirs = (os.readlink(f"/proc/{each}/ns/net") for each in ("self", first))
        if own != theirs:  # its walls are up
            return Path(f"/proc/{first}/net/{name}").read_text().splitlines()
    return []


def held(processes: list[int], device: int) -> tuple[int, int]:
    """The bytes of files on a device that have no name any more, and that these processes hold open or mapped; and how
    many descriptors wait in their sockets, of whose files nothing can be seen (Linux 5.9 or newer says it)."""
    sizes: dict[int, int] = {}
    sockets: dict[int, int] = {}
    for each in processes:
        for place in ("fd", "map_files"):
            with suppress(OSError):
                for name in os.listdir(f"/proc/{each}/{place}"):
                    with suppress(OSError):
                        about = os.stat(f"/proc/{each}/{place}/{name}")
                        if not about.st_nlink and about.st_dev == device and stat.S_ISREG(about.st_mode):
                            sizes[about.st_ino] = about.st_blocks * 512
                        elif stat.S_ISSOCK(about.st_mode):
                            sockets[about.st_ino] = _waiting(each, name)
    return sum(sizes.values()), sum(sockets.values())


def _waiting(process: int, descriptor: str) -> int:
    """The descriptors that were sent to a socket and not received."""
    about = Path(f"/proc/{process}/fdinfo/{descriptor}").read_text()
    return next((int(line.split()[1]) for line in about.splitlines() if line.startswith("scm_fds:")), 0)


def written(first: int, workspace: Path, unused: int, file_bytes: int) -> int:
    """The bytes that the walls' files take of the workspace's disk.

    Where descriptors wait in sockets they may hold files of `file_bytes` each: then what the disk lost counts, up to
    that. `unused` were its free bytes and the workspace's own at the beginning.
    """
    unnamed, waiting = held(members(first), os.stat(workspace).st_dev)
    seen = disk(workspace) + unnamed
    return max(seen, min(unused - free(workspace), seen + waiting * file_bytes))


def free(folder: Path) -> int:
    """The bytes of the disk that a folder lies on that nobody uses."""
    about = os.statvfs(folder)
    return about.f_bfree * about.f_frsize


def scarce(folder: Path) -> bool:
    """Whether the disk that a folder lies on is nearly full."""
    about = os.statvfs(folder)
    return about.f_bavail * about.f_frsize < min(_SPARE, about.f_blocks * about.f_frsize // 20)


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
    looked, room = time.monotonic(), not scarce(workspace)
    unused = free(workspace) + await asyncio.to_thread(disk, workspace)
    while True:
        size, shared, threads = memory(members(first))
        size += max(in_memory(first), shared) + buffers(first)
        seen.most_bytes, seen.most_processes = max(seen.most_bytes, size), max(seen.most_processes, threads)
        if size > limits.memory_bytes:
            seen.stopped = StopCause.MEMORY
        elif threads > limits.processes + 20:
            seen.stopped = StopCause.PROCESSES
        elif time.monotonic() - looked >= _FILES_EVERY_S:
            taken = await asyncio.to_thread(written, first, workspace, unused, limits.file_bytes)
            looked = time.monotonic()
            if taken > limits.disk_bytes or (room and scarce(workspace)):
                seen.stopped = StopCause.DISK
        if seen.stopped:
            end(first)
            return
        await asyncio.sleep(EVERY_S)


def end(first: int) -> None:
    """Ends a namespace's first process, and so all of it."""
    with suppress(ProcessLookupError):
        os.kill(first, signal.SIGKILL)
