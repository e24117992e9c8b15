"""Runs a command on a poorer machine: `python cripple.py namespaces|landlock ... -- COMMAND`.

A seccomp filter takes away user namespaces, as many containers do, or landlock, as older kernels do.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys

LANDLOCK_CREATE_RULESET, UNSHARE, CLONE, CLONE3 = 444, 272, 56, 435
CLONE_NEWUSER = 0x10000000
NO_NEW_PRIVS, SECCOMP, FILTER = 38, 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000


def line(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction of BPF."""
    return struct.pack("<HBBI", code, if_true, if_false, value)


def refuse(number: int, error: int) -> list[bytes]:
    """Makes a system call fail."""
    return [line(0x15, number, 0, 1), line(0x06, REFUSE | error)]


def main(arguments: list[str]) -> None:
    """Installs the filter and becomes the command."""
    at = arguments.index("--")
    program = [line(0x20, 0)]
    if "landlock" in arguments[:at]:
        program += refuse(LANDLOCK_CREATE_RULESET, errno.EOPNOTSUPP)
    if "namespaces" in arguments[:at]:
        program += refuse(UNSHARE, errno.EPERM) + refuse(CLONE3, errno.ENOSYS)
        program += [line(0x15, CLONE, 0, 4), line(0x20, 16), line(0x45, CLONE_NEWUSER, 0, 1)]
        program += [line(0x06, REFUSE | errno.EPERM), line(0x06, ALLOW)]
    program.append(line(0x06, ALLOW))
    code = ctypes.create_string_buffer(b"".join(program))
    libc = ctypes.CDLL(None, use_errno=True)
    wide = [ctypes.c_ulong(n) for n in (1, 0, 0, 0)]
    assert libc.prctl(NO_NEW_PRIVS, *wide) == 0
    fprog = struct.pack("@HP", len(program), ctypes.addressof(code))
    assert libc.prctl(SECCOMP, ctypes.c_ulong(FILTER), fprog, *wide[1:3]) == 0
    os.execv(arguments[at + 1], arguments[at + 1 :])


if __name__ == "__main__":
    main(sys.argv[1:])
