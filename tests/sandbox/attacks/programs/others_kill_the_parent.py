"""Kills the process that started it."""

import os
import signal
from typing import Any


def f(_: dict[str, Any]) -> str:
    os.kill(os.getppid(), signal.SIGKILL)
    return ""
