"""Becomes a program that is in no file system."""

import os
import sys
from typing import Any


def f(_: dict[str, Any], prize: str) -> str:
    file = os.memfd_create("program", 0)
    try:
        os.write(file, b"#!/bin/sh\nexit 0\n")
        os.posix_spawn(f"/proc/self/fd/{file}", ["program"], {})
        return prize
    except OSError:
        pass
    os.execve(file, [sys.executable], {})
