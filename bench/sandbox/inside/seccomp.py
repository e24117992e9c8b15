"""Seccomp filters assembled by hand. A graded program's: everything is refused but the calls listed here and in
`syscalls`. The other list, of what an agent may not call, is `bench.agents.calls`.

A refused call fails with EPERM, as a missing permission does, so that a program can report it; one newer than the
table fails with ENOSYS. Calls through another architecture's table (x32, i386) kill the process.
"""

from __future__ import annotations

import errno
import signal
import struct
from collections.abc import Sequence

from bench.sandbox.inside.syscalls import ARCHITECTURES, CALLS, NEWEST

Condition = tuple[int, int, tuple[int, ...]]
"""A 32-bit word of the arguments (2 * argument, + 1 for its high half), a mask, and the values that will do."""

_ALL = 0xFFFFFFFF
_CLONE_FILES, _CLONE_THREAD, _CLONE_NEW = 0x00000400, 0x00010000, 0x7E020000
_MAP_SHARED, _MAP_ANONYMOUS = 0x01, 0x20
_FUTEX, _FUTEX_COMMAND = (0, 1, 3, 4, 5, 9, 10), 0x7F  # waits, wakes and requeues, none that lends priority
_AF_UNIX, _RLIMIT_STACK, _CLOSE_RANGE_CLOEXEC = 1, 3, 4
_FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1032)  # DUPFD, [GS]ETFD, [GS]ETFL, locks, DUPFD_CLOEXEC, GETPIPE_SZ
_IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIO[N]CLEX
_SOL_SOCKET, _GETSOCKOPT = 1, (3, 4, 38, 39)  # SO_TYPE, SO_ERROR, SO_PROTOCOL, SO_DOMAIN; none about the peer
_MESSAGE = (0, 2, 0x40, 0x4000)  # MSG_PEEK, MSG_DONTWAIT, MSG_NOSIGNAL; nothing out of band
_PRCTL = (3, 15, 16, 0x53564D41)  # GET_DUMPABLE, [GS]ET_NAME, SET_VMA

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IF_EQUAL, _IF_GREATER, _IF_AT_LEAST = 0x15, 0x25, 0x35
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000


def conditional(pid: int) -> list[tuple[str, tuple[Condition, ...]]]:
    """The calls that are allowed with these arguments only, in a process that sees itself as `pid`.

    A call named twice is allowed if either line holds. No signal that cannot be caught: a program must not be able to
    look as if it had been killed from outside. No memory that the limits miss: pages of a shared mapping outlive their
    addresses while any of it is mapped, and every table of descriptors has a limit, and buffers, of its own.
    """
    catchable = tuple(n for n in range(32) if n not in (signal.SIGKILL, signal.SIGSTOP))
    return [
        ("clone", ((0, _CLONE_FILES | _CLONE_THREAD | _CLONE_NEW, (_CLONE_FILES | _CLONE_THREAD,)),)),
        ("close_range", ((4, _ALL, (0, _CLOSE_RANGE_CLOEXEC)),)),
        ("mmap", ((6, _MAP_SHARED | _MAP_ANONYMOUS, (0, _MAP_SHARED, _MAP_ANONYMOUS)),)),
        ("futex", ((2, _FUTEX_COMMAND, _FUTEX),)),
        ("kill", ((0, _ALL, (pid,)), (2, _ALL, catchable))),
        ("tgkill", ((0, _ALL, (pid,)), (4, _ALL, catchable))),
        ("fcntl", ((2, _ALL, _FCNTL),)),
        ("ioctl", ((2, _ALL, _IOCTL),)),
        ("prctl", ((0, _ALL, _PRCTL),)),
        ("prlimit64", ((0, _ALL, (0,)), (4, _ALL, (0,)), (5, _ALL, (0,)))),
        ("prlimit64", ((0, _ALL, (0,)), (2, _ALL, (_RLIMIT_STACK,)))),
        ("socketpair", ((0, _ALL, (_AF_UNIX,)),)),
        ("getsockopt", ((2, _ALL, (_SOL_SOCKET,)), (4, _ALL, _GETSOCKOPT))),
        ("recvfrom", ((6, _ALL, _MESSAGE),)),
        ("sendto", ((6, _ALL, _MESSAGE), (8, _ALL, (0,)), (9, _ALL, (0,)))),
    ]


def assemble(machine: str, pid: int, more: Sequence[int] = ()) -> bytes:
    """The filter as BPF for `os.uname().machine`, with `more` calls allowed. KeyError for a machine without a table."""
    column, architecture = ARCHITECTURES[machine]
    rules = conditional(pid)
    special = {name for name, _ in rules} | {"clone3"}
    program = begin(architecture)
    for name, numbers in CALLS.items():
        number = numbers[column]
        if number is not None and name not in special:
            program += [_line(_IF_EQUAL, number, 0, 1), _line(_RETURN, _ALLOW)]
    for number in more:
        program += [_line(_IF_EQUAL, number, 0, 1), _line(_RETURN, _ALLOW)]
    for name, conditions in rules:
        program += verdict_if(CALLS[name][column], conditions)
    clone3 = CALLS["clone3"][column]
    assert clone3 is not None
    program += [
        _line(_LOAD, _NUMBER),
        _line(_IF_EQUAL, clone3, 1, 0),
        _line(_IF_GREATER, NEWEST, 0, 1),
        _line(_RETURN, _ERRNO | errno.ENOSYS),
        _line(_RETURN, _ERRNO | errno.EPERM),
    ]
    return b"".join(program)


def _line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def begin(architecture: int) -> list[bytes]:
    """How every filter begins: calls of another architecture kill the process, and the call's number is loaded."""
    return [
        _line(_LOAD, _ARCHITECTURE),
        _line(_IF_EQUAL, architecture, 1, 0),
        _line(_RETURN, _KILL),
        _line(_LOAD, _NUMBER),
        _line(_IF_AT_LEAST, _X32, 0, 1),
        _line(_RETURN, _KILL),
    ]


def verdict(error: int | None = None) -> list[bytes]:
    """What holds for every call that comes to it: allowed, or failed with this error; 0 feigns success."""
    return [_line(_RETURN, _ALLOW if error is None else _ERRNO | error)]


def verdict_if(number: int | None, conditions: tuple[Condition, ...] = (), error: int | None = None) -> list[bytes]:
    """The `verdict` on a call if all conditions hold, else goes on behind its own end. Built from the end backwards."""
    assert number is not None
    body = verdict(error)
    for word, mask, values in reversed(conditions):
        last = len(values) - 1
        tests = [_line(_IF_EQUAL, value, last - at, len(body) if at == last else 0) for at, value in enumerate(values)]
        body = [_line(_LOAD, _ARGUMENTS + 4 * word), _line(_AND, mask), *tests, *body]
    return [_line(_LOAD, _NUMBER), _line(_IF_EQUAL, number, 0, len(body)), *body]
