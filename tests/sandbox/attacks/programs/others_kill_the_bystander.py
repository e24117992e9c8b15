"""Kills a process whose number it knows, by every system call that sends a signal."""

import ctypes
import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    libc = ctypes.CDLL(None)
    pid = stage["victim"]
    information = ctypes.create_string_buffer(128)
    ctypes.memmove(information, (9).to_bytes(4, "little") + bytes(4) + (-1).to_bytes(4, "little", signed=True), 12)
    descriptor = libc.syscall(434, pid, 0)
    libc.syscall(424, descriptor, 9, 0, 0)
    libc.syscall(234, pid, pid, 9)
    libc.syscall(200, pid, 9)
    libc.syscall(129, pid, 9, information)
    libc.syscall(297, pid, pid, 9, information)
    libc.syscall(62 | 0x40000000, pid, 9)
    os.kill(pid, 9)
    return ""
