"""Takes 600 MB in small pieces, going on after every failure."""

import time
from typing import Any

HOARD: list[bytes] = []


def f(_: dict[str, Any]) -> str:
    for _piece in range(6000):
        try:
            HOARD.append(b"x" * 100_000)
        except MemoryError:
            continue
    time.sleep(0.5)
    return ""
