"""Becomes another program."""

import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    os.execv("/bin/sh", ["sh", "-c", f"echo > {stage['folder']}/{stage['mark']}"])
