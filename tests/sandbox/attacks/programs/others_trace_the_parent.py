"""Traces the process that started it."""

import ctypes
import os
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None)
    return prize if os.getppid() and libc.ptrace(0x4206, os.getppid(), 0, 0) == 0 else ""
