"""Makes namespaces of its own, in which it would be root."""

import ctypes
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None)
    flags = (0x10000000, 0x10020000, 0x40000000, 0x00020000, 0x20000000, 0x08000000, 0x04000000, 0x02000000)
    return prize if any(libc.unshare(flag) == 0 for flag in flags) else ""
