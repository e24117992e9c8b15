"""Langfuse: observations as its interface, its exports to storage and its table's CSV and JSON have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench import clean
from bench.records import TokenUsage
from bench.traffic.billed import beyond_tokens
from bench.traffic.counts import agreed
from bench.traffic.formats.requests import tag_of
from bench.traffic.layout import LeftOutError, LogFormat, LogReading
from bench.traffic.messages import answered, calls_in, chat
from bench.traffic.rows import Logged
from bench.traffic.values import amount, at, between, count, first, objects, stamp, unpacked, word
from bench.traffic.wrong import COUNT, MOMENT, flag, require

_READ = ("cache_read_input_tokens", "input_cached_tokens", "input_cache_read")
_WRITTEN = ("cache_creation_input_tokens", "input_cache_creation", "input_cache_write")
_REASONING = ("output_reasoning_tokens", "output_reasoning", "reasoning_tokens")
_ASKED, _MADE = ("input", "input_tokens", "prompt_tokens"), ("output", "output_tokens", "completion_tokens")
_CLASSES = frozenset((*_READ, *_WRITTEN, *_REASONING, *_ASKED, *_MADE, "total", "total_tokens"))
"""What a price list has a price of, and sums."""
_OLDER = (("input", "promptTokens"), ("output", "completionTokens"), "total")
_OLDEST = (
    ("promptTokens", "inputTokens", "input_tokens"),
    ("completionTokens", "outputTokens", "output_tokens"),
    "totalTokens",
)
"""Prompt, answer and total in `usage` of older versions, and in the observation itself."""
_CALLS = ("GENERATION", "EMBEDDING")
_OTHERS = ("SPAN", "EVENT", "AGENT", "TOOL", "CHAIN", "RETRIEVER", "EVALUATOR", "GUARDRAIL")
"""Kinds of observations: those that are calls of a model, and the others."""


def knows(raw: Mapping[str, Any]) -> bool:
    """Whether it is an observation: it has a trace's id and a kind in capitals, or an observation's counts."""
    kind = raw.get("type")
    traced = "traceId" in raw or "trace_id" in raw
    return traced and ((isinstance(kind, str) and kind.isupper()) or "usageDetails" in raw or "usage_details" in raw)


def read(where: str, raw: Mapping[str, Any], reading: LogReading) -> Iterator[Logged]:
    """The call of a generation; spans, events and what agents sum up are none."""
    kind = str(raw.get("type", _CALLS[0])).upper()
    if kind in _OTHERS:
        reading.others += 1
        return
    if kind not in _CALLS:
        raise LeftOutError(f"type is {clean.line(kind[:60])}, which is no kind of observation")
    if str(raw.get("level", "")).upper() == "ERROR":
        said = word(first(raw, "statusMessage", "status_message")) or "an error"
        raise LeftOutError(f"the call failed ({said[:200]})")
    if flag({"metadata": unpacked(raw.get("metadata"))}, "metadata.cache_hit"):
        raise LeftOutError("a gateway answered it from its own cache: no model was asked")
    require(raw, {"startTime": MOMENT, "start_time": MOMENT})
    model = word(first(raw, "model", "providedModelName", "provided_model_name", "modelName"))
    if model is None:
        raise LeftOutError("no model is named")
    asked, replied = unpacked(raw.get("input")), unpacked(raw.get("output"))
    inside = isinstance(asked, Mapping) and "messages" in asked
    begin = first(raw, "startTime", "start_time")
    parameters = unpacked(first(raw, "modelParameters", "model_parameters"))
    yield Logged(
        where=where,
        model=model,
        messages=chat(asked["messages"] if inside else asked),
        tools=asked.get("tools") if inside else None,
        parameters=parameters if isinstance(parameters, Mapping) else {},
        answer=_answer(replied),
        tool_calls=calls_in(at(_reply(replied), "tool_calls")) or calls_in(at(_reply(replied), "content")),
        usage=_usage(raw),
        cost_logged_usd=_cost(raw),
        time=stamp(begin),
        latency_s=between(begin, first(raw, "endTime", "end_time")),
        ttft_s=between(begin, first(raw, "completionStartTime", "completion_start_time")),
        session=word(first(raw, "sessionId", "session_id", "traceId", "trace_id")),
        user=word(first(raw, "userId", "user_id")),
        tag=tag_of(first(raw, "tags", "traceTags", "trace_tags", "traceName", "trace_name", "name")),
        ident=word(raw.get("id")),
        embeds=kind == "EMBEDDING",
        beyond=beyond_tokens(replied) or _counted_beside(raw),
    )


def _reply(output: Any) -> Any:
    """The message of an output, which may be a list of messages or of choices."""
    if isinstance(output, list):
        output = next(objects(output), None)
    inner = at(next(objects(at(output, "choices")), None), "message")
    return output if inner is None else inner


def _answer(output: Any) -> str | None:
    if isinstance(output, str):
        return output
    return answered(at(_reply(output), "content"))


def _details(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    details = unpacked(first(raw, "usageDetails", "usage_details"))
    return details if isinstance(details, Mapping) else {}


def _counted_beside(raw: Mapping[str, Any]) -> str | None:
    """What Langfuse counts beside the tokens of a price list, e.g. searches or sound."""
    beside = (name for name, value in _details(raw).items() if name not in _CLASSES and value not in (None, "", 0, "0"))
    return next((f"usageDetails.{name[:60]}" for name in beside), None)


def _usage(raw: Mapping[str, Any]) -> TokenUsage:
    """Details count each class by itself; the totals of older versions have caches inside."""
    details, usage = _details(raw), unpacked(raw.get("usage"))
    require(details, dict.fromkeys(_CLASSES, COUNT))
    sums = [_sums(usage, *_OLDER), _sums(raw, *_OLDEST)]
    if not details:
        return agreed(*sums)
    read, written, reasoning, asked, made, total = (
        next((n for name in names if (n := count(details.get(name))) is not None), None)
        for names in (_READ, _WRITTEN, _REASONING, _ASKED, _MADE, ("total", "total_tokens"))
    )
    classes = {
        "prompt_tokens": None if asked is None else asked + (read or 0) + (written or 0),
        "completion_tokens": None if made is None else made + (reasoning or 0),
        "total_tokens": None if _counted_beside(raw) else total,
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return agreed(classes, *sums)


def _sums(raw: Any, asked: Sequence[str], made: Sequence[str], total: str) -> dict[str, Any]:
    """Sums under older names, as Chat Completions'."""
    return {
        "prompt_tokens": first(raw, *asked),
        "completion_tokens": first(raw, *made),
        "total_tokens": first(raw, total),
    }


def _cost(raw: Mapping[str, Any]) -> float | None:
    """What Langfuse reckoned; its 0 also stands for a model whose price it does not know."""
    details = unpacked(first(raw, "costDetails", "cost_details"))
    total = at(details, "total")
    return amount(total if total is not None else first(raw, "calculatedTotalCost", "totalCost", "total_cost")) or None


FORMAT = LogFormat(title="Langfuse's observations", knows=knows, read=read)
"""What Langfuse exports."""
