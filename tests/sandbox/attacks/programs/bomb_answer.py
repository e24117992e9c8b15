"""Returns 40 MB."""

from typing import Any


def f(_: dict[str, Any]) -> str:
    return "planted-" * 5_000_000
