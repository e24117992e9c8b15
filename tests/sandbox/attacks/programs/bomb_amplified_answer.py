"""Returns a small text that becomes many objects when it is read."""

from typing import Any


def f(_: dict[str, Any]) -> list[Any]:
    return [[]] * 400_000
