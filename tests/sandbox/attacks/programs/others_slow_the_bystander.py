"""Takes the priority and the processors of another process away."""

import contextlib
import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, stage["victim"], 19)
    with contextlib.suppress(OSError):
        os.sched_setaffinity(stage["victim"], {0})
    with contextlib.suppress(OSError):
        os.sched_setscheduler(stage["victim"], os.SCHED_IDLE, os.sched_param(0))
    return ""
