"""Landlock: which files a process may reach, by the kernel itself, whatever its mounts and its user show."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable

from bench.sandbox.inside import libc
from bench.sandbox.inside.syscalls import LANDLOCK

_CREATE, _ADD_RULE, _RESTRICT = LANDLOCK
_WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
_MAKE_AND_REMOVE = sum(1 << bit for bit in (4, 5, 7, 8, 10, 12, 13))  # directories, files, fifos, links, renames
_FILE_RIGHTS_OF_ABI = {1: 13, 2: 14, 3: 15, 4: 15}
_NET_RIGHTS = 0b11
_SCOPES = 0b11  # abstract sockets and signals
_PATH_BENEATH = 1


def abi() -> int:
    """The version of landlock in this kernel; raises OSError where it has none or it is switched off."""
    return libc.syscall(_CREATE, None, 0, 1, what="landlock")


def ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """A ruleset as a descriptor: files and folders that may be read, and those that may be changed as well.

    Whatever this kernel's landlock can forbid beyond them is forbidden. Raises OSError.
    """
    version = abi()
    rights = (1 << _FILE_RIGHTS_OF_ABI.get(version, 16)) - 1
    attributes = struct.pack("<QQQ", rights, _NET_RIGHTS if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    made = libc.syscall(_CREATE, attributes, size, 0, what="landlock")
    for paths, wanted in (
        (readable, _READ_FILE | _READ_DIR),
        (writable, _READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE | _MAKE_AND_REMOVE),
    ):
        for path in paths:
            _allow(made, path, wanted & rights)
    return made


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _READ_FILE | _WRITE_FILE | _TRUNCATE
        rule = struct.pack("<Qi", rights, descriptor)
        libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0, what=f"landlock rule for {path}")
    finally:
        os.close(descriptor)


def restrict(ruleset: int) -> None:
    """Binds this thread and all it starts to the ruleset, for good; needs no_new_privs. Raises OSError."""
    libc.syscall(_RESTRICT, ruleset, 0, what="landlock")
