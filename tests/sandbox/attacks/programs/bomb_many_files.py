"""Creates 5,000 empty files: little disk, much of the kernel's memory."""

from typing import Any


def f(stage: dict[str, Any], prize: str) -> str:
    made = 0
    for folder in ("/tmp", ".", "/dev/shm"):
        try:
            for number in range(5_000):
                open(f"{folder}/{stage['mark']}-{number}", "x").close()
                made += 1
        except OSError:
            continue
    return prize if made >= 5_000 else ""
