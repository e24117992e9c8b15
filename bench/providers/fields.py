"""Body fields of a user's own: which of them may not be sent, and which say how long an answer may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench import clean
from bench.providers.rules import Problem, Rules

CAPS = ("max_tokens", "max_completion_tokens")
"""Fields that cap an answer. Where a body has both, a server may hold it to either."""
CAP_OF_RESPONSES = "max_output_tokens"
"""The same of OpenAI's Responses."""
_ASKED = ("messages", "system", "prompt", "input", "instructions", "contents", "tools", "functions")
"""What a model is asked: the same for every model, and hashed."""
_SENT = ("model", "stream")
"""What says whom a call goes to and how its answer comes."""
_ANSWERS = ("n", "best_of", "num_return_sequences", "candidate_count")
"""How many answers are made to one request."""


def problem_of(rules: Rules, extra_body: Mapping[str, Any], thinking_budget: int | None) -> Problem | None:
    """The first field of a model's body that is not its entry's to state: the key, and a sentence with the cure.

    `extra_body` is the entry's, `rules` are its provider's. None if there is no such field.
    """
    for key, named, fields in _written(rules, extra_body):
        for name, value in fields.items():
            if wrong := _wrong(name, value):
                return key, f"{named} has '{name}': {wrong}"
    if thinking_budget is not None and _has(extra_body, rules.budget_field):
        return "thinking_budget", f"thinking_budget and extra_body's {rules.budget_field} say the same. Keep one."
    return None


def _written(rules: Rules, extra_body: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The key to mend, what a reader calls the table, and its fields."""
    yield "extra_body", "extra_body", extra_body
    for table in ("always", "greedy", "thinking_on", "thinking_off", "budget_on"):
        yield "model", f"its provider's rule `{table}`", getattr(rules, table)


def _wrong(name: str, value: Any) -> str | None:
    if name in _ASKED:
        return "every model is asked the same. Take it out; a prompt of its own is declared with prompt_variants."
    if name in _SENT:
        return "we send that ourselves. Take it out."
    if name in _ANSWERS and value != 1:
        return "answers beyond the first would be paid for and never read. Take it out; `[run] repeats` asks again."
    if name == "prediction":
        return "what is predicted wrongly is billed beyond any cap. Take it out."
    if name in (*CAPS, CAP_OF_RESPONSES) and (type(value) is not int or not 0 < value <= clean.MOST_COUNT):
        return f"a cap is a whole number above 0; found {clean.line(repr(value))[:60]}."
    return None


def _has(fields: Any, place: str) -> bool:
    """Whether there is something at a dotted place."""
    first, _, rest = place.partition(".")
    if not first or not isinstance(fields, Mapping) or first not in fields:
        return False
    return not rest or _has(fields[first], rest)
