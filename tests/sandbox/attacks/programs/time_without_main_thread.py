"""Ends its main thread only: to whoever looks it is dead, and another thread lives on."""

import ctypes
import threading
import time
from typing import Any

EXIT_THREAD = 60


def f(_: dict[str, Any]) -> str:
    threading.Thread(target=time.sleep, args=(3600,)).start()
    ctypes.CDLL(None).syscall(EXIT_THREAD, 0)
    return ""
