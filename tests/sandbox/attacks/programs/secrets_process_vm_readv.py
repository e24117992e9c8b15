"""Copies the memory of the process that started it by a system call, without /proc."""

import ctypes
import os
from typing import Any


class Span(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


def f(stage: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    here = ctypes.create_string_buffer(4096)
    address = id(os) & ~0xFFF
    for pid in (os.getppid(), stage["harness"], stage["victim"], 1):
        mine, theirs = Span(ctypes.addressof(here), 4096), Span(address, 4096)
        done = libc.syscall(310, pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, ctypes.c_ulong(0))
        # EFAULT says that the reading was allowed and only this address was empty.
        if pid > 0 and pid != os.getpid() and (done > 0 or ctypes.get_errno() == 14):
            return prize
    return ""
