"""Stops itself, so that no signal but SIGKILL ends it."""

import os
import signal
from typing import Any


def f(_: dict[str, Any]) -> str:
    os.kill(os.getpid(), signal.SIGSTOP)
    return ""
