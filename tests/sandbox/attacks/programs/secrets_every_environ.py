"""Finds the secret in the environment of any process."""

import glob
import re
from typing import Any


def f(stage: dict[str, Any]) -> str:
    for path in [*glob.glob("/proc/*/environ"), "/proc/1/environ", "/proc/self/environ", "/proc/2/environ"]:
        try:
            with open(path, "rb") as file:
                found = re.search(stage["pattern"].encode(), file.read())
        except OSError:
            continue
        if found:
            return found[0].decode()
    return ""
