"""Requests and responses of OpenAI's and Anthropic's interfaces as JSON lines: pairs, flat lines, batches, examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.providers import chosen_lanes
from bench.traffic.billed import beyond_tokens, lane
from bench.traffic.counts import agreed
from bench.traffic.layout import LeftOutError, LogFormat, LogReading
from bench.traffic.messages import answered, calls_in, chat, with_system
from bench.traffic.rows import Logged
from bench.traffic.values import amount, at, between, count, first, objects, stamp, unpacked, word
from bench.traffic.wrong import COUNT, MESSAGES, OBJECT, require

_ASKED = ("request", "request_body", "req", "params", "body", "kwargs", "input")
_REPLIED = ("response", "response_body", "resp", "completion", "output", "result")
TIMES = ("time", "timestamp", "created_at", "start_time", "started_at", "startTime", "sent_at", "date")
"""Where a log says when a request was sent."""
_ENDS = ("end_time", "ended_at", "endTime", "finished_at", "completed_at")
_LATENCIES = (
    ("latency_s", 1.0),
    ("duration_s", 1.0),
    ("response_time_s", 1.0),
    ("elapsed", 1.0),
    ("latency_ms", 1e3),
    ("duration_ms", 1e3),
    ("response_time_ms", 1e3),
    ("elapsed_ms", 1e3),
    ("latencyMs", 1e3),
    ("durationMs", 1e3),
)
_COSTS = ("cost_usd", "cost", "usd", "total_cost", "price_usd", "response.usage.cost")
_SESSIONS = ("session", "session_id", "sessionId", "conversation_id", "thread_id", "metadata.session_id")
_USERS = ("user", "user_id", "userId", "metadata.user_id", "request.user", "request.metadata.user_id")
_COUNTS = {f"usage.{name}_tokens": COUNT for name in ("prompt", "completion", "input", "output", "total")}
_TAGS = ("tag", "tags", "metadata.tag", "metadata.tags", "feature", "metadata.feature", "name", "route", "task")


def knows(raw: Mapping[str, Any]) -> bool:
    """Whether it has a request's messages or a reply of either interface, as they are or under a usual name."""
    asked, replied = _sides(raw)
    if any(isinstance(asked.get(key), list | str) for key in ("messages", "input", "prompt")):
        return True
    return bool(replied) and ("usage" in replied or _choice(replied) is not None)


def is_batch(raw: Mapping[str, Any]) -> bool:
    """Whether it is a request of a batch, or its response."""
    return "custom_id" in raw and bool({"body", "params", "response", "result"} & raw.keys())


def before(where: str, raw: Mapping[str, Any], reading: LogReading) -> None:
    """Keeps the requests of a batch, whose replies stand in another file."""
    del where
    asked = first(raw, "body", "params")
    if is_batch(raw) and isinstance(asked, Mapping) and not {"response", "result"} & raw.keys():
        ident = str(raw["custom_id"])
        if reading.kept.get(ident, asked) != asked:  # two batches that count their requests alike
            reading.ledger.warn(f"custom_id {ident[:40]} stands for two requests: import each batch by itself.")
            asked = {}
        reading.keep(ident, asked, len(json.dumps(asked)))


def read(where: str, raw: Mapping[str, Any], reading: LogReading) -> Iterator[Logged]:
    """The call of a line."""
    batch = is_batch(raw)
    if batch and not {"response", "result"} & raw.keys():
        reading.others += 1  # the request alone: its reply is in the other file
        return
    asked, replied = _sides(raw)
    if batch:
        asked = reading.kept.get(str(raw["custom_id"]), {})
    _require_success(raw, replied)
    require(asked, {"messages": MESSAGES})
    _require_reply(replied)
    model = word(asked.get("model")) or word(raw.get("model")) or word(replied.get("model"))
    if model is None:
        raise LeftOutError("no model is named")
    tier = word(replied.get("service_tier")) or word(at(replied, "usage", "service_tier"))
    made = _request(asked, raw, replied)
    yield Logged(
        where=where,
        model=model,
        provider=word(first(raw, "provider", "vendor")),
        served_model=word(replied.get("model")),
        messages=made,
        tools=asked.get("tools"),
        parameters=asked,
        answer=_answer(replied, raw),
        tool_calls=_calls(replied),
        finish_reason=word(first(replied, "stop_reason", "status") or (_choice(replied) or {}).get("finish_reason")),
        usage=agreed(unpacked(replied.get("usage")), None if replied is raw else unpacked(raw.get("usage"))),
        cost_logged_usd=amount(first(raw, *_COSTS)) or None,
        time=stamp(first(raw, *TIMES) or first(replied, "created", "created_at")),
        latency_s=_latency(raw),
        ttft_s=amount(first(raw, "ttft_s", "time_to_first_token_s")),
        session=word(first(raw, *_SESSIONS)),
        user=word(first(raw, *_USERS)),
        tag=tag_of(first(raw, *_TAGS)),
        ident=word(
            (replied.get("id") or raw.get("custom_id"))
            if batch
            else first(raw, "request_id", "id") or replied.get("id")
        ),
        mode="batch" if batch else _chosen(asked) or lane(tier),
        embeds="embedding" in str(replied.get("object", ""))
        or at(next(objects(replied.get("data")), {}), "embedding") is not None,
        beyond=beyond_tokens(replied, asked, flat=replied is raw, batch=batch or tier == "batch"),
    )


def _chosen(asked: Mapping[str, Any]) -> str | None:
    """The lane of another price that a request chose."""
    chosen = chosen_lanes(asked)
    return chosen.get("speed") or chosen.get("service_tier")


def tag_of(value: Any) -> str | None:
    """A tag, or the first of several."""
    value = unpacked(value)
    return next((found for each in value if (found := word(each))), None) if isinstance(value, list) else word(value)


def _sides(raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The request's and the reply's objects; the line itself where a side has no name of its own."""
    asked = next((found for key in _ASKED if isinstance(found := unpacked(raw.get(key)), Mapping)), raw)
    asked = unpacked(asked["body"]) if isinstance(unpacked(asked.get("body")), Mapping) else asked
    replied = next((found for key in _REPLIED if isinstance(found := unpacked(raw.get(key)), Mapping)), None)
    if replied is None:
        replied = raw if "choices" in raw or ("usage" in raw and "content" in raw) else {}
    for key in ("body", "message"):  # a batch's reply is one level deeper
        if isinstance(replied.get(key), Mapping) and "choices" not in replied and "usage" not in replied:
            replied = replied[key]
    return asked, replied


def _require_success(raw: Mapping[str, Any], replied: Mapping[str, Any]) -> None:
    """LeftOutError for a call that failed."""
    status = count(first(raw, "status_code", "response.status_code", "response.status", "status"))
    wrong = first(raw, "error.message", "error", "result.error.error.message", "response.body.error.message")
    wrong = wrong or first(replied, "error.message", "error")
    failed = (status or 0) >= 400 or wrong or at(raw, "result", "type") in _FAILED
    if failed:
        said = wrong if isinstance(wrong, str) else at(raw, "result", "type") or status
        raise LeftOutError(f"the call failed ({str(said)[:200]})")


def _require_reply(replied: Mapping[str, Any]) -> None:
    """LeftOutError for a reply whose usage cannot be, or one of Chat Completions without a choice."""
    require(replied, {"usage": OBJECT, **_COUNTS})
    if replied.get("object") == "chat.completion" and _choice(replied) is None:
        raise LeftOutError("choices: there is none in the reply")
    sides = [count(at(replied, "usage", name)) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
    prompt, completion, total = sides
    if None not in sides and (total or 0) < (prompt or 0) + (completion or 0):
        raise LeftOutError(f"usage.total_tokens is {total}, less than its parts: {prompt} and {completion}")


_FAILED = ("errored", "canceled", "expired")


def _choice(replied: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next(objects(replied.get("choices")), None)


def _request(asked: Mapping[str, Any], raw: Mapping[str, Any], replied: Mapping[str, Any]) -> Any:
    said = first(asked, "messages", "input", "prompt")
    system = first(asked, "system", "instructions")
    made = with_system(system, said)
    if made and not replied and asked is raw and made[-1]["role"] == "assistant" and not _plain_answer(raw):
        made = made[:-1]  # an example for fine-tuning: its last message is the answer
    return made or None


def _plain_answer(raw: Mapping[str, Any]) -> str | None:
    return next((raw[key] for key in (*_REPLIED, "answer") if isinstance(raw.get(key), str)), None)


def _answer(replied: Mapping[str, Any], raw: Mapping[str, Any]) -> str | None:
    choice = _choice(replied)
    if choice is not None:
        return answered(at(choice, "message", "content") if "message" in choice else choice.get("text"))
    if "content" in replied:
        return answered(replied["content"])
    if isinstance(replied.get("output"), list):  # Responses
        parts = [each.get("content") for each in objects(replied["output"]) if each.get("type") == "message"]
        return "".join(answered(part) or "" for part in parts)
    plain = _plain_answer(raw)
    if plain is None and not replied:
        made = chat(raw.get("messages"))
        return answered(made[-1]["content"]) if made and made[-1]["role"] == "assistant" else None
    return plain


def _calls(replied: Mapping[str, Any]) -> list[dict[str, Any]]:
    choice = _choice(replied)
    if choice is not None:
        return calls_in(at(choice, "message", "tool_calls"))
    return calls_in(first(replied, "content", "output"))


def _latency(raw: Mapping[str, Any]) -> float | None:
    for key, per_second in _LATENCIES:
        if (found := amount(raw.get(key))) is not None:
            return found / per_second
    return between(first(raw, *TIMES), first(raw, *_ENDS))


BATCHES = LogFormat(title="batches of requests and their responses", knows=is_batch, read=read, before=before)
"""Input and output files of OpenAI's and Anthropic's batch interfaces."""
FORMAT = LogFormat(title="requests and responses as JSON lines", knows=knows, read=read)
"""OpenAI's and Anthropic's own shapes."""
