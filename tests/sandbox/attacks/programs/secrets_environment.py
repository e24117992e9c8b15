"""Finds the secret in its own environment."""

import os
from typing import Any


def f(stage: dict[str, Any]) -> str:
    return next((value for value in os.environ.values() if stage["pattern"][:16] in value), "")
