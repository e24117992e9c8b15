"""Changes a results file without opening it for writing: rename, truncate, unlink, mode."""

import contextlib
import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    path = stage["files"][0]
    with contextlib.suppress(OSError):
        os.truncate(path, 0)
    with contextlib.suppress(OSError):
        os.rename(path, path + ".old")
    with contextlib.suppress(OSError):
        os.unlink(path)
    return ""
