"""Takes 600 MB in shared mappings and gives back all addresses but a sliver of each, which keeps the whole alive."""

import ctypes
import time
from typing import Any

SIZE, READ_WRITE, SHARED_ANONYMOUS, PAGE = 50 * 2**20, 3, 0x21, 4096


def f(_: dict[str, Any]) -> str:
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    for _number in range(12):
        address = libc.mmap(None, SIZE, READ_WRITE, SHARED_ANONYMOUS, -1, 0)
        if address not in (None, 2**64 - 1):
            ctypes.memset(address, 1, SIZE)
            libc.munmap(address, SIZE - PAGE)
    time.sleep(0.5)
    return ""
