"""Starts 300 threads."""

import threading
import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    threads = [threading.Thread(target=time.sleep, args=(0.5,)) for _ in range(300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ""
