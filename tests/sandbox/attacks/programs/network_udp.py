"""Sends a datagram to a port of this machine."""

import socket
from typing import Any


def f(stage: dict[str, Any]) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"hello", ("127.0.0.1", stage["udp"]))
    return ""
