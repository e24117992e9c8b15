"""The C library's system calls that Python does not have, with errors as OSError."""

from __future__ import annotations

import ctypes
import os
import struct

_LIBC = ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """The result; raises OSError, naming the call, where it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: int | bytes | None, what: str) -> int:
    """The system call's result; raises OSError, naming `what`."""
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return checked(_LIBC.syscall(ctypes.c_long(number), *wide), what)


def prctl(option: int, *arguments: int | bytes) -> None:
    """prctl(2) with the arguments it needs; the rest are 0."""
    wide = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    wide += [ctypes.c_ulong(0)] * (4 - len(wide))
    checked(_LIBC.prctl(option, *wide), f"prctl {option}")


def unshare(flags: int) -> None:
    """unshare(2): leaves the namespaces behind."""
    checked(_LIBC.unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """setns(2): goes back into the namespaces that the descriptor names."""
    checked(_LIBC.setns(descriptor, flags), "setns")


def mount_tmpfs(path: str, options: str) -> None:
    """Mounts an empty file system in memory, without devices and set-user-id programs."""
    nosuid_nodev = 2 | 4
    checked(_LIBC.mount(b"tmpfs", path.encode(), b"tmpfs", nosuid_nodev, options.encode()), "mount")


def drop_capabilities() -> None:
    """Gives up every capability; without exec and with no_new_privs none can come back."""
    version_3, this_thread = 0x20080522, 0
    checked(_LIBC.capset(struct.pack("<Ii", version_3, this_thread), bytes(24)), "capset")


def address(data: ctypes.Array[ctypes.c_char]) -> int:
    """Where a buffer lies."""
    return ctypes.addressof(data)


def buffer(data: bytes) -> ctypes.Array[ctypes.c_char]:
    """A copy of the bytes at a fixed address, for as long as it is kept."""
    return ctypes.create_string_buffer(data, len(data))
