"""Waits for connections on a port of its own."""

import socket
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return prize if server.getsockname()[1] else ""
