"""Reads a key through a symbolic link and a hard link in its own folder."""

import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    for folder in ("/tmp", "."):
        for link in (os.symlink, os.link):
            name = os.path.join(folder, f"{stage['mark']}-{link.__name__}")
            try:
                link(stage["files"][0], name)
                with open(name) as file:
                    return file.read().strip()
            except OSError:
                continue
    return ""
