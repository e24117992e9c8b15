"""Starts processes by system calls that a filter of `fork` alone would miss."""

import ctypes
import os
import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    libc = ctypes.CDLL(None)
    for _number in range(20):
        for call in ((57,), (58 | 0x40000000,), (56, 17, 0, 0, 0, 0), (57 | 0x40000000,)):
            if libc.syscall(*call) == 0:
                time.sleep(2)
                os._exit(0)
    time.sleep(1)
    return ""
