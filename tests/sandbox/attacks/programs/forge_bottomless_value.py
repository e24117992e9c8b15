"""Returns a list that holds itself, and one nested 100,000 deep."""

from typing import Any


def f(stage: dict[str, Any]) -> object:
    value: list[Any] = []
    value.append(value)
    if stage["victim"] % 2:
        for _ in range(100_000):
            value = [value]
    return value
