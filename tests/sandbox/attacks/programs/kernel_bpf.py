"""Loads programs into the kernel, or watches it."""

import ctypes
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    array_map = ctypes.create_string_buffer(b"\x02\0\0\0\x04\0\0\0\x04\0\0\0\x01\0\0\0", 72)
    event = ctypes.create_string_buffer(b"\x01\0\0\0\x70\0\0\0", 112)
    for call in ((321, 0, array_map, 72), (298, event, 0, -1, -1, 0), (323, 1)):
        if libc.syscall(*call) >= 0:
            return prize
    return ""
