"""Takes from a fresh process, one layer after the other, everything a graded program does not need."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import struct
from collections.abc import Iterable
from typing import NamedTuple

from bench.sandbox.inside import landlock, libc, seccomp

SCRATCH_PARENT = "/scratch"
"""The folder that landlock lets programs write below; it is itself on a read-only mount."""
SCRATCH = f"{SCRATCH_PARENT}/tmp"
"""The only writable folder, where there is one: empty at first, in memory, the program's own; /tmp leads here.

Each program mounts its own. Landlock's rules survive that because they look at a mount point's parents.
"""
SCRATCH_BYTES = 16 * 2**20
"""Its size; also that of any file."""
LANDLOCK_NEEDED = 3
"""The version of landlock that walls alone need: earlier ones let a program truncate what it may only read."""

_NEW_MOUNTS, _NEW_IPC, _NEW_USER, NEW_PID = 0x00020000, 0x08000000, 0x10000000, 0x20000000
_SCRATCH_INODES = 1024
_OPEN_FILES = 64
_THREADS = 512
_NO_NEW_PRIVS, _SECCOMP, _DEATH_SIGNAL, _DUMPABLE, _HUGE_PAGES_OFF, _SIGKILL = 38, 22, 1, 4, 41, 9
_SECCOMP_FILTER = 2


class Walls(NamedTuple):
    """How programs are contained."""

    namespaces: bool
    """Whether each gets PID, mount, IPC and user namespaces of its own."""
    ruleset: int | None
    """Landlock's rules, as a descriptor; seccomp comes with them. None only where a user typed that no sandbox is
    wanted."""


class Allowance(NamedTuple):
    """What one program may use."""

    memory_bytes: int
    """Address space."""
    stderr_too: bool
    """Whether stderr joins stdout; otherwise it is thrown away."""

    def packed(self) -> bytes:
        """As the first bytes of the program's channel."""
        return _ALLOWANCE.pack(*self)


_ALLOWANCE = struct.Struct("<Q?")


def receive_allowance(channel: int) -> Allowance:
    """The allowance from the beginning of the channel; raises EOFError if the other end has gone."""
    packed = os.read(channel, _ALLOWANCE.size)
    if len(packed) < _ALLOWANCE.size:
        raise EOFError("no allowance came")
    return Allowance(*_ALLOWANCE.unpack(packed))


def prepare(kind: str, readable: Iterable[str]) -> Walls:
    """The walls of a kind, "namespaces", "filters" or "nothing", with the paths that may be read. Raises OSError."""
    if kind == "nothing":
        return Walls(namespaces=False, ruleset=None)
    namespaces = kind == "namespaces"
    if not namespaces and landlock.abi() < LANDLOCK_NEEDED:
        raise OSError(errno.ENOSYS, f"landlock {landlock.abi()} is too old, {LANDLOCK_NEEDED} is needed (Linux 6.2)")
    writable = [SCRATCH_PARENT, "/dev/null"] if namespaces else ["/dev/null"]
    return Walls(namespaces, landlock.ruleset(readable, writable))


def lock_down(walls: Walls, allowance: Allowance) -> None:
    """Locks this process down for good. Raises OSError, naming the layer that failed: then nothing may run."""
    if walls.namespaces:
        libc.unshare(_NEW_MOUNTS | _NEW_IPC)
        libc.mount_tmpfs(SCRATCH, f"size={SCRATCH_BYTES},nr_inodes={_SCRATCH_INODES},mode=1777")
        os.chdir(SCRATCH)
        with contextlib.suppress(OSError):  # where a host allows none inside another, the limit on threads is shared
            libc.unshare(_NEW_USER)
    _limit(allowance, namespaces=walls.namespaces)
    if walls.ruleset is None:
        return
    libc.prctl(_DEATH_SIGNAL, _SIGKILL)
    libc.prctl(_DUMPABLE, 0)  # or the host's crash reporter, which has rights, would be handed what a crash left
    libc.prctl(_HUGE_PAGES_OFF, 1)  # they stay whole while a sliver is mapped, which the limit does not count
    libc.prctl(_NO_NEW_PRIVS, 1)
    landlock.restrict(walls.ruleset)
    os.close(walls.ruleset)
    libc.drop_capabilities()
    _install(seccomp.assemble(os.uname().machine, os.getpid()))


def _limit(allowance: Allowance, *, namespaces: bool) -> None:
    limits = {
        resource.RLIMIT_AS: allowance.memory_bytes,
        resource.RLIMIT_FSIZE: SCRATCH_BYTES,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    if namespaces:  # counted in the program's own user namespace; elsewhere it would count the user's other threads
        limits[resource.RLIMIT_NPROC] = _THREADS
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))


def _install(program: bytes) -> None:
    code = libc.buffer(program)
    sock_fprog = struct.pack("@HP", len(program) // 8, libc.address(code))
    libc.prctl(_SECCOMP, _SECCOMP_FILTER, sock_fprog)
