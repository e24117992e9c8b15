"""Closes everything and sleeps: a harness waiting for the end of a stream has it, and the process lives on."""

import os
import time
from typing import Any


def f(_: dict[str, Any]) -> str:
    os.closerange(0, 256)
    time.sleep(3600)
    return ""
