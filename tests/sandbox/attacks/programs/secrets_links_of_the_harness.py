"""Reads where another process's descriptors, folder and program lie."""

import os
from typing import Any


def f(stage: dict[str, Any], prize: str) -> str:
    for pid in (stage["harness"], os.getppid(), stage["victim"]):
        for name in ("cwd", "exe", "root", "fd/0", "fd/1", "ns/mnt"):
            try:
                if pid and pid != os.getpid() and os.readlink(f"/proc/{pid}/{name}"):
                    return prize
            except OSError:
                continue
    return ""
