"""Takes 600 MB in System V segments and leaves them behind."""

import ctypes
import time
from typing import Any


def f(stage: dict[str, Any]) -> str:
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    libc.shmdt.argtypes = [ctypes.c_void_p]
    for number in range(12):
        segment = libc.shmget(stage["keys"] + 1 + number, 50 * 2**20, 0o1600)
        address = libc.shmat(segment, 0, 0)
        if segment < 0 or address in (None, 2**64 - 1):
            continue
        ctypes.memset(address, 1, 50 * 2**20)
        libc.shmdt(address)
    time.sleep(0.5)
    return ""
