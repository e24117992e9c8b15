"""Sends out-of-band data through a local socket, a part of the kernel with a history of holes."""

import socket
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    one, other = socket.socketpair()
    one.send(b"x", socket.MSG_OOB)
    return prize if other else ""
