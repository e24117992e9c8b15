"""Holds or regains a privilege: any capability, another user's number."""

import contextlib
import ctypes
import os
import struct
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None)
    header = ctypes.create_string_buffer(struct.pack("<Ii", 0x20080522, 0), 8)
    data = ctypes.create_string_buffer(24)
    if libc.capget(header, data) == 0 and any(data.raw):
        return prize
    with contextlib.suppress(OSError):
        os.setgid(1)
        return prize
    with contextlib.suppress(OSError):
        os.setuid(1)
        return prize
    return ""
