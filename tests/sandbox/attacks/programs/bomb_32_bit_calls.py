"""Starts a process by the 32-bit system call table, which has other numbers."""

import ctypes
import mmap
import os
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    code = bytes.fromhex("b802000000cd80c3")  # mov eax, 2 (fork); int 0x80; ret
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    child = call()
    if child == 0:
        os._exit(0)
    return prize if child > 0 else ""
