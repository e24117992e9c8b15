"""Opens message queues and semaphores, which outlive a process and take the kernel's memory."""

import ctypes
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    libc = ctypes.CDLL(None)
    queue, semaphore = libc.msgget(0, 0o1600), libc.semget(0, 1, 0o1600)
    libc.msgctl(queue, 0, None)
    libc.semctl(semaphore, 0, 0)
    return prize if queue >= 0 or semaphore >= 0 else ""
