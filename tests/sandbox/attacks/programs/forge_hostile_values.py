"""Returns values that break readers: NaN, NUL, lone surrogates, huge, negative zero, keys that collide."""

from typing import Any


class Key(str):
    def __hash__(self) -> int:
        return 1


def f(_: dict[str, Any]) -> object:
    deep: Any = []
    for _number in range(150):
        deep = [deep]
    text = "\0\ud800\udfff\x1b[2J\u202e\r\n"
    return [deep, {Key("a"): text, Key("b"): float("nan"), b"": -0.0}, frozenset({text, 1e400}), 10**4000]
