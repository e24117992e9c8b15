"""Raises its own limits, then takes 600 MB."""

import resource
import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
        for pair in ((-1, -1), (resource.getrlimit(limit)[1],) * 2):
            try:
                resource.setrlimit(limit, pair)
            except (ValueError, OSError):
                continue
    hoard = b"x" * (600 * 2**20)
    time.sleep(0.5)
    return "" if hoard else "none"
