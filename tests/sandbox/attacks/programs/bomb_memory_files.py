"""Takes 800 MB in memory files, which no limit of address space counts."""

import os
import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    piece = b"x" * 2**20
    for number in range(50):
        try:
            file = os.memfd_create(f"hoard{number}")
            for _piece in range(16):
                os.write(file, piece)
        except OSError:
            continue
    time.sleep(0.5)
    return ""
