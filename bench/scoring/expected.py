"""What is right for an item: a reply that must score 1, and what a table shows beside a model's answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bench.scoring import formats
from bench.scoring.item import kind_of, right_letter


def tagged(item: Mapping[str, Any]) -> str | None:
    """The answer in its tag, as a reply."""
    return f"<answer>{item['answer']}</answer>"


def code_block(item: Mapping[str, Any]) -> str | None:
    """The item's reference, or a function that looks the expected values up."""
    looked_up = (
        f"def {item['entry_point']}(*args):\n"
        f"    for call in {[{'args': c['args'], 'value': c['value']} for c in item['calls']]!r}:\n"
        "        if list(args) == call['args']:\n            return call['value']\n"
    )
    return f"```python\n{item.get('reference', looked_up)}\n```"


def literal(item: Mapping[str, Any]) -> str | None:
    """The value in a code block, as a reply."""
    return f"```python\n{item['value']!r}\n```"


def query(item: Mapping[str, Any]) -> str | None:
    """The reference query in a code block, as a reply."""
    return f"```sql\n{item['reference']}\n```"


def solution(item: Mapping[str, Any]) -> str | None:
    """The canonical solution in a code block, as a reply."""
    return f"```python\n{item['prompt']}{item['canonical_solution']}\n```"


def example(item: Mapping[str, Any]) -> str | None:
    """An own item's right answer; a regex or a schema needs an `example` for that."""
    kind = kind_of(item)
    if kind == "number":
        return f"{Decimal(str(item['number'])).normalize():f}"
    if kind == "choices":
        return right_letter(item)
    if kind == "calls":
        return code_block(item)
    if kind == "fields":
        return json.dumps(item["fields"], ensure_ascii=False)
    if kind == "tool_calls":
        return json.dumps(item["tool_calls"], ensure_ascii=False)
    if kind == "round_trip":
        return formats.written(item)
    return str(item["answer"]) if kind == "answer" else item.get("example")


def stated(item: Mapping[str, Any]) -> str | None:
    """The answer itself."""
    return str(item["answer"])


def function(item: Mapping[str, Any]) -> str | None:
    """The item's reference, or what its hidden calls must return."""
    if "reference" in item:
        return str(item["reference"])
    return "\n".join(
        f"{item['entry_point']}({', '.join(map(repr, c['args']))}) == {c['value']!r}" for c in item["calls"]
    )


def body(item: Mapping[str, Any]) -> str | None:
    """The canonical solution behind its prompt."""
    return f"{item['prompt']}{item['canonical_solution']}"


def of_kind(item: Mapping[str, Any]) -> str | None:
    """What an own item's kind asks for: the answer itself, or the pattern or schema that it must satisfy; None where
    nothing grades it."""
    kind = kind_of(item)
    if kind == "calls":
        return function(item)
    if kind == "json_schema":
        return json.dumps(item["json_schema"], ensure_ascii=False)
    return str(item["regex"]) if kind == "regex" else example(item)
