"""Runs within an agent's walls, alone and by the standard library only: a relay to the proxy's socket, then the agent.

    python inside.py SOCKET PORT UID PROCESSES FILE_BYTES ENVIRONMENT -- COMMAND...

ENVIRONMENT is a descriptor of a JSON object: `environ`, the agent's variables, which nothing outside the walls was
started with, and `calls`, the filter of its system calls in hex.

The agent calls 127.0.0.1:PORT, as no agent calls a unix socket; what it sends goes to SOCKET, the only way out.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import resource
import struct
import sys

_NO_NEW_PRIVS, _SECCOMP, _FILTER = 38, 22, 2


def _prctl(*given: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(*given, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def become(uid: int) -> None:
    """Leaves root behind, where this process is root."""
    if uid != os.getuid():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)


def lock(uid: int, processes: int, file_bytes: int, program: bytes) -> None:
    """Takes from this process what an agent does not need. OSError where a layer fails: then nothing may run."""
    for limit, value in (
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, 4096),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    become(uid)
    _prctl(_NO_NEW_PRIVS, 1, 0)
    code = ctypes.create_string_buffer(program, len(program))
    fprog = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    _prctl(_SECCOMP, _FILTER, ctypes.create_string_buffer(fprog, len(fprog)))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, socket: str) -> None:
    """One connection of the agent's: both ways until both ends close, or one breaks off."""
    try:
        there, out = await asyncio.open_unix_connection(socket)
    except OSError:
        writer.close()
        return
    try:
        ways = [asyncio.ensure_future(each) for each in (_pump(reader, out), _pump(there, writer))]
        await asyncio.wait((ways[1],))
        ways[0].cancel()
    finally:
        for each in (out, writer):
            each.close()


async def run(socket: str, numbers: list[int], command: list[str]) -> None:
    """Runs the agent and exits as it does, as a shell would."""

    port, uid, processes, file_bytes, environment = numbers
    with os.fdopen(environment, "rb") as file:
        given = json.load(file)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _relay(reader, writer, socket)

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    child = os.fork()
    if child == 0:
        try:
            lock(uid, processes, file_bytes, bytes.fromhex(given["calls"]))
            os.execvpe(command[0], command, given["environ"])
        except OSError as error:
            os.write(2, f"cannot start {command[0]}: {error}\n".encode())
        finally:
            os._exit(127)
    become(uid)
    _, status = await asyncio.get_running_loop().run_in_executor(None, os.waitpid, child, 0)
    del server
    code = os.waitstatus_to_exitcode(status)
    os._exit(128 - code if code < 0 else code)


def main(given: list[str]) -> None:
    """What the command line asks for."""
    at = given.index("--")
    socket, *numbers = given[:at]
    asyncio.run(run(socket, [int(each) for each in numbers], given[at + 1 :]))


if __name__ == "__main__":
    main(sys.argv[1:])
