"""Transcripts of coding agents, for cost and shape alone: no text of theirs is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any, NamedTuple

from bench.traffic.billed import beyond_tokens, lane
from bench.traffic.counts import agreed
from bench.traffic.layout import LeftOutError, LogFormat, LogReading
from bench.traffic.rows import Logged
from bench.traffic.values import at, count, stamp, word
from bench.traffic.wrong import COUNT, require

_MADE_UP = "<synthetic>"
"""What Claude Code calls the model of a message of its own."""
_TELEMETRY = "qwen-code.api_response"
_COUNTED = (
    "input_token_count",
    "output_token_count",
    "cached_content_token_count",
    "thoughts_token_count",
    "total_token_count",
)
_REPORTED = (
    "promptTokenCount",
    "candidatesTokenCount",
    "cachedContentTokenCount",
    "thoughtsTokenCount",
    "totalTokenCount",
)
"""Prompt, answer, cache, thoughts and total, in telemetry and in an answer."""


class _Line(NamedTuple):
    """The last line of a message of Claude Code's."""

    where: str
    time: str
    """UTC; "" where it does not say."""
    made: int
    """Output tokens, by the last line that counts any."""
    falls: bool = False
    """Whether a later line counted fewer, but some: nobody knows which is right."""


def knows_claude(raw: Mapping[str, Any]) -> bool:
    """Whether it is a line of Claude Code's."""
    return "sessionId" in raw and "uuid" in raw and "parentUuid" in raw and not _is_qwen(raw)


def knows_qwen(raw: Mapping[str, Any]) -> bool:
    """Whether it is a line of Qwen Code's."""
    return "sessionId" in raw and "uuid" in raw and _is_qwen(raw)


def _is_qwen(raw: Mapping[str, Any]) -> bool:
    return at(raw, "message", "parts") is not None or "systemPayload" in raw or "usageMetadata" in raw


def before_claude(where: str, raw: Mapping[str, Any], reading: LogReading) -> None:
    """Claude Code writes a line for each block of a message, and its counts grow: the last line's are kept."""
    usage, ident = at(raw, "message", "usage"), _claude_id(raw)
    if raw.get("type") != "assistant" or not isinstance(usage, Mapping) or not ident:
        return
    line = _Line(where, stamp(raw.get("timestamp")) or "", count(usage.get("output_tokens")) or 0)
    before = reading.kept.get(f"message {ident}")
    if before is not None:  # copies of a transcript, whose files stand in any order, hold the same lines again
        first, last = (line, before) if line.time < before.time else (before, line)
        made = last.made or first.made
        line = last._replace(made=made, falls=first.falls or last.falls or made < first.made)
    reading.keep(f"message {ident}", line, 600 if before is None else 0)


def read_claude(where: str, raw: Mapping[str, Any], reading: LogReading) -> Iterator[Logged]:
    """The call of an assistant's line, if it is the last of its message."""
    message, ident = raw.get("message"), _claude_id(raw)
    model, usage = at(message, "model"), at(message, "usage")
    if raw.get("type") != "assistant" or not isinstance(usage, Mapping) or model in (None, _MADE_UP):
        reading.others += 1
        return
    if raw.get("isApiErrorMessage") is True:
        raise LeftOutError("the call failed")
    kept = reading.kept.get(f"message {ident}", _Line(where, "", 0))
    if kept.where != where:
        reading.others += 1
        return
    counts = agreed(usage)
    if kept.falls:
        counts = replace(counts, out_total=None, out_reasoning=None)
    yield Logged(
        where=where,
        model=str(model),
        served_model=str(model),
        messages=[{"role": "assistant", "content": ""}],
        tools=True,
        finish_reason=word(at(message, "stop_reason")),
        usage=counts,
        time=stamp(raw.get("timestamp")),
        session=word(raw.get("sessionId")),
        tag=_project(raw),
        ident=ident,
        mode=lane(usage.get("service_tier")),
        beyond=beyond_tokens(message, {"service_tier": usage.get("service_tier")}),
    )


def _claude_id(raw: Mapping[str, Any]) -> str | None:
    return word(at(raw, "message", "id"))


def _project(raw: Mapping[str, Any]) -> str | None:
    """The folder that the agent worked in, by its last name."""
    place = raw.get("cwd")
    return PurePath(place.replace("\\", "/")).name or None if isinstance(place, str) else None


def read_qwen(where: str, raw: Mapping[str, Any], reading: LogReading) -> Iterator[Logged]:
    """The call that a line of telemetry counts; of older versions, which have none, that of an assistant's line."""
    event = at(raw, "systemPayload", "uiEvent")
    session = word(raw.get("sessionId"))
    if at(event, "event.name") == _TELEMETRY:
        reading.keep(f"telemetry {session}", True, 100)
        milliseconds = count(at(event, "duration_ms"))
        seconds = None if milliseconds is None else milliseconds / 1000
        yield _qwen(where, raw, at(event, "model"), _gemini(event, _COUNTED), seconds)
    elif raw.get("type") == "assistant" and raw.get("usageMetadata") and f"telemetry {session}" not in reading.kept:
        yield _qwen(where, raw, raw.get("model"), _gemini(raw["usageMetadata"], _REPORTED), None)
    else:
        reading.others += 1


def _qwen(where: str, raw: Mapping[str, Any], model: Any, usage: Any, seconds: float | None) -> Logged:
    return Logged(
        where=where,
        model=word(model) or "",
        messages=[{"role": "assistant", "content": ""}],
        tools=True,
        usage=agreed(usage),
        time=stamp(raw.get("timestamp")),
        latency_s=seconds,
        session=word(raw.get("sessionId")),
        tag=_project(raw),
        ident=word(raw.get("uuid")),
    )


def _gemini(raw: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Gemini's counts as Chat Completions': thoughts stand beside the answer where only so the total comes out."""
    require(raw if isinstance(raw, Mapping) else {}, dict.fromkeys(names, COUNT))
    prompt, output, read, thoughts, whole = (count(at(raw, name)) for name in names)
    if None not in (prompt, output, thoughts, whole) and (prompt or 0) + (output or 0) + (thoughts or 0) == whole:
        output = (output or 0) + (thoughts or 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": whole,
        "prompt_tokens_details": {"cached_tokens": read},
        "completion_tokens_details": {"reasoning_tokens": thoughts},
    }


CLAUDE = LogFormat(
    title="Claude Code's transcripts",
    knows=knows_claude,
    read=read_claude,
    before=before_claude,
    texts=False,
    mixed=True,
)
"""What Claude Code keeps below ~/.claude/projects."""
QWEN = LogFormat(title="Qwen Code's transcripts", knows=knows_qwen, read=read_qwen, texts=False, mixed=True)
"""What Qwen Code keeps below ~/.qwen/projects."""
