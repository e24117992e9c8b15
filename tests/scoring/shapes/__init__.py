"""Shapes in which models write answers, right and wrong, by kind of item: each is one question of a careful reader.

The rows of a kind are the replies that must score 1 and those that must score 0 for the kind's item. They stand beside
`misreadings`, which says what is read; here it is only whether it counts.
"""

from __future__ import annotations

from typing import Any

from tests.scoring.shapes import lists, numbers, texts, values

ITEMS: dict[str, dict[str, Any]] = {
    "number": {"number": 42},
    "rounded number": {"number": 3.14},
    "integer": {"answer": "-1234", "type": "integer"},
    "fraction": {"answer": "3/4", "type": "fraction"},
    "negative fraction": {"answer": "-3/4", "type": "fraction"},
    "tuple": {"answer": "3, 14, -5", "type": "tuple"},
    "pair of texts": {"answer": "fig, pear", "type": "tuple"},
    "set": {"answer": "fig, pear, apple", "type": "set"},
    "set of numbers": {"answer": "2, -3", "type": "set"},
    "text": {"answer": "Lima", "type": "text"},
    "own text": {"answer": "平静"},
    "choice": {"choices": ["billing", "bug report", "praise", "spam"], "answer": "B"},
    "object": {"json_schema": {"type": "object", "const": {"a": 1}}},
    "array": {"json_schema": {"type": "array", "const": [1, 2]}},
}
RIGHT = numbers.RIGHT | lists.RIGHT | texts.RIGHT | values.RIGHT
"""By kind, what must count."""
WRONG = numbers.WRONG | lists.WRONG | texts.WRONG | values.WRONG
"""By kind, what must not."""
