"""Returns an object that claims to be a str by `__class__`."""

from typing import Any


class Liar:
    __class__ = property(lambda _: str)

    def __eq__(self, _: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


def f(_: dict[str, Any]) -> object:
    return Liar()
