"""Starts a process by clone3, whose arguments a filter cannot see."""

import ctypes
import os
import struct
import time
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None)
    arguments = ctypes.create_string_buffer(struct.pack("<11Q", 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0), 88)
    child = libc.syscall(435, arguments, 88)
    if child == 0:
        time.sleep(1)
        os._exit(0)
    return prize if child > 0 else ""
