"""Lowers the limits of another process."""

import resource
from typing import Any


def f(stage: dict[str, Any]) -> str:
    resource.prlimit(stage["victim"], resource.RLIMIT_NOFILE, (3, 3))
    return ""
