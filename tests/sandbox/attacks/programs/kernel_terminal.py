"""Types into the terminal of whoever started the run."""

import contextlib
import fcntl
import os
import pty
import termios
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    for name in ("/dev/tty", "/dev/console", "/dev/ptmx", "/dev/pts/0"):
        try:
            descriptor = os.open(name, os.O_RDWR | os.O_NOCTTY)
        except OSError:
            continue
        with contextlib.suppress(OSError):
            fcntl.ioctl(descriptor, termios.TIOCSTI, b"#")
        return prize
    try:
        pty.openpty()
        return prize
    except OSError:
        return ""
