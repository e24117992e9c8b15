"""The seccomp filter: which calls it lets through, worked out here for every machine and tried out on this one."""

from __future__ import annotations

import errno
import platform
import struct

import pytest

from bench.sandbox import Grade, Limits, ProgramVerdict, Rung, TestCall, grade, ladder, rungs, using
from bench.sandbox.inside.seccomp import assemble
from bench.sandbox.inside.syscalls import ARCHITECTURES, CALLS, NEWEST

ALLOW, KILL, REFUSED, UNKNOWN = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
CONDITIONAL = {
    *("clone", "close_range", "mmap", "futex", "kill", "tgkill", "fcntl", "ioctl", "prctl", "prlimit64"),
    *("socketpair", "getsockopt", "recvfrom", "sendto"),
}
PID = 7
MACHINES = pytest.mark.parametrize("machine", ARCHITECTURES)


def decide(program: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What the kernel would do: runs the filter on a call."""
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *padded)
    at, register = 0, 0
    while True:
        code, if_true, if_false, value = struct.unpack_from("<HBBI", program, 8 * at)
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            (register,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            register &= value
        else:
            holds = {0x15: register == value, 0x25: register > value, 0x35: register >= value}[code]
            at += if_true if holds else if_false


def decided(machine: str, name: str, *arguments: int) -> int:
    column, architecture = ARCHITECTURES[machine]
    number = CALLS[name][column]
    assert number is not None
    return decide(assemble(machine, PID), architecture, number, *arguments)


@MACHINES
def test_exactly_the_listed_calls_are_allowed(machine: str) -> None:
    column, architecture = ARCHITECTURES[machine]
    program = assemble(machine, PID)
    always = {numbers[column] for name, numbers in CALLS.items() if name not in CONDITIONAL | {"clone3"}}
    for number in range(NEWEST + 100):
        wanted = ALLOW if number in always else UNKNOWN if number > NEWEST or number == 435 else REFUSED
        if number not in {CALLS[name][column] for name in CONDITIONAL}:
            assert decide(program, architecture, number) == wanted, number


@MACHINES
def test_calls_through_another_table_kill(machine: str) -> None:
    _, architecture = ARCHITECTURES[machine]
    program = assemble(machine, PID)
    assert decide(program, 0x40000003, 20) == KILL
    assert decide(program, architecture, 0x40000000 + 1) == KILL
    assert decide(program, architecture, 2**32 - 1) == KILL


@MACHINES
@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("clone", (0x3D0F00,), True),
        ("clone", (17,), False),
        ("clone", (0x10000000 | 17,), False),
        ("clone", (0x3D0F00 | 0x20000000,), False),
        ("clone", (0x3D0F00 & ~0x400,), False),
        ("close_range", (3, 9, 0), True),
        ("close_range", (3, 9, 4), True),
        ("close_range", (3, 9, 2), False),
        ("close_range", (3, 9, 6), False),
        ("mmap", (0, 4096, 3, 0x22), True),
        ("mmap", (0, 4096, 3, 0x02), True),
        ("mmap", (0, 4096, 3, 0x01), True),
        ("mmap", (0, 4096, 3, 0x21), False),
        ("mmap", (0, 4096, 3, 0x23), False),
        ("mmap", (0, 4096, 3, 0x40021), False),
        ("futex", (2**40, 0x80), True),
        ("futex", (2**40, 0x189), True),
        ("futex", (2**40, 6), False),
        ("futex", (2**40, 0x8C), False),
        ("kill", (PID, 15), True),
        ("kill", (PID, 9), False),
        ("kill", (PID, 19), False),
        ("kill", (PID + 1, 15), False),
        ("kill", (0, 15), False),
        ("kill", (2**32 - 1, 0), False),
        ("tgkill", (PID, 3, 6), True),
        ("tgkill", (PID, 3, 9), False),
        ("tgkill", (1, 1, 6), False),
        ("fcntl", (3, 4), True),
        ("fcntl", (3, 8), False),
        ("fcntl", (3, 10), False),
        ("fcntl", (3, 1024), False),
        ("ioctl", (0, 0x5401), True),
        ("ioctl", (0, 0x5412), False),
        ("prctl", (15,), True),
        ("prctl", (1, 9), False),
        ("prctl", (22, 2), False),
        ("prlimit64", (0, 0, 0, 2**33), True),
        ("prlimit64", (0, 0, 2**40, 0), False),
        ("prlimit64", (0, 3, 2**40, 0), True),
        ("prlimit64", (5, 3, 2**40, 0), False),
        ("socketpair", (1, 1), True),
        ("socketpair", (2, 1), False),
        ("sendto", (3, 2**40, 5, 0, 0, 0), True),
        ("sendto", (3, 2**40, 5, 0, 2**40, 110), False),
        ("sendto", (3, 2**40, 5, 0, 4096, 110), False),
        ("sendto", (3, 2**40, 5, 1, 0, 0), False),
        ("recvfrom", (3, 2**40, 5, 2, 0, 0), True),
        ("recvfrom", (3, 2**40, 5, 1, 0, 0), False),
        ("getsockopt", (3, 1, 4), True),
        ("getsockopt", (3, 1, 77), False),
        ("getsockopt", (3, 6, 4), False),
    ],
)
def test_some_calls_depend_on_their_arguments(
    machine: str, name: str, arguments: tuple[int, ...], allowed: bool
) -> None:
    assert decided(machine, name, *arguments) == (ALLOW if allowed else REFUSED)


PROBES = (335, 336)
"""x86_64's uretprobe and uprobe: the kernel keeps filters off them, and kills who calls them without being probed."""

EVERY_OTHER = """
import ctypes
def f(allowed, newest):
    libc = ctypes.CDLL(None, use_errno=True)
    through = []
    for number in range(newest + 20):
        if number not in allowed:
            result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 6)
            if result != -1 or ctypes.get_errno() not in (1, 38):
                through.append(number)
    return through
"""


def attack(rung: Rung, source: str, *args: object) -> Grade:
    if rung not in rungs():
        pytest.skip(f"{rung} does not work here")
    with using(rung):
        return grade(source, "f", [TestCall(args, [])], Limits(cpu_s=2))  # type: ignore[arg-type]


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize("rung", ladder.SAFE)
def test_the_kernel_refuses_every_other_call(rung: Rung) -> None:
    column, _ = ARCHITECTURES[platform.machine()]
    allowed = [numbers[column] for name, numbers in CALLS.items() if name != "clone3" and numbers[column] is not None]
    assert attack(rung, EVERY_OTHER, [*allowed, *PROBES], NEWEST).verdict is ProgramVerdict.PASSED


@pytest.mark.usefixtures("sandbox")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="x32 is x86_64's")
@pytest.mark.parametrize("rung", ladder.SAFE)
def test_x32_calls_kill_and_are_called_forbidden(rung: Rung) -> None:
    got = attack(rung, "import ctypes\ndef f(): return ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 + 39))")
    assert (got.verdict, got.detail) == (ProgramVerdict.FORBIDDEN, "a system call of another machine")
