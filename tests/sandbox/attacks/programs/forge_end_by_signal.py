"""Ends itself by a signal, so that the blame may fall on the sandbox."""

import os
import signal
from typing import Any


def f(_: dict[str, Any]) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    os.abort()
