"""Starts a process by posix_spawn."""

import os
import sys
from typing import Any


def f(stage: dict[str, Any]) -> str:
    code = f"open({stage['folder'] + '/' + stage['mark']!r}, 'w'); import time; time.sleep(30)"
    quietly = [(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_WRONLY, 0) for descriptor in (1, 2)]
    os.posix_spawn(sys.executable, [sys.executable, "-S", "-c", code], {}, file_actions=quietly)
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG)
    return ""
