"""Returns, and hides in the harness's own lists, an object that runs code where it is unpickled."""

import contextlib
import sys
from typing import Any


class Bait:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (self.path, "w"))


def f(stage: dict[str, Any]) -> object:
    bait = Bait(f"{stage['folder']}/{stage['mark']}")
    frame = sys._getframe().f_back
    while frame:
        for value in frame.f_locals.values():
            with contextlib.suppress(Exception):
                value.append(bait)
        frame = frame.f_back
    return bait
