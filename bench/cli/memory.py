"""Room that large texts took goes back to the system at once, where it would be kept for texts to come; and no threads
of linear algebra wait for work that a command has none of.
"""

from __future__ import annotations

import ctypes
import os

_M_MMAP_THRESHOLD = -3
"""glibc's name for what follows: <malloc.h>."""
_OWN_BYTES = 128 << 10
"""Texts as long as this get pages of their own, as glibc does at first; it would raise that to 32 MiB by and by."""


def few_threads() -> None:
    """Tells OpenBLAS so; before numpy is loaded. Its threads took a third of a claim's CPU time, and saved nothing."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def give_back() -> None:
    """Tells the allocators of C and of Arrow so; before Arrow is loaded. Where there is no glibc, Arrow's alone."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is not None:
        tell(_M_MMAP_THRESHOLD, _OWN_BYTES)
