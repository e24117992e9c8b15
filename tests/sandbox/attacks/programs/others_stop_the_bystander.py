"""Stops another process."""

import os
import signal
from typing import Any


def f(stage: dict[str, Any]) -> str:
    os.kill(stage["victim"], signal.SIGSTOP)
    return ""
