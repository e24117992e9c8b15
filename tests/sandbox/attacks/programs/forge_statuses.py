"""Ends with a status that a harness may use for itself."""

import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    os._exit((0, 1, 2, 70, 99, 125, 126, 127, 128 + 9, 255)[stage["victim"] % 10])
