"""Returns integers that take long to read or to print."""

from typing import Any


def f(_: dict[str, Any]) -> list[int]:
    return [10**5000, -(10**5000), 1 << 4_000_000, 10**4301]
