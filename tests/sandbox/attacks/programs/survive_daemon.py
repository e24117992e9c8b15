"""Leaves a process of a session of its own, with nothing of its parents open."""

import os
import signal
import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if os.fork() == 0:
            os.closerange(0, 256)
            time.sleep(30)
        os._exit(0)
    time.sleep(0.3)
    return ""
