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
UNGRADED = "ungraded"
"""The field, always true, of an item that nothing grades."""
SOURCED = ("source_numbers", "source_quotes")
"""The fields, always true, of items whose answer may say only what stands in the request."""
KINDS = (
    "calls",
    "json_schema",
    "regex",
    "number",
    "choices",
    "answer",
    "fields",
    "tool_calls",
    "round_trip",
    *SOURCED,
    UNGRADED,
)
"""What an own item may be graded by, the first that it has; `choices` comes with an `answer`."""


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


def kind_of(item: Mapping[str, Any]) -> str:
    """The kind that grades an own item. StopIteration if it has none."""
    return next(kind for kind in KINDS if kind in item)


def right_letter(item: Mapping[str, Any]) -> str:
    """The letter of an item's right choice, which its `answer` names by letter or by the choice's own words."""
    answer = str(item["answer"])
    return LETTERS[item["choices"].index(answer)] if answer in item["choices"] else answer
