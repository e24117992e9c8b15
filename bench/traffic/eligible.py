"""Whether a logged call can be asked again as an item of a task, and what it then asks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.traffic.values import at, objects

LONGEST_ANSWER = 400
"""Characters of a logged answer that another can be expected to equal."""
_OTHERS = {
    "embedding": "ask for embeddings",
    "pictures": "hold pictures or files",
    "tools": "offer tools, which items cannot",
}
MOST_CALLS = 20
"""Calls of tools in a logged answer that another can be expected to make, too."""
DEEPEST = 20
"""Levels of a logged JSON answer."""
TOOLS = (
    'Reply with nothing but a JSON list of the calls to make, each as {{"name": "...", "arguments": {{...}}}}. These '
    "are the tools:\n{tools}"
)
"""How an item offers tools: its request is a chat without any."""
_ROLES = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Askable:
    """A call as an item asks it."""

    messages: Sequence[Mapping[str, str]]
    """Roles and texts; a system prompt is the first, a user's turn the last."""
    answer: str = ""
    """The logged answer; empty where there is none."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """The JSON schema that the request demands; empty where no check needs it."""
    value: Any = None
    """What the logged answer is as JSON, or the calls that it makes; None where no check needs it."""


def asked(row: Mapping[str, Any], check: str) -> Askable | str:
    """What a row asks, or why it cannot be an item under a check, in the plural: "hold pictures or files"."""
    if row["kind"] in _OTHERS and (row["kind"], check) != ("tools", "tool_calls"):
        return _OTHERS[row["kind"]]
    if row["request"] is None or row["request_sha256"] is None or not isinstance(row["model"], str):
        return "have no request or no model in the log"
    try:
        whole = json.loads(row["request"])
    except (ValueError, RecursionError):
        return "have a damaged request in the table"
    messages = _chat(list(objects(at(whole, "messages"))))
    if isinstance(messages, str):
        return messages
    if check == "accepted":
        answer = (row["answer"] or "").strip()
        if not answer or len(answer) > LONGEST_ANSWER:
            return f"have no logged answer of 1 to {LONGEST_ANSWER} characters"
        return Askable(messages=messages, answer=answer)
    if check == "round_trip":
        value = _json(row["answer"])
        return "have no logged answer in JSON" if value is None else Askable(messages=messages, value=value)
    if check == "tool_calls":
        return _calling(messages, at(whole, "tools"), row["tool_calls"])
    if check == "schema":
        schema = _schema(at(whole, "parameters"))
        return Askable(messages=messages, schema=schema) if schema else "demand no JSON"
    return Askable(messages=messages, answer=(row["answer"] or "").strip())


def _chat(said: Sequence[Mapping[str, Any]]) -> list[dict[str, str]] | str:
    """The turns, system prompts at the head as one."""
    turns = [(str(each.get("role")), text) for each in said if isinstance(text := each.get("content"), str)]
    if any(role not in _ROLES for role, _ in turns):
        return "hold results of tools"
    if len(turns) < len(said) or not all(text.strip() for _, text in turns):
        return "hold an empty turn"
    head = next((at for at, (role, _) in enumerate(turns) if role != "system"), len(turns))
    if any(role == "system" for role, _ in turns[head:]):
        return "have a system prompt in their midst"
    if not turns[head:] or turns[-1][0] != "user":
        return "do not end with a user's turn"
    prompt = "\n\n".join(content for _, content in turns[:head])
    first = [{"role": "system", "content": prompt}] if prompt else []
    return [*first, *({"role": role, "content": content} for role, content in turns[head:])]


def _json(text: str | None) -> Any:
    """The object or list that a logged answer is, alone or as its only code block; None for anything else."""
    fenced = re.fullmatch(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", text or "", re.DOTALL)
    try:
        value = json.loads(fenced[1] if fenced else text or "")
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) and _levels(value) <= DEEPEST else None


def _levels(value: Any) -> int:
    """How deeply a JSON value is nested; more than DEEPEST counts as one more."""
    level, inner = 0, [value]
    while inner and level <= DEEPEST:
        level += 1
        lists = [each.values() if isinstance(each, dict) else each for each in inner]
        inner = [each for listed in lists for each in listed if isinstance(each, dict | list)]
    return level


def _calling(messages: Sequence[Mapping[str, str]], tools: Any, made: str | None) -> Askable | str:
    """The request with its tools as text, and the calls that the logged answer makes."""
    logged = [at(each, "function") for each in objects(_json(made))]
    calls = [{"name": at(each, "name"), "arguments": _json(at(each, "arguments"))} for each in logged]
    named = all(isinstance(call["name"], str) and call["name"] for call in calls)
    if not tools or not 0 < len(calls) <= MOST_CALLS:
        return f"offer no tools, or have no logged answer of 1 to {MOST_CALLS} calls"
    if not named or not all(isinstance(call["arguments"], dict) for call in calls):
        return "have logged calls of tools that cannot be read"
    first, *rest = messages
    offered = TOOLS.format(tools=json.dumps(tools, ensure_ascii=False))
    if first["role"] == "system":
        said = f"{first['content']}\n\n{offered}"
    else:
        said, rest = offered, [*messages]
    return Askable(messages=[{"role": "system", "content": said}, *rest], value=calls)


def _schema(parameters: Any) -> Mapping[str, Any] | None:
    """What a request says of the JSON that it demands; an object where it only demands JSON."""
    for place in (("response_format",), ("output_config", "format"), ("text", "format")):
        form = at(parameters, *place)
        kind = at(form, "type")
        if kind == "json_object":
            return {"type": "object"}
        if kind == "json_schema":
            schema = at(form, "json_schema", "schema") or at(form, "schema")
            return schema if isinstance(schema, Mapping) else None
    return None
