"""Opens any socket that reaches outside: raw, packet, netlink, vsock, kernel crypto."""

import socket
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    for family in (socket.AF_INET, socket.AF_INET6, 16, 17, 38, 40):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            try:
                socket.socket(family, kind).close()
                return prize
            except OSError:
                continue
    return ""
