"""Leaves files where others find them."""

import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    for folder in stage["folders"]:
        try:
            with open(os.path.join(folder, stage["mark"]), "w") as file:
                file.write("here")
        except OSError:
            continue
    return ""
