"""OpenTelemetry's GenAI traces: OTLP JSON or the console's, old names and new, texts in attributes, events or logs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bench.records import TokenUsage
from bench.traffic.billed import lane
from bench.traffic.counts import agreed, leaves_caches_out
from bench.traffic.layout import LeftOutError, LogFormat, LogReading
from bench.traffic.messages import answered, chat, with_system
from bench.traffic.rows import Logged
from bench.traffic.values import at, between, count, objects, stamp, unpacked, word
from bench.traffic.wrong import COUNT, require

_ASKS = ("chat", "text_completion", "generate_content", "embeddings", "completion", "embedding")
"""Operations of a span that is one call; an agent's span sums its calls up."""
_MODELS = ("gen_ai.request.model", "gen_ai.response.model", "llm.request.model", "llm.model_name")
_TIERS = tuple(
    f"{stem}.{side}.service_tier" for side in ("response", "request") for stem in ("openai", "gen_ai.openai")
)
_COUNTS = ("input_tokens", "output_tokens", "cache_read.input_tokens", "cache_creation.input_tokens")
_OLD = ("prompt_tokens", "completion_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_FAMILIES: tuple[tuple[str, ...], ...] = (
    tuple(f"gen_ai.usage.{name}" for name in (*_COUNTS, "reasoning.output_tokens", "total_tokens")),
    tuple(f"gen_ai.usage.{name}" for name in (*_OLD, "reasoning_tokens")),
    tuple(f"llm.usage.{name}" for name in (*_OLD, "reasoning_tokens", "total_tokens")),
    tuple(
        f"llm.token_count.{name}"
        for name in (
            *("prompt", "completion", "prompt_details.cache_read", "prompt_details.cache_write"),
            *("completion_details.reasoning", "total"),
        )
    ),
)
"""What prompt, answer, cache reads and writes, reasoning and total are called by each convention."""
_ROLES = {f"gen_ai.{role}.message": role for role in ("system", "user", "assistant", "tool")}
_SETTINGS = re.compile(r"gen_ai\.request\.(temperature|top_p|top_k|max_tokens|seed|frequency_penalty|presence_penalty)")
_SESSIONS = (
    "gen_ai.conversation.id",
    "session.id",
    "langfuse.session.id",
    "traceloop.association.properties.session_id",
)
_USERS = ("enduser.id", "user.id", "langfuse.user.id", "traceloop.association.properties.user_id")
_TAGS = ("gen_ai.agent.name", "langfuse.trace.name", "traceloop.workflow.name", "traceloop.entity.name")


def knows(raw: Mapping[str, Any]) -> bool:
    """Whether it is an OTLP message, or a span as the console's exporter prints it."""
    return "resourceSpans" in raw or "resourceLogs" in raw or (_is_printed(raw))


def _is_printed(raw: Mapping[str, Any]) -> bool:
    return raw.keys() >= {"context", "attributes", "start_time"}


def before(where: str, raw: Mapping[str, Any], reading: LogReading) -> None:
    """Keeps the messages that stand in logs, by their span, and which spans are calls."""
    del where
    for resource in objects(raw.get("resourceLogs")):
        for scope in objects(resource.get("scopeLogs")):
            for record in objects(scope.get("logRecords")):
                name, said = record.get("eventName"), _plain(record.get("attributes"))
                event = _event(str(name or said.get("event.name") or ""), {**said, **_body(record.get("body"))})
                if event and record.get("spanId"):
                    key = f"log {record['spanId']}"
                    size = len(json.dumps(event, default=str))
                    reading.keep(key, [*reading.kept.get(key, ()), event], size)
    for span in _spans(raw):
        if _is_call(span["attributes"]):
            reading.keep(f"span {span['id']}", True, 100)


def read(where: str, raw: Mapping[str, Any], reading: LogReading) -> Iterator[Logged]:
    """The calls among the spans of a record."""
    if _is_printed(raw) and not isinstance(at(raw, "context", "span_id"), str):
        raise LeftOutError("context has no span_id")
    _name_misshapen(where, raw, reading)
    for number, span in enumerate(_spans(raw), 1):
        place = where if _is_printed(raw) else f"{where} span {number}"
        if not _is_call(span["attributes"]):
            reading.others += 1
        elif f"span {span['parent']}" in reading.kept:
            reading.ledger.drop(place, "is within the span of the same call, which is the row")
        else:
            try:
                yield _call(place, span, reading)
            except LeftOutError as error:
                reading.ledger.drop(place, str(error))


def _name_misshapen(where: str, raw: Mapping[str, Any], reading: LogReading) -> None:
    """Names a message whose lists hold no objects, or whose spans no attributes: calls would be missing in silence."""
    level = [raw]
    for name, other in (("resourceSpans", ""), ("scopeSpans", "instrumentationLibrarySpans"), ("spans", "")):
        inside = [each.get(name) or each.get(other) or [] for each in level if name == "scopeSpans" or name in each]
        if not all(isinstance(each, list) and all(isinstance(one, Mapping) for one in each) for each in inside):
            reading.ledger.drop(where, f"{name} must be a list of objects")
        level = [one for each in inside for one in objects(each)]
    for at_, span in enumerate([raw] if _is_printed(raw) else level, 1):
        if not isinstance(span.get("attributes", []), Mapping | list):
            reading.ledger.drop(f"{where} span {at_}", "attributes must be a list or an object")


def _is_call(attributes: Mapping[str, Any]) -> bool:
    doing = attributes.get("gen_ai.operation.name") or attributes.get("llm.request.type")
    kind = attributes.get("openinference.span.kind")
    if doing is not None:
        return doing in _ASKS
    return kind in (None, "LLM", "EMBEDDING") and _first(attributes, _MODELS) is not None


def _call(where: str, span: Mapping[str, Any], reading: LogReading) -> Logged:
    attributes = span["attributes"]
    error = attributes.get("error.type")
    if error or span["failed"]:
        raise LeftOutError(f"the call failed ({error or span['failed']})")
    model = word(_first(attributes, _MODELS))
    if model is None:
        raise LeftOutError("no model is named")
    provider = word(_first(attributes, ("gen_ai.provider.name", "gen_ai.system", "llm.provider")))
    events = [*span["events"], *reading.kept.get(f"log {span['id']}", ())]
    asked, replied = _texts(attributes, events)
    finish = attributes.get("gen_ai.response.finish_reasons")
    return Logged(
        where=where,
        model=model,
        provider=provider,
        served_model=word(attributes.get("gen_ai.response.model")),
        messages=asked,
        tools=unpacked(_first(attributes, ("gen_ai.tool.definitions", "llm.request.functions"))),
        parameters={m[1]: value for key, value in attributes.items() if (m := _SETTINGS.fullmatch(key))},
        answer=answered(replied[-1]["content"]) if replied else None,
        tool_calls=replied[-1].get("tool_calls", ()) if replied else (),
        finish_reason=word(finish[0] if isinstance(finish, list) and finish else finish),
        usage=_usage(attributes, leaves_caches_out(provider, model)),
        time=stamp(span["begin"]),
        latency_s=between(span["begin"], span["end"]),
        session=word(_first(attributes, _SESSIONS)) or word(span["trace"]),
        user=word(_first(attributes, _USERS)),
        tag=word(_first(attributes, _TAGS)) or word(span["service"]),
        ident=word(span["id"]),
        embeds=attributes.get("gen_ai.operation.name") in ("embeddings", "embedding"),
        mode=lane(_first(attributes, _TIERS)),
    )


def _usage(attributes: Mapping[str, Any], outside: bool) -> TokenUsage:
    """Input tokens hold those of caches, by the convention; where they cannot and the vendor's own count does not
    (`outside`), caches stand beside them."""
    require(attributes, {name: COUNT for names in _FAMILIES for name in names})
    said = [[count(attributes.get(name)) for name in names] for names in _FAMILIES]
    whole = [next((each[at] for each in said if each[at]), None) for at in range(2)]
    return agreed(*(_chat(each, whole, outside) for each in said if any(each)))


def _chat(counts: list[int | None], whole: list[int | None], outside: bool) -> dict[str, Any]:
    """One convention's counts as Chat Completions', or as Messages'; what it lacks of `whole` another has."""
    asked, made, read, written, reasoning, total = (*counts, None)[:6]
    asked, made = asked or whole[0], made if made is not None else whole[1]
    if outside and (read or 0) + (written or 0) > (asked or 0):
        caches = {"cache_read_input_tokens": read, "cache_creation_input_tokens": written}
        return {"input_tokens": asked, "output_tokens": made, "total_tokens": total, **caches}
    return {
        "prompt_tokens": asked,
        "completion_tokens": made,
        "total_tokens": total,
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }


def _texts(attributes: Mapping[str, Any], events: list[Mapping[str, Any]]) -> tuple[Any, list[dict[str, Any]]]:
    """The request's messages and the answer's, wherever they stand."""
    every = dict(attributes)
    for event in events:
        every.update(event.get("whole", {}))
    asked = with_system(
        unpacked(every.get("gen_ai.system_instructions")),
        unpacked(_first(every, ("gen_ai.input.messages", "gen_ai.prompt"))),
    )
    replied = chat(unpacked(_first(every, ("gen_ai.output.messages", "gen_ai.completion"))))
    said = [event["message"] for event in events if "message" in event]
    asked = asked or chat(said) or chat(_indexed(every, r"gen_ai\.prompt|llm\.input_messages"))
    replies = [event["reply"] for event in events if "reply" in event]
    replied = replied or chat(replies[:1]) or chat(_indexed(every, r"gen_ai\.completion|llm\.output_messages"))
    return asked, replied or []


def _indexed(attributes: Mapping[str, Any], stem: str) -> list[dict[str, Any]]:
    """Messages whose fields are attributes of their own, e.g. gen_ai.prompt.0.content."""
    field = re.compile(rf"(?:{stem})\.(\d+)\.(?:message\.)?(role|content)")
    made: dict[int, dict[str, Any]] = {}
    for key, value in attributes.items():
        found = field.fullmatch(key)
        if found and len(found[1]) < 6:
            made.setdefault(int(found[1]), {})[found[2]] = unpacked(value) if value[:1] == "[" else value
    return [made[number] for number in sorted(made)]


def _event(name: str, said: Mapping[str, Any]) -> dict[str, Any] | None:
    """What an event says of a call: a message of the request, the reply, or all of it."""
    if name in _ROLES:
        return {"message": {"role": _ROLES[name], **_own(said)}}
    if name == "gen_ai.choice":
        reply = unpacked(said.get("message"))
        return {"reply": {"role": "assistant", **(reply if isinstance(reply, Mapping) else _own(said))}}
    if name in ("gen_ai.client.inference.operation.details", "gen_ai.content.prompt", "gen_ai.content.completion"):
        return {"whole": dict(said)}
    return None


def _own(said: Mapping[str, Any]) -> dict[str, Any]:
    listed = {key: unpacked(said[key]) for key in ("tool_calls",) if key in said}
    named = {"tool_call_id": said["id"]} if "id" in said else {}
    return {**{key: said[key] for key in ("role", "content") if key in said}, **listed, **named}


def _spans(raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The spans of a message, or the one that was printed."""
    if _is_printed(raw):
        failed = at(raw, "status", "status_code") == "ERROR"
        yield {
            "id": str(raw["context"]["span_id"]).removeprefix("0x"),
            "parent": str(raw.get("parent_id") or "").removeprefix("0x"),
            "trace": at(raw, "context", "trace_id"),
            "begin": raw.get("start_time"),
            "end": raw.get("end_time"),
            "attributes": _plain(raw["attributes"]),
            "events": _events(raw),
            "failed": (at(raw, "status", "description") or "an error") if failed else None,
            "service": _service(raw),
        }
    for resource in objects(raw.get("resourceSpans")):
        for scope in objects(resource.get("scopeSpans") or resource.get("instrumentationLibrarySpans")):
            for span in objects(scope.get("spans")):
                wrong = at(span, "status", "code") in (2, "STATUS_CODE_ERROR")
                yield {
                    "id": str(span.get("spanId")),
                    "parent": str(span.get("parentSpanId") or ""),
                    "trace": span.get("traceId"),
                    "begin": span.get("startTimeUnixNano"),
                    "end": span.get("endTimeUnixNano"),
                    "attributes": _plain(span.get("attributes")),
                    "events": _events(span),
                    "failed": (at(span, "status", "message") or "an error") if wrong else None,
                    "service": _service(resource),
                }


def _events(span: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = (_event(str(each.get("name")), _plain(each.get("attributes"))) for each in objects(span.get("events")))
    return [event for event in found if event]


def _service(record: Mapping[str, Any]) -> str | None:
    name = word(_plain(at(record, "resource", "attributes")).get("service.name"))
    return None if name is None or name.startswith("unknown_service") else name


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((attributes[name] for name in names if attributes.get(name) not in (None, "")), None)


def _plain(attributes: Any) -> dict[str, Any]:
    """OTLP's list of keys and values as an object; an object as it is."""
    if isinstance(attributes, Mapping):
        return dict(attributes)
    return {str(each.get("key")): _value(each.get("value")) for each in objects(attributes)}


def _body(body: Any) -> dict[str, Any]:
    said = _value(body)
    return said if isinstance(said, dict) else {}


def _value(value: Any) -> Any:
    """An OTLP value as JSON's own."""
    if not isinstance(value, Mapping):
        return value
    if "arrayValue" in value:
        return [_value(each) for each in objects(at(value, "arrayValue", "values"))]
    if "kvlistValue" in value:
        return _plain(at(value, "kvlistValue", "values"))
    if "intValue" in value:
        whole = count(value["intValue"])
        return value["intValue"] if whole is None else whole
    return next((value[kind] for kind in ("stringValue", "doubleValue", "boolValue") if kind in value), None)


FORMAT = LogFormat(title="OpenTelemetry GenAI traces", knows=knows, read=read, before=before, mixed=True)
"""What OpenTelemetry's SDKs and collectors write."""
