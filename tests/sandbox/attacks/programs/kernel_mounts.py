"""Mounts something, by the old calls and the new ones."""

import ctypes
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    tries = (
        (165, b"none", b"/tmp", b"tmpfs", 0, None),
        (428, -100, b"/", 1),
        (430, b"tmpfs", 0),
        (433, -100, b"/tmp", 0),
    )
    for call in tries:
        if libc.syscall(*call) >= 0:
            libc.umount2(b"/tmp", 2) if call[0] == 165 else None
            return prize
    return ""
