"""What an item of a task file looks like to those who ask it and to those who grade it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Names of an item's choices, in order."""


def item_of(doc: Mapping[str, Any]) -> dict[str, Any]:
    """The item as written in the JSONL, from an lm-eval doc; a doc that is not from one of ours is its own item."""
    if "_item" not in doc:
        return dict(doc)
    item: dict[str, Any] = json.loads(doc["_item"])
    return item
