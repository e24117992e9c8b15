"""Uses the kernel's key store, which is shared by all processes of a user."""

import ctypes
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    added = libc.syscall(248, b"user", b"trace", b"left", 4, -4)
    libc.syscall(250, 3, added)
    return prize if added > 0 or libc.syscall(250, 0, -3, 1) > 0 else ""
