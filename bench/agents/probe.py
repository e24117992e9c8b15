"""Whether an agent's walls hold here: every attack of the list is made from inside, before any agent is let in."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.agents.contained import Contained, contained
from bench.agents.walls import HOME, OWN_USER, WORKSPACE, AgentLimits
from bench.agents.watch import StopCause
from bench.proxy import bindable
from bench.proxy.agent import send

PLAIN = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": HOME, "LANG": "C.UTF-8", "TERM": "dumb", "USER": "agent"}
"""The environment of every command within the walls."""
_ROOM = "claimbench-agent-"
"""How the names of rooms begin."""
_YOUNG_S = 10.0
"""What is younger may not be held yet."""
_PROCESSES = 60
_MEMORY = 256 * 2**20
_HOG = "x = []\nwhile True:\n x.append(bytearray(2**24))"


@dataclass(frozen=True, slots=True, kw_only=True)
class WallsProbe:
    """What the attacks got."""

    got: dict[str, str | None]
    """An attack's name, and what it got; None where the walls held."""

    @property
    def hold(self) -> bool:
        """Whether all were contained."""
        return bool(self.got) and not any(self.got.values())


@asynccontextmanager
async def room() -> AsyncIterator[Path]:
    """A private folder of this machine for one episode, gone afterwards; those that killed processes left go first."""
    for left in _left_behind():
        await _remove(left)
    folder = Path(tempfile.mkdtemp(prefix=_ROOM))
    held = _hold(folder)
    try:
        yield folder
    finally:
        await _remove(folder)
        if held is not None:
            os.close(held)


async def _remove(folder: Path) -> None:
    for words in (("chmod", "-R", "u+rwX"), ("rm", "-rf")):  # whatever depth and rights an agent leaves
        taking = await asyncio.create_subprocess_exec(*words, str(folder), stderr=asyncio.subprocess.DEVNULL)
        await taking.wait()


def _hold(folder: Path) -> int | None:
    """A lock on a folder that goes with this process, however it ends; None where another has it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _left_behind() -> Iterator[Path]:
    """This user's rooms that no process holds any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_ROOM}*"):
        with suppress(OSError):
            about = folder.lstat()
            if about.st_uid != os.getuid() or time.time() - about.st_ctime < _YOUNG_S:
                continue
            held = _hold(folder)
            if held is not None:
                try:
                    yield folder
                finally:
                    os.close(held)


def owned(path: Path) -> Path:
    """A folder or file that the agent's user may write, with all below it."""
    if os.getuid() == 0:
        for each in (path, *path.rglob("*")):
            os.chown(each, OWN_USER, OWN_USER, follow_symlinks=False)
    return path


async def probe_walls() -> WallsProbe:
    """Makes every attack within the walls. UsageError where they cannot be put up."""
    async with room() as folder, _victims(folder) as (given, socket):
        workspace = folder / "workspace"
        workspace.mkdir()
        owned(workspace)
        limits = AgentLimits(wall_s=60, processes=_PROCESSES)
        python = sys.executable if sys.prefix == sys.base_prefix else str(Path(sys.base_prefix, "bin", "python3"))
        ended = await contained(
            [python, "-I", "-S", "/run/agent/attack.py", json.dumps(given)],
            PLAIN,
            workspace=workspace,
            socket=socket,
            limits=limits,
        )
        hog = await contained(
            [python, "-I", "-S", "-c", _HOG],
            PLAIN,
            workspace=workspace,
            socket=socket,
            limits=replace(limits, memory_bytes=_MEMORY),
        )
    return WallsProbe(got={**_read(ended), "a memory bomb": None if hog.stopped is StopCause.MEMORY else hog.output})


def _read(ended: Contained) -> dict[str, str | None]:
    try:
        got: dict[str, str | None] = json.loads(ended.output.strip().split("\n")[-1])
    except ValueError:
        return {"starting within the walls": ended.output[-300:] or f"exit code {ended.exit_code}"}
    return got


@asynccontextmanager
async def _victims(folder: Path) -> AsyncIterator[tuple[dict[str, Any], Path]]:
    """What the attacks are aimed at: a secret file, a process, three sockets; and the socket that is the way out."""

    async def none(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    name, secret = f"bench-{secrets.token_hex(8)}", folder / "secret"
    secret.write_text("a vendor's key")
    process = await asyncio.create_subprocess_exec("sleep", "120", env={"BENCH_PLANTED_SECRET": name})
    tcp = await asyncio.start_server(none, "127.0.0.1", 0)
    others = [await asyncio.start_unix_server(none, f"\0{name}")]
    for path in (folder / "other", folder / "out"):
        with bindable(path) as short:
            others.append(await asyncio.start_unix_server(none, short))
    given = {
        "file": str(secret),
        "process": process.pid,
        "port": tcp.sockets[0].getsockname()[1],
        "abstract": name,
        "socket": str(folder / "other"),
        "variable": name,
        "most": _PROCESSES,
        "known": [sys.base_prefix, WORKSPACE, HOME],
    }
    try:
        yield given, owned(folder / "out")
    finally:
        for each in (tcp, *others):
            each.close()
        send(process, signal.SIGKILL)
        await process.wait()
