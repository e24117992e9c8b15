"""Runs without the promise that no program it starts gains privileges, or without a filter."""

import ctypes
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    prctl = ctypes.CDLL(None).prctl
    no_new_privileges, filter_mode = prctl(39, 0, 0, 0, 0), prctl(21, 0, 0, 0, 0)
    return prize if no_new_privileges == 0 or filter_mode == 0 else ""
