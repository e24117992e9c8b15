"""Sleeps and uses no CPU."""

import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    time.sleep(3600)
    return ""
