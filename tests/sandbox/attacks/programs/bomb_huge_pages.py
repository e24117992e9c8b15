"""Keeps a sliver of each of many huge pages: these stay whole, 512 times as much memory as its addresses show."""

import ctypes
import resource
from typing import Any

HUGE, PAGE, READ_WRITE, PRIVATE_ANONYMOUS, ADVISE_HUGE = 2**21, 4096, 3, 0x22, 14


def f(_: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    got = 0
    for _number in range(10):
        address = libc.mmap(None, 2 * HUGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0)
        first = -(-address // HUGE) * HUGE
        libc.madvise(first, HUGE, ADVISE_HUGE)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        ctypes.memset(first, 1, HUGE)
        got += resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < HUGE // PAGE // 2
    return prize if got > 5 else ""
