"""The list of system calls that no agent needs, as a filter of the sandbox's assembler: all others are allowed."""

from __future__ import annotations

import errno

from bench.sandbox.inside.seccomp import Condition, begin, verdict, verdict_if

_ALL, _CLONE_NEW = 0xFFFFFFFF, 0x7E020000
_FAMILIES = (1, 2, 10, 16)
"""Unix, IPv4, IPv6 and netlink: these know namespaces of the network, which vsock and others do not."""
_SOL_SOCKET, _BUFFERS = 1, (7, 8, 32, 33)
"""SO_SNDBUF, SO_RCVBUF and their forced forms: what waits in sockets is memory that belongs to no process."""
_DENIED_ANYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 447)
"""io_uring, open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr, memfd_secret."""
_MACHINES = {
    "x86_64": (
        0xC000003E,
        {"clone": 56, "clone3": 435, "socket": 41, "socketpair": 53, "setsockopt": 54},
        "101 310 311 165 166 155 272 308 321 248 249 250 323 298 246 320 175 313 176 304 167 168 169 163 164 227 179 "
        "161 172 173 319 29 68",
    ),
    "aarch64": (
        0xC00000B7,
        {"clone": 220, "clone3": 435, "socket": 198, "socketpair": 199, "setsockopt": 208},
        "117 270 271 40 39 41 97 268 280 217 218 219 282 241 104 294 105 273 106 265 224 225 142 89 170 112 60 "
        "51 279 194 186",
    ),
}
"""By machine: its number, the calls that depend on their arguments, and what no agent needs: ptrace and reading another
process's memory, mounts, namespaces, bpf, keys, userfaultfd, perf, kexec, modules, handles, swap, reboot, clocks,
quotas, chroot, ports, and memory that belongs to no process: memfd_create, System V's shared memory and messages."""


def agents_filter(machine: str) -> bytes:
    """The filter for `os.uname().machine`. KeyError where nothing is known of the machine."""
    architecture, calls, denied = _MACHINES[machine]
    program = begin(architecture)
    for number in (*map(int, denied.split()), *_DENIED_ANYWHERE):
        program += verdict_if(number, error=errno.EPERM)
    program += verdict_if(calls["clone3"], error=errno.ENOSYS)  # its flags cannot be seen
    program += _only(calls["clone"], (0, _CLONE_NEW, (0,)), errno.EPERM)
    for name in ("socket", "socketpair"):
        program += _only(calls[name], (0, _ALL, _FAMILIES), errno.EAFNOSUPPORT)
    program += verdict_if(calls["setsockopt"], ((2, _ALL, (_SOL_SOCKET,)), (4, _ALL, _BUFFERS)), error=0)
    return b"".join((*program, *verdict()))


def _only(number: int, condition: Condition, error: int) -> list[bytes]:
    """A call that is allowed with such arguments only."""
    return [*verdict_if(number, (condition,)), *verdict_if(number, error=error)]
