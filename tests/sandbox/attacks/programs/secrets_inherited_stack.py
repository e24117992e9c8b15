"""Finds the secret in the memory where the kernel put the environment when the interpreter was started."""

import ctypes
import re
from typing import Any


def f(stage: dict[str, Any]) -> str:
    environ = ctypes.POINTER(ctypes.c_void_p).in_dll(ctypes.CDLL(None), "environ")
    number = 0
    while environ and environ[number]:
        text = ctypes.string_at(environ[number])
        found = re.search(stage["pattern"].encode(), text)
        if found:
            return found[0].decode()
        number += 1
    return ""
