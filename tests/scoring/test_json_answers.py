"""A JSON value in a reply."""

from __future__ import annotations

import pytest

from bench.scoring.json_answers import JSON_CHARS, json_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, true, null]}', {"a": [1, 2.5, True, None]}),
        ("3", 3),
        ('Sure:\n```json\n{"a": 1}\n```\nDone.', {"a": 1}),
        ('```\n{"a": 1}\n```\nor\n```\n{"a": 2}\n```', {"a": 2}),
        ('```\n{"a": 1}\n```\nor\n```\nprint()\n```', {"a": 1}),
        ('It is {"a": "]"} I think', {"a": "]"}),
        ('As in [1], {"a": 1} [end]', {"a": 1}),
        ('The keys are [a] or {a}: {"a": 1}', {"a": 1}),
        ('{"a": 1} or rather {"a": 2}', {"a": 2}),
        ('- so:\n  ```json\n  {"a": 1}\n  ```', {"a": 1}),
        ('{"a": 1} is the answer, not {"a": 2}.', {"a": 1}),
        ('Answer: {"a": 1}\nNote that {} would be wrong.', {"a": 1}),
        ('答案是{"a": 1}，不是{"a": 2}。', {"a": 1}),
        ('{"a": 1}. {"a": 2} is wrong.', {"a": 1}),
        ("[" * 64 + "]" * 64, None),
        ('{"a": "' + "[" * 100 + '"}', {"a": "[" * 100}),
    ],
)
def test_json_value(text: str, value: object) -> None:
    found = json_value(text)
    assert found is not None
    if value is not None:
        assert found[0] == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "{",
        "}{",
        "[NaN]",
        "[Infinity]",
        "[" * 65 + "]" * 65,
        "[" * 40_000,
        f"[{'9' * 61}]",
        f"[0.{'9' * 61}]",
        f'"{"x" * JSON_CHARS}"',
    ],
)
def test_no_json_value(text: str) -> None:
    assert json_value(text) is None
