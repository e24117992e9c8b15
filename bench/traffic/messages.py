"""Requests and answers of every dialect as those of Chat Completions: roles, texts, calls of tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.traffic.values import at, objects, unpacked, word

PARAMETERS = (
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "stop",
    "stop_sequences",
    "n",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "response_format",
    "output_config",
    "text",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning_effort",
    "reasoning",
    "thinking",
    "enable_thinking",
    "stream",
    "service_tier",
    "logprobs",
    "dimensions",
)
"""Settings of a request that are kept. Headers, keys and addresses are not among them."""
TOOL_FIELDS = (
    "type",
    "name",
    "description",
    "function",
    "parameters",
    "input_schema",
    "inputSchema",
    "schema",
    "strict",
    "toolSpec",
    "functionDeclarations",
    "function_declarations",
)
"""What is kept of a tool that is offered: a server of tools also has an address, headers and a token."""
KINDS = ("embedding", "pictures", "tools", "structured", "conversation", "single")
"""Shapes of a request: asks for embeddings; holds pictures or other files; offers tools; demands JSON or a schema; has
an earlier answer in it; anything else. The first that fits counts."""
_ROLES = {"human": "user", "ai": "assistant", "model": "assistant", "function": "tool", "developer": "system"}
_TEXTS = ("text", "input_text", "output_text")
_CALLS = ("tool_use", "tool_call", "function_call")
_RESULTS = ("tool_result", "tool_call_response", "function_call_output")


def chat(messages: Any) -> list[dict[str, Any]] | None:
    """Messages of Chat Completions, Messages, Responses, LangChain or OpenTelemetry; None for what holds none."""
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}] if messages else None
    if isinstance(messages, list) and messages and all(isinstance(each, str) for each in messages):
        return [{"role": "user", "content": each} for each in messages]
    said = [each for raw in objects(messages) for each in _message(raw)]
    return said or None


def with_system(system: Any, messages: Any) -> list[dict[str, Any]] | None:
    """The same, after a system prompt that stands apart, as a text or in parts."""
    said = chat(messages)
    prompt = content(system) if system else ""
    return [{"role": "system", "content": prompt}, *(said or ())] if prompt else said


def content(value: Any) -> Any:
    """A content: a text, or a list of parts where some are none; of a picture or a file only its type is kept."""
    if value is None or isinstance(value, str):
        return value or ""
    parts = [_part(each) for each in (value if isinstance(value, list) else [value])]
    if all(isinstance(part, str) for part in parts):
        return "".join(parts)
    return [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts]


def answered(value: Any) -> str | None:
    """The visible text of a content, pictures left out; None where there is no content at all."""
    if value is None:
        return None
    said = content(value)
    return said if isinstance(said, str) else "".join(str(part.get("text", "")) for part in said)


def kind(
    messages: Sequence[Mapping[str, Any]] | None, tools: Any, parameters: Mapping[str, Any], *, embeds: bool
) -> str:
    """The request's shape, a word of KINDS."""
    said = messages or ()
    fits = (
        embeds,
        any(isinstance(each.get("content"), list) for each in said),
        bool(tools),
        _structured(parameters),
        any(each.get("role") == "assistant" for each in said),
        True,
    )
    return next(name for name, does in zip(KINDS, fits, strict=True) if does)


def call(name: object, arguments: Any, ident: object = None) -> dict[str, Any]:
    """A call of a tool as Chat Completions has it."""
    said = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False, sort_keys=True)
    return {"id": word(ident) or "", "type": "function", "function": {"name": word(name) or "", "arguments": said}}


def calls_in(value: Any) -> list[dict[str, Any]]:
    """The calls of tools among the parts of a content, or in a list of calls of any dialect."""
    found = []
    for part in objects(value):
        function = part.get("function")
        if isinstance(function, Mapping):
            found.append(call(function.get("name"), function.get("arguments"), part.get("id")))
        elif part.get("type") in _CALLS or "args" in part:
            said = next((part[key] for key in ("input", "arguments", "args") if key in part), None)
            found.append(call(part.get("name"), said, part.get("id") or part.get("call_id")))
    return found


def offered(tools: Any) -> list[dict[str, Any]]:
    """The tools of a request, by TOOL_FIELDS."""
    return [{name: each[name] for name in TOOL_FIELDS if name in each} for each in objects(tools)]


def _structured(parameters: Mapping[str, Any]) -> bool:
    places = (("response_format", "type"), ("output_config", "format", "type"), ("text", "format", "type"))
    return any(at(parameters, *place) in ("json_object", "json_schema") for place in places)


def _message(raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A message, with the results of tools in it as messages of their own."""
    if isinstance(raw.get("kwargs"), Mapping) and "lc" in raw:  # LangChain's own serialisation
        names = raw.get("id")
        about = str(names[-1]).lower().removesuffix("chunk").removesuffix("message") if isinstance(names, list) else ""
        raw = {"role": about, **raw["kwargs"]}
    if raw.get("type") in _CALLS[2:]:
        yield {"role": "assistant", "content": "", "tool_calls": calls_in([raw])}
        return
    if raw.get("type") in _RESULTS[2:]:
        yield {"role": "tool", "content": content(raw.get("output")), "tool_call_id": word(raw.get("call_id")) or ""}
        return
    parts = unpacked(raw["parts"] if "parts" in raw else raw.get("content"))
    parts = raw.get("content") if isinstance(parts, Mapping) and "parts" not in raw else parts
    role = str(raw.get("role") or raw.get("type") or "user").lower()
    listed = parts if isinstance(parts, list) else []
    for part in objects(listed):
        if part.get("type") in _RESULTS:
            result = next((part[key] for key in ("content", "response", "result", "output") if key in part), None)
            ident = part.get("tool_use_id") or part.get("id")
            text = result if isinstance(result, str | list) or result is None else json.dumps(result)
            yield {"role": "tool", "content": content(text), "tool_call_id": word(ident) or ""}
    rest = [each for each in listed if not (isinstance(each, Mapping) and each.get("type") in (*_CALLS, *_RESULTS))]
    calls = calls_in(raw.get("tool_calls")) or calls_in(listed)
    said: dict[str, Any] = {"role": _ROLES.get(role, role), "content": content(rest if listed else parts)}
    if calls:
        said["tool_calls"] = calls
    if ident := word(raw.get("tool_call_id")):
        said["tool_call_id"] = ident
    if rest or calls or not listed:
        yield said


def _part(part: Any) -> Any:
    """A text part as its text, one that is none as its type."""
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        return ""
    about = part.get("type", "text")
    if about in ("thinking", "reasoning", "redacted_thinking"):
        return ""
    if about in _TEXTS or "text" in part:
        said = part.get("text", part.get("content"))
        return said if isinstance(said, str) else ""
    return {"type": str(about)}
