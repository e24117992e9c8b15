"""Takes 600 MB at once."""

import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    hoard = bytearray(600 * 2**20)
    for page in range(0, len(hoard), 4096):
        hoard[page] = 1
    time.sleep(0.5)
    return ""
