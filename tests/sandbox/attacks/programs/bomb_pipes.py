"""Fills pipes with 300 MB of the kernel's memory."""

import fcntl
import os
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    held, kept = 0, []
    for _number in range(400):
        try:
            reader, writer = os.pipe()
            kept += [reader, writer]
            os.set_blocking(writer, False)
            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 2**20)
            held += os.write(writer, bytes(2**20))
        except OSError:
            continue
    return prize if held > 128 * 2**20 else ""
