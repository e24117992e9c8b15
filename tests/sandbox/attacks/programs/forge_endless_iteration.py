"""Returns containers whose iteration never ends or changes while it is read."""

from collections.abc import Iterator
from typing import Any


class Endless(list[Any]):
    def __iter__(self) -> Iterator[Any]:
        while True:
            self.append("planted-")
            yield "planted-"

    def __len__(self) -> int:
        return 1


class Growing(dict[Any, Any]):
    def items(self) -> Any:
        return Endless()


def f(stage: dict[str, Any]) -> object:
    return Endless(["x"]) if stage["victim"] % 2 else Growing({"x": 1})
