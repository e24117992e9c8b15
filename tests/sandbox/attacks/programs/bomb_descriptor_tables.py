"""Gives each of its threads a table of descriptors of its own, and fills sockets' buffers with 300 MB in them."""

import contextlib
import ctypes
import socket
import threading
from typing import Any

CLOSE_RANGE, UNSHARE = 436, 2
held: list[int] = []
kept: list[socket.socket] = []


def hoard() -> None:
    libc = ctypes.CDLL(None)
    if libc.syscall(CLOSE_RANGE, 900, 900, UNSHARE):
        return
    with contextlib.suppress(OSError):
        for _number in range(20):
            pair = socket.socketpair()
            kept.extend(pair)
            for end in pair:
                end.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    while True:
                        held.append(end.send(bytes(2**16)))


def f(_: dict[str, Any], prize: str) -> str:
    threads = [threading.Thread(target=hoard) for _number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return prize if sum(held) > 128 * 2**20 else ""
