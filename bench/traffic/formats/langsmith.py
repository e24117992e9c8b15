"""LangSmith: runs as its SDK lists them and its bulk export writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench import clean
from bench.records import TokenUsage
from bench.traffic.billed import beyond_tokens
from bench.traffic.counts import agreed
from bench.traffic.formats.requests import tag_of
from bench.traffic.layout import LeftOutError, LogFormat, LogReading
from bench.traffic.messages import answered, calls_in, chat
from bench.traffic.rows import Logged
from bench.traffic.values import amount, at, between, first, objects, stamp, unpacked, word
from bench.traffic.wrong import AMOUNT, COUNT, MOMENT, require

_KINDS = {
    "start_time": MOMENT,
    "total_cost": AMOUNT,
    **dict.fromkeys(("prompt_tokens", "completion_tokens", "total_tokens"), COUNT),
}
_CALLS, _OTHERS = ("llm", "embedding"), ("chain", "tool", "retriever", "prompt", "parser")
"""Kinds of runs: those that are calls of a model, and the others."""


def knows(raw: Mapping[str, Any]) -> bool:
    """Whether it is a run."""
    return isinstance(raw.get("run_type"), str) and "inputs" in raw


def read(where: str, raw: Mapping[str, Any], reading: LogReading) -> Iterator[Logged]:
    """The call of a run of a model; chains and tools are none."""
    if raw["run_type"] in _OTHERS:
        reading.others += 1
        return
    if raw["run_type"] not in _CALLS:
        raise LeftOutError(f"run_type is {clean.line(repr(raw['run_type'])[:60])}, which is no kind of run")
    if raw.get("error") or raw.get("status") == "error":
        raise LeftOutError(f"the call failed ({str(raw.get('error') or 'an error')[:200]})")
    require(raw, _KINDS)
    asked, replied, extra = (unpacked(raw.get(name)) for name in ("inputs", "outputs", "extra"))
    metadata = at(extra, "metadata")
    settings = at(extra, "invocation_params")
    settings = settings if isinstance(settings, Mapping) else asked if isinstance(asked, Mapping) else {}
    model = word(first({"m": metadata, "s": settings}, "m.ls_model_name", "s.model", "s.model_name"))
    if model is None:
        raise LeftOutError("no model is named")
    said = at(asked, "messages") or at(asked, "prompts") or at(asked, "prompt")
    said = said[0] if isinstance(said, list) and len(said) == 1 and isinstance(said[0], list) else said
    reply = _reply(replied)
    begin = raw.get("start_time")
    yield Logged(
        where=where,
        model=model,
        provider=word(at(metadata, "ls_provider")),
        messages=chat(said),
        tools=settings.get("tools") or at(asked, "tools"),
        parameters=settings,
        answer=answered(at(reply, "content")),
        tool_calls=calls_in(at(reply, "tool_calls")),
        finish_reason=word(at(next(objects(at(replied, "choices")), None), "finish_reason")),
        usage=_usage(raw, replied, reply),
        cost_logged_usd=amount(raw.get("total_cost")) or None,
        time=stamp(begin),
        latency_s=between(begin, raw.get("end_time")),
        ttft_s=between(begin, raw.get("first_token_time")),
        session=word(first({"m": metadata}, "m.session_id", "m.thread_id", "m.conversation_id"))
        or word(raw.get("trace_id")),
        user=word(at(metadata, "user_id")),
        tag=tag_of(first(raw, "tags", "name")),
        ident=word(raw.get("id")),
        embeds=raw["run_type"] == "embedding",
        beyond=beyond_tokens(replied, settings),
    )


def _reply(replied: Any) -> Any:
    """The answer's message: LangChain's generations, a choice of Chat Completions, or an Anthropic message."""
    made = at(replied, "generations")
    made = next(objects(made[0] if isinstance(made, list) and made and isinstance(made[0], list) else made), None)
    message = at(made, "message")
    if message is not None:
        said = chat([message]) or [{}]
        return {**(at(message, "kwargs") or message), **said[-1]}
    if made is not None:
        return {"content": made.get("text")}
    choice = at(next(objects(at(replied, "choices")), None), "message")
    return choice if choice is not None else at(replied, "message") or at(replied, "output") or replied


def _usage(raw: Mapping[str, Any], replied: Any, reply: Any) -> TokenUsage:
    sides = ({"metadata": replied}, {"metadata": reply}, unpacked(raw.get("extra")))
    whole = (at(side, "metadata", "usage_metadata") for side in sides)
    said = (at(replied, "usage"), at(replied, "llm_output", "token_usage"))
    row = {name: raw.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    return agreed(*map(_chat, whole), *said, row)


def _chat(whole: Any) -> dict[str, Any] | None:
    """LangChain's counts, whose details are parts of the whole, as Chat Completions'."""
    if not isinstance(whole, Mapping):
        return None
    details = whole.get("input_token_details")
    return {
        "prompt_tokens": whole.get("input_tokens"),
        "completion_tokens": whole.get("output_tokens"),
        "total_tokens": whole.get("total_tokens"),
        "prompt_tokens_details": {
            "cached_tokens": at(details, "cache_read"),
            "cache_write_tokens": at(details, "cache_creation"),
        },
        "completion_tokens_details": {"reasoning_tokens": at(whole, "output_token_details", "reasoning")},
    }


FORMAT = LogFormat(title="LangSmith's runs", knows=knows, read=read)
"""What LangSmith exports."""
