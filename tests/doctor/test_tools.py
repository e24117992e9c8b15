"""The probes of tools, against strict endpoints of both protocols that differ in exactly one point."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import pytest

from bench.doctor.tools import PROBES, Examined, asker, examine_tools, table
from bench.engine import Channel, Dropped, tls_context
from bench.engine.transport import Reply as Received
from bench.prices import load
from bench.providers import resolve
from bench.records import RemoteModel
from tests.doctor.tooled import Fault, Strict
from tests.fake_endpoint import FakeEndpoint, Reply
from tests.sampling import sampled

CHAT, MESSAGES = "openai-api/acme/m", "anthropic-api/acme/m"
AS_VENDORS = {
    "tools accepted": "yes",
    "tools reach the model": "yes",
    "calls": "yes",
    "call ids": "yes",
    "token counts": "yes",
    "arguments streamed": "yes",
    "not streamed": "yes",
    "bad tool name": "rejected",
    "forced call": "yes",
    "forced while thinking": "not asked",
    "forced without thinking": "not asked",
    "named tool": "yes",
    "named while thinking": "not asked",
    "named without thinking": "not asked",
    "calls forbidden": "yes",
    "result": "yes",
    "error result": "yes",
    "wrong id": "rejected",
    "missing result": "rejected",
    "parallel calls": "yes",
    "several results": "yes",
    "one call a turn": "yes",
    "strict schema": "yes",
    "nested arguments": "yes",
    "other scripts": "yes",
    "64 tools": "yes",
    "no arguments": "yes",
    "reasoning shown": "not asked",
    "reasoning sent back": "not asked",
    "reasoning left out": "not asked",
    "reasoning altered": "not asked",
    "cache after tools change": "lost",
}
"""What a strict endpoint without thinking does; stop reason and refusals have the protocol's own words."""
DIFFERENCES: Mapping[Fault, tuple[str, str]] = {
    Fault.NO_TOOLS: ("tools accepted", "rejected"),
    Fault.DROPPED: ("tools reach the model", "dropped"),
    Fault.AS_TEXT: ("calls", "as text"),
    Fault.BROKEN: ("calls", "no JSON"),
    Fault.NO_IDS: ("call ids", "no"),
    Fault.STOP: ("stop reason", "stop"),
    Fault.NO_COUNTS: ("token counts", "no"),
    Fault.AT_ONCE: ("arguments streamed", "at once"),
    Fault.STREAM_ONLY: ("not streamed", "no"),
    Fault.NO_FORCE: ("forced call", "rejected"),
    Fault.FORCE_IGNORED: ("forced call", "ignored"),
    Fault.NO_NAMED: ("named tool", "rejected"),
    Fault.NAME_IGNORED: ("named tool", "ignored"),
    Fault.NONE_IGNORED: ("calls forbidden", "ignored"),
    Fault.NO_RESULTS: ("result", "rejected"),
    Fault.NO_ERRORS: ("error result", "rejected"),
    Fault.ANY_ID: ("wrong id", "accepted"),
    Fault.MISSING_TAKEN: ("missing result", "accepted"),
    Fault.SERIAL: ("parallel calls", "one"),
    Fault.ONE_PLACE: ("parallel calls", "one place"),
    Fault.ONE_RESULT: ("several results", "rejected"),
    Fault.NOT_SINGLE: ("one call a turn", "ignored"),
    Fault.NO_STRICT: ("strict schema", "rejected"),
    Fault.NOT_STRICT: ("strict schema", "broken"),
    Fault.NULL_LOST: ("nested arguments", "broken"),
    Fault.HARMED: ("other scripts", "harmed"),
    Fault.FEW: ("64 tools", "rejected"),
    Fault.EMPTY: ("no arguments", "no JSON"),
    Fault.ANY_NAME: ("bad tool name", "accepted"),
    Fault.CACHE_KEPT: ("cache after tools change", "kept"),
    Fault.IN_WORDS: ("refusals", "in words"),
    Fault.FILTERED: ("refusals", "rejected"),
    Fault.OTHER_WORD: ("refusals", "sensitive"),
    Fault.COMPLIES: ("refusals", "unclear"),
}
"""The row that one fault changes, and to what."""
WHILE_THINKING: Mapping[Fault, tuple[str, str]] = {
    Fault.FORCED_THINKING: ("forced call", "yes"),
    Fault.NAMED_THINKING: ("named tool", "yes"),
    Fault.NO_FORCE: ("forced without thinking", "rejected"),
    Fault.NO_NAMED: ("named without thinking", "rejected"),
    Fault.MAY_LACK: ("reasoning left out", "accepted"),
    Fault.MAY_DIFFER: ("reasoning altered", "accepted"),
    Fault.NOT_BACK: ("reasoning sent back", "rejected"),
    Fault.UNSIGNED: ("reasoning shown", "text"),
}
"""The same at an endpoint whose model thinks."""
MOOT = {
    Fault.BROKEN: {"strict schema", "nested arguments", "other scripts", "no arguments"},
    Fault.NO_COUNTS: {"cache after tools change"},
    Fault.NO_RESULTS: {"error result", "wrong id", "several results"},
    Fault.NOT_BACK: {"reasoning left out", "reasoning altered"},
}
"""Rows of which nothing can be known for the fault: each says so, and names the row that it changes."""
ON, OFF = {"thinking": {"type": "enabled"}}, {"thinking": {"type": "disabled"}}


@cache
def examined(fault: Fault, model: str = CHAT, thinks: str = "never") -> Examined:
    """What the probes find at an endpoint with a fault."""
    with FakeEndpoint(Strict(fault, thinks={"never": False, "off": None, "on": True}[thinks])) as endpoint:
        provider = {"rules": {"thinks": thinks, "thinking_on": ON, "thinking_off": OFF}}
        entry = RemoteModel(label="m", model=model, base_url=endpoint.url, own_provider=provider)
        [found] = examine_tools([resolve(entry, {})], {}, tls_context(), load())
    return found


def verdicts(found: Examined) -> dict[str, str]:
    return {row.probe: row.verdict for row in found.rows}


@pytest.mark.parametrize(
    ("model", "stop", "refusal"), [(CHAT, "tool_calls", "refusal field"), (MESSAGES, "tool_use", "refusal")]
)
def test_a_strict_endpoint_is_as_the_vendors(model: str, stop: str, refusal: str) -> None:
    found = examined(Fault.NONE, model)
    assert verdicts(found) == {**AS_VENDORS, "stop reason": stop, "refusals": refusal}
    assert [row.probe for row in found.rows if row.status == "fail"] == []
    assert found.cost_usd is None, "nobody knows acme's prices"
    assert all(row.request and row.reply for row in found.rows if row.verdict != "not asked")
    assert found.requests == 23


def is_all_that_changes(fault: Fault, model: str, wanted: tuple[str, str] | None, thinks: str = "never") -> None:
    """That a fault changes one row, its own, and one line at most of what code must change; rows that the fault leaves
    nothing to be known of say so."""
    vendor, other = examined(Fault.NONE, model, thinks), examined(fault, model, thinks)
    before, rows = verdicts(vendor), {row.probe: row for row in other.rows}
    differ = {probe: row.verdict for probe, row in rows.items() if row.verdict != before[probe]}
    why = "{}: {}".format(*wanted) if wanted else "-"
    moot = {p for p, verdict in differ.items() if verdict in ("unclear", "not asked") and rows[p].text.startswith(why)}
    assert {probe: verdict for probe, verdict in differ.items() if probe not in moot} == dict(
        [wanted] if wanted else []
    )
    if fault in (Fault.NO_TOOLS, Fault.DROPPED):
        assert len(moot) > 20, "nothing else can be asked"
    elif fault is Fault.AS_TEXT:
        assert {"parallel calls", "strict schema", "64 tools"} < moot
    else:
        of_messages = {"no arguments"} if fault is Fault.BROKEN and model == MESSAGES else set()
        assert moot == MOOT.get(fault, set()) - of_messages, "there no input at all stands for {}"
    changes = table.as_json([vendor, other])["changes"]
    assert all(wanted and change.startswith(f"m, {wanted[0]} {wanted[1]}: ") for change in changes), changes
    assert len(changes) <= 1


@pytest.mark.parametrize("fault", sampled(DIFFERENCES, 6, (Fault.IN_WORDS, Fault.FILTERED, Fault.NO_RESULTS)))
def test_one_fault_changes_its_own_row_alone(fault: Fault) -> None:
    is_all_that_changes(fault, CHAT, DIFFERENCES[fault])


OF_CHAT_ALONE = (Fault.ONE_PLACE, Fault.EMPTY)
"""Faults that the other wire format has no place for."""


@pytest.mark.slow
@pytest.mark.parametrize("fault", [each for each in DIFFERENCES if each not in OF_CHAT_ALONE])
def test_one_fault_changes_its_own_row_alone_in_messages(fault: Fault) -> None:
    words = {Fault.STOP: ("stop reason", "end_turn")}
    is_all_that_changes(fault, MESSAGES, words.get(fault, DIFFERENCES[fault]))


@pytest.mark.slow
@pytest.mark.parametrize("model", [CHAT, MESSAGES])
@pytest.mark.parametrize("fault", WHILE_THINKING)
def test_one_fault_of_a_thinking_model_changes_its_own_row_alone(fault: Fault, model: str) -> None:
    unseen = fault is Fault.UNSIGNED and model == CHAT
    is_all_that_changes(fault, model, None if unseen else WHILE_THINKING[fault], "on")


def test_every_fault_is_tried() -> None:
    assert {*DIFFERENCES, *WHILE_THINKING} == {*Fault} - {Fault.NONE}


def test_what_a_probe_needs_was_asked_before_it() -> None:
    asked = [probe.name for probe in PROBES]
    assert len({*asked}) == len(asked) >= 24
    assert all({*probe.needs} <= {*asked[:at]} for at, probe in enumerate(PROBES))


def test_a_hostile_turn_can_be_written_and_shows_no_part_of_a_key() -> None:
    key = "Skywalker-0123456789-abcdef"
    spelled = "".join(f"\\u{ord(letter):04x}" for letter in key)
    called = {
        "index": 0,
        "id": "\udfff",
        "function": {"name": "\ud800x\0", "arguments": f'{{"a": "{spelled}\\ud800"}}'},
    }
    delta = {"content": f"\ud800 {key}", "reasoning_content": key, "tool_calls": [called]}
    event = json.dumps({"choices": [{"delta": delta, "message": delta, "finish_reason": f"\ud800{key}"}]})
    with FakeEndpoint(lambda _: Reply(raw_events=(event,))) as endpoint:
        entry, environ = RemoteModel(label="m", model=CHAT, base_url=endpoint.url), {"ACME_API_KEY": key}
        [found] = examine_tools([resolve(entry, environ)], environ, tls_context(), load())
    for written in (json.dumps(table.as_json([found]), ensure_ascii=False), table.html([found]), str(found)):
        written.encode()
        assert "Skywa" not in written
        assert spelled[:24] not in written


def test_tools_that_cannot_be_used_rule_the_rest_out() -> None:
    refused, dropped, text = (examined(fault) for fault in (Fault.NO_TOOLS, Fault.DROPPED, Fault.AS_TEXT))
    assert (verdicts(refused)["tools accepted"], refused.requests) == ("rejected", 2)
    assert {*verdicts(refused).values()} == {"rejected", "not asked"}
    assert (verdicts(dropped)["tools reach the model"], dropped.requests) == ("dropped", 2)
    assert (verdicts(text)["calls"], verdicts(text)["parallel calls"]) == ("as text", "not asked")
    assert all(any(row.status == "fail" for row in found.rows) for found in (refused, dropped, text))


def test_a_connection_that_was_closed_meanwhile_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    sent, dropped = Channel.post, 0

    @asynccontextmanager
    async def post(channel: Channel, path: str, body: Mapping[str, Any]) -> AsyncIterator[Received]:
        nonlocal dropped
        dropped += 1
        if dropped % 2:
            raise Dropped("closed meanwhile")
        async with sent(channel, path, body) as reply:
            yield reply

    monkeypatch.setattr(Channel, "post", post)
    monkeypatch.setattr(asker, "TRIES", 1)
    found = examined.__wrapped__(Fault.NONE)
    assert verdicts(found) == {**AS_VENDORS, "stop reason": "tool_calls", "refusals": "refusal field"}
    assert found.requests == 23, "a request that was never served is none"


@pytest.mark.parametrize(("model", "shown"), [(CHAT, "text"), (MESSAGES, "signed")])
def test_reasoning_must_come_back_as_it_was(model: str, shown: str) -> None:
    strict = verdicts(examined(Fault.NONE, model, "on"))
    assert strict["forced call"] == strict["named tool"] == "rejected"
    assert strict["forced without thinking"] == strict["named without thinking"] == "yes"
    assert strict["forced while thinking"] == strict["named while thinking"] == "not asked", "it is as it is set up"
    other = verdicts(examined(Fault.NONE, model, "off"))
    assert (other["forced call"], other["forced while thinking"], other["named while thinking"]) == (
        "yes", "rejected", "rejected",
    )  # fmt: skip
    assert other["forced without thinking"] == other["named without thinking"] == "not asked"
    names = ("reasoning shown", "reasoning sent back", "reasoning left out", "reasoning altered")
    assert [strict[name] for name in names] == [shown, "accepted", "rejected", "rejected"]


def test_claude_is_asked_with_anthropic_s_own_trigger_and_no_page_holds_it() -> None:
    with FakeEndpoint(Strict()) as endpoint:
        entry = RemoteModel(label="m", model="anthropic-api/acme/claude-x", base_url=endpoint.url)
        [found] = examine_tools([resolve(entry, {})], {}, tls_context(), load())
        others = [request for request in endpoint.requests if "TRIGGER_REFUSAL_1F" not in request.prompt]
        assert len(endpoint.requests) - len(others) == 1
    [row] = [each for each in found.rows if each.probe == "refusals"]
    assert row.request
    assert "that Anthropic documents" in row.request
    assert "TRIGGER_REFUSAL" not in table.html([found]) + json.dumps(table.as_json([found]))


def test_what_must_change_is_what_differs() -> None:
    vendor, other = examined(Fault.NONE), examined(Fault.SERIAL)
    [change] = table.as_json([vendor, other])["changes"]
    assert change.startswith("m, parallel calls one: Count on one call a turn")
    assert table.as_json([vendor, vendor])["changes"] == []
    text = "\n".join(table.lines([vendor, vendor]))
    assert "Nothing that the probes could see." in text
    assert text.count("\n| ") == len(PROBES) + 1
    page = table.html([vendor, other])
    assert page.count("<details>") == 2 * sum(row.request is not None for row in vendor.rows)
    assert json.dumps(table.as_json([vendor]))


@pytest.mark.xdist_group("clients")
def test_the_vendors_own_clients_take_what_is_sent_back() -> None:
    import anthropic.types
    import openai.types.chat

    for model, take in (
        (CHAT, openai.types.chat.ChatCompletionMessage.model_validate),
        (MESSAGES, lambda m: [anthropic.types.ToolUseBlock.model_validate(b) for b in m["content"]]),
    ):
        [called] = [row for row in examined(Fault.NONE, model).rows if row.probe == "calls"]
        assert called.reply
        take(json.loads(called.reply))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"choices": 3}', '{"choices": [{"delta": {"tool_calls": [3]}}]}', "{}" * 9]
)
def test_whatever_comes_is_a_finding(text: str) -> None:
    with FakeEndpoint(lambda _: Reply(raw_events=(text,), end="silent")) as endpoint:
        entry = RemoteModel(label="m", model=CHAT, base_url=endpoint.url)
        [found] = examine_tools([resolve(entry, {})], {}, tls_context(), load())
    assert {*verdicts(found).values()} <= {"unclear", "not asked"}


def test_secrets_are_not_shown() -> None:
    key = "sk-/+=%2B0123456789abcdef"
    with FakeEndpoint(lambda request: Reply(status=400, text=f"no {request.headers['authorization']}")) as endpoint:
        entry = RemoteModel(label="m", model=CHAT, base_url=endpoint.url)
        environ = {"ACME_API_KEY": key}
        [found] = examine_tools([resolve(entry, environ)], environ, tls_context(), load())
    assert any("no Bearer ***" in row.text for row in found.rows)
    assert key not in json.dumps(table.as_json([found])) + table.html([found])


def test_hostile_calls_are_shown_masked_and_whole() -> None:
    key = "sk-Canary0123456789abcdef"
    spelled = "".join(f"\\u{ord(sign):04x}" for sign in key)
    function = {"name": "get_stock\ud800\x00", "arguments": f'{{"article": "{spelled}\\ud800"}}'}
    message = {"content": "\ud800", "tool_calls": [{"id": "\udfff", "function": function}]}
    whole = json.dumps({"choices": [{"message": message, "finish_reason": "tool_calls"}]})
    with FakeEndpoint(lambda _: Reply(whole=whole)) as endpoint:
        entry, environ = RemoteModel(label="m", model=CHAT, base_url=endpoint.url), {"ACME_API_KEY": key}
        [found] = examine_tools([resolve(entry, environ)], environ, tls_context(), load())
    written = (
        json.dumps(table.as_json([found]), ensure_ascii=False) + table.html([found]) + "\n".join(table.lines([found]))
    )
    assert written.encode()
    assert not [part for part in (key, key[:9], spelled[:60]) if part in written]
