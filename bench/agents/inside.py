"""Runs within an agent's walls, alone and by the standard library only: a relay to the proxy's socket, then the agent.

    python inside.py SOCKET PORT UID PROCESSES FILE_BYTES ENVIRONMENT -- COMMAND...

ENVIRONMENT is a descriptor of a JSON object: the agent's variables, which nothing outside the walls was started with.

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
_LOAD, _AND, _RETURN, _IF_EQUAL = 0x20, 0x54, 0x06, 0x15
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_CLONE_NEW, _X32 = 0x7E020000, 0x40000000
_FAMILIES = (1, 2, 10, 16)
"""Unix, IPv4, IPv6 and netlink: these know namespaces of the network, which vsock and others do not."""
_DENIED_ANYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 447)
"""io_uring, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr, memfd_secret."""
_MACHINES = {
    "x86_64": (
        0xC000003E,
        {"clone": 56, "clone3": 435, "socket": 41},
        "101 310 311 165 166 155 272 308 321 248 249 250 323 298 246 320 175 313 176 304 167 168 169 163 164 227 179 "
        "161 172 173 319 29 68",
    ),
    "aarch64": (
        0xC00000B7,
        {"clone": 220, "clone3": 435, "socket": 198},
        "117 270 271 40 39 41 97 268 280 217 218 219 282 241 104 294 105 273 106 265 224 225 142 89 170 112 60 "
        "51 279 194 186",
    ),
}
"""By machine: its number, three calls, and what no agent needs: ptrace and reading another process's memory, mounts,
namespaces, bpf, keys, userfaultfd, perf, kexec, modules, handles, swap, reboot, clocks, quotas, chroot, ports,
and memory that belongs to no process: memfd_create, and System V's shared memory and messages."""


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def rules(machine: str) -> bytes:
    """The filter's program. OSError where nothing is known of the machine."""
    if machine not in _MACHINES:
        raise OSError(f"no rules for {machine}")
    number, calls, denied = _MACHINES[machine]
    steps = [_step(_LOAD, 4), _step(_IF_EQUAL, number, 1), _step(_RETURN, _KILL), _step(_LOAD, 0)]
    if machine == "x86_64":  # its second table has the same architecture
        steps += [_step(0x35, _X32, 0, 1), _step(_RETURN, _KILL)]
    for call in (*map(int, denied.split()), *_DENIED_ANYWHERE):
        steps += [_step(_IF_EQUAL, call, 0, 1), _step(_RETURN, _ERRNO | _EPERM)]
    steps += [_step(_IF_EQUAL, calls["clone3"], 0, 1), _step(_RETURN, _ERRNO | _ENOSYS)]  # its flags cannot be seen
    steps += [_step(_IF_EQUAL, calls["clone"], 0, 5), _step(_LOAD, 16), _step(_AND, _CLONE_NEW)]
    steps += [_step(_IF_EQUAL, 0, 0, 1), _step(_RETURN, _ALLOW), _step(_RETURN, _ERRNO | _EPERM)]
    steps += [_step(_IF_EQUAL, calls["socket"], 1), _step(_RETURN, _ALLOW), _step(_LOAD, 16)]
    for family in _FAMILIES:
        steps += [_step(_IF_EQUAL, family, 0, 1), _step(_RETURN, _ALLOW)]
    return b"".join((*steps, _step(_RETURN, _ERRNO | _EAFNOSUPPORT)))


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


def lock(uid: int, processes: int, file_bytes: int) -> None:
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
    program = rules(os.uname().machine)
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
        environ = json.load(file)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _relay(reader, writer, socket)

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    child = os.fork()
    if child == 0:
        try:
            lock(uid, processes, file_bytes)
            os.execvpe(command[0], command, environ)
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
