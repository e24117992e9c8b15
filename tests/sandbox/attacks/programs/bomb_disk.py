"""Writes 200 MB to the disk."""

import os
from typing import Any


def f(stage: dict[str, Any], prize: str) -> str:
    written = 0
    for folder in ("/tmp", ".", "/dev/shm", stage["folder"]):
        for number in range(20):
            name = os.path.join(folder, f"{stage['mark']}-{number}")
            try:
                with open(name, "wb", buffering=0) as file:
                    for _piece in range(10):
                        written += file.write(bytes(2**20))
            except OSError:
                continue
    return prize if written > 64 * 2**20 else ""
