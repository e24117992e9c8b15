"""Answers nothing, and does not end when told to: exit handlers and threads go on."""

import atexit
import threading
import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    atexit.register(time.sleep, 3600)
    threading.Thread(target=time.sleep, args=(3600,)).start()
    raise SystemExit(0)
