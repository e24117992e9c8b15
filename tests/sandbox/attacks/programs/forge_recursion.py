"""Overflows the interpreter's stack."""

import sys
from typing import Any


def f(stage: dict[str, Any]) -> Any:
    sys.setrecursionlimit(10**9)
    return f({**stage})
