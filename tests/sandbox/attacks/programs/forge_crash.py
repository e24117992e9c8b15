"""Crashes the interpreter."""

import ctypes
from typing import Any


def f(_: dict[str, Any]) -> bytes:
    return ctypes.string_at(0)
