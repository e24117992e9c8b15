"""What an item of a task file looks like to those who ask it and to those who grade it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.records import prompt_text

ANSWER_CHARS = 4096
"""An extracted answer longer than this is not an answer; keeps comparison and tables bounded."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Names of an item's choices, in order."""


def item_of(doc: Mapping[str, Any]) -> dict[str, Any]:
    """The item as written in the JSONL, from an lm-eval doc; a doc that is not from one of ours is its own item."""
    if "_item" not in doc:
        return dict(doc)
    item: dict[str, Any] = json.loads(doc["_item"])
    return item


def chat_template(messages: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
    """The chat as JSON text; planning and scoring both build prompts with it, so their hashes are equal."""
    del add_generation_prompt
    return prompt_text(messages)
