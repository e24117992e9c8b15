"""Runs one command within an agent's walls, to its end or to a limit."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import clean
from bench.agents.calls import agents_filter
from bench.agents.walls import AgentLimits, users, walled_agent
from bench.agents.watch import StopCause, Watch, end, watch
from bench.errors import UsageError
from bench.proxy.agent import send

OUTPUT_BYTES = 64 * 1024
"""Of what a command says, the end is kept: so much."""
_START_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """How a command within the walls ended."""

    exit_code: int
    """As a shell gives it; 137 where it was ended from outside."""
    stopped: StopCause | None
    """The limit that it passed; None where it ended by itself."""
    output: str
    """The end of what it said, at most OUTPUT_BYTES; hostile text, with its control characters made visible."""
    wall_s: float
    """Seconds that it took."""
    seen: Watch
    """What was seen of its processes."""


async def contained(
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    workspace: Path,
    socket: Path,
    programs: Sequence[Path] = (),
    limits: AgentLimits,
) -> Contained:
    """Runs a command within the walls. UsageError where they cannot be put up: then nothing ran."""
    try:
        calls = agents_filter(os.uname().machine)
    except KeyError as error:
        raise UsageError(f"no list of system calls is known for {error}. Use a virtual machine.") from error
    given = {"environ": dict(environ), "calls": calls.hex()}
    inward, outward = os.pipe()
    passwd, variables = _in_memory(users()), _in_memory(json.dumps(given).encode())
    try:
        line = walled_agent(
            command,
            workspace=workspace,
            socket=socket,
            programs=programs,
            limits=limits,
            info=outward,
            passwd=passwd,
            environment=variables,
        )
        process = await asyncio.create_subprocess_exec(
            *line,
            env={},
            pass_fds=(outward, passwd, variables),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        os.close(inward)
        cure = "Shorten the task or the agent's command" if error.errno == errno.E2BIG else "Check your PATH"
        raise UsageError(f"bubblewrap cannot be started ({error.strerror}). {cure}.") from error
    finally:
        os.close(outward)
        os.close(passwd)
        os.close(variables)
    begun = time.monotonic()
    said = asyncio.ensure_future(_tail(process))
    try:
        first = await _first(inward)
    except asyncio.CancelledError:
        send(process, signal.SIGKILL)
        await asyncio.gather(process.wait(), said)  # its pipe is read to its end, or it outlives the loop
        raise
    if first is None:
        await process.wait()
        words = " ".join((await said).split())[:300]
        raise UsageError(f"this machine does not let bubblewrap put up an agent's walls ({words}). Use Docker or a VM.")
    seen = Watch()
    watching = asyncio.ensure_future(watch(first, workspace, limits, seen))
    try:
        await asyncio.wait_for(process.wait(), limits.wall_s)
    except TimeoutError:
        seen.stopped = StopCause.DEADLINE
        end(first)
    except asyncio.CancelledError:
        end(first)
        raise
    finally:
        watching.cancel()
        send(process, signal.SIGKILL)
        code, output = await asyncio.gather(process.wait(), said)
    return Contained(
        exit_code=128 - code if code < 0 else code,
        stopped=seen.stopped,
        output=clean.text(output),
        wall_s=time.monotonic() - begun,
        seen=seen,
    )


def _in_memory(data: bytes) -> int:
    """A descriptor of a file in memory that holds the data."""
    handle = os.memfd_create("agent")
    os.write(handle, data)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle


async def _first(inward: int) -> int | None:
    """The namespace's first process, as bubblewrap tells it; None where there is none."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(inward, "rb"))
    try:
        told = await asyncio.wait_for(reader.readuntil(b"}"), _START_S)
        return int(json.loads(told)["child-pid"])
    except (TimeoutError, asyncio.IncompleteReadError, ValueError, KeyError):
        return None
    finally:
        pipe.close()


async def _tail(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    kept = b""
    while part := await process.stdout.read(65536):
        kept = (kept + part)[-OUTPUT_BYTES:]
    return kept.decode("utf-8", "replace")
