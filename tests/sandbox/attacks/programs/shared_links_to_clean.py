"""Leaves links to the host's files for whoever cleans its folder, or looks into it."""

import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    for folder in ("/tmp", "."):
        for number, path in enumerate((stage["folder"], *stage["files"])):
            try:
                os.symlink(path, os.path.join(folder, f"{stage['mark']}-{number}"))
            except OSError:
                continue
    return ""
