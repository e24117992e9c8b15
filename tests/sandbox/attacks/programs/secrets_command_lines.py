"""Finds the secret in the command line of another process."""

import glob
import re
from typing import Any


def f(stage: dict[str, Any]) -> str:
    for path in glob.glob("/proc/*/cmdline"):
        try:
            with open(path, "rb") as file:
                found = re.search(stage["pattern"].encode(), file.read())
        except OSError:
            continue
        if found:
            return found[0].decode()
    return ""
