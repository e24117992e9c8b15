"""Takes 600 MB through six processes, each within its own limit."""

import os
import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    for _number in range(6):
        if os.fork() == 0:
            hoard = b"x" * (90 * 2**20)
            time.sleep(1.5)
            os._exit(len(hoard) & 1)
    time.sleep(1)
    return ""
