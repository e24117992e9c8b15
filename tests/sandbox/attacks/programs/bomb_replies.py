"""Writes 100 MB to every descriptor, the private channel among them."""

import os
from typing import Any


def f(_: dict[str, Any]) -> str:
    piece = b"x" * 2**20
    for descriptor in range(3, 256):
        try:
            for _number in range(100):
                os.write(descriptor, piece)
        except OSError:
            continue
    return ""
