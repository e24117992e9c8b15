"""What batch interfaces are sent, and what is read of their replies: hostile ones, too."""

from __future__ import annotations

import json

import pytest

from bench.providers import batch_wire, in_batches
from bench.providers.batches import MOST_BYTES
from tests.batch_server import BatchServer, Made

WIRES = [batch_wire("anthropic"), batch_wire("openai")]
AN_ID = "a-b_c.d:e9"


@pytest.mark.parametrize("wire", WIRES, ids=["messages", "chat"])
@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "[]", "{}", '"x"', "<html><title>Sign in</title>", "[" * 9999, '{"id": 7}', '{"data": []}'),
        *(json.dumps({"id": bad, "type": "message_batch", "processing_status": "ended", "status": "completed"})
          for bad in ("", "../files/x", "a/b", "a b", "a?b", "é", "x" * 201, "..", None, ["a"])),
        '{"id": "a", "type": "message_batch", "processing_status": 7, "status": []}',
    ],
)  # fmt: skip
def test_a_reply_that_is_no_batch_is_refused(wire: object, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        wire.state(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("wire", WIRES, ids=["messages", "chat"])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "null",
            "[]",
            "{}",
            '"x"',
            "<html>",
            '{"custom_id": 7}',
            '{"custom_id": "a", "result": {}}',
            "[" * 9999,
        ),
        '{"custom_id": "a", "result": {"type": "succeeded", "message": "hi"}}',
        '{"custom_id": "a", "response": {"status_code": "200"}}',
        '{"custom_id": "a", "response": null, "error": null}',
    ],
)
def test_a_line_that_is_no_result_is_refused(wire: object, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        wire.result(text)  # type: ignore[attr-defined]


def test_addresses_are_made_of_checked_ids_alone() -> None:
    chat, messages = batch_wire("openai"), batch_wire("anthropic")
    raw = {"id": AN_ID, "status": "completed", "output_file_id": "../../x", "metadata": [], "created_at": 10**30}
    with pytest.raises(ValueError, match="file"):
        chat.state(json.dumps(raw))
    state = chat.state(json.dumps({**raw, "output_file_id": "f-1", "error_file_id": None}))
    assert (state.results, state.created_at, state.intent) == (("/files/f-1/content",), None, None)
    theirs = {"id": AN_ID, "type": "message_batch", "processing_status": "ended", "results_url": "http://evil/x"}
    assert messages.state(json.dumps(theirs)).results == (f"/messages/batches/{AN_ID}/results",)


def test_requests_are_split_at_the_vendors_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    chat = batch_wire("openai")
    monkeypatch.setattr(type(chat), "MOST", 3)
    requests = [(f"{n:064x}", {"model": "m", "messages": [], "stream": True}) for n in range(7)]
    parts = in_batches(chat, requests)
    assert [len(part) for part in parts] == [3, 3, 1]
    assert [key for part in parts for key, _ in part] == [key for key, _ in requests]
    assert "stream" not in parts[0][0][1]
    big = {"messages": [{"role": "user", "content": "x" * (MOST_BYTES // 2)}]}
    assert [len(part) for part in in_batches(chat, [("a", big), ("b", big), ("c", {})])] == [1, 2]


def test_a_text_of_any_characters_stays_one_line() -> None:
    for wire in WIRES:
        line = wire.line("k", {"messages": [{"role": "user", "content": "a\u2028b\x85c\ud800 中"}]})
        assert line.isascii()
        assert len(line.splitlines()) == 1


@pytest.mark.slow
def test_the_vendors_own_types_accept_what_our_server_says() -> None:
    """The server of our tests is as faithful as both vendors' types, unknown fields refused, can tell."""
    from datetime import UTC, datetime

    from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse
    from openai.types import Batch

    from tests.batch_server import Result

    endings = iter(["succeeded", "errored", "expired", "canceled"] * 9)
    fates: dict[str, Result] = {}
    with BatchServer(answer=lambda body: fates.setdefault(body["n"], Result(ending=next(endings)))) as server:
        made = Made(id="b", requests=[(f"k{n}", {"n": n, "model": "m"}) for n in range(4)], at=datetime.now(UTC))
        for polls in (0, 1):
            made.polls = polls
            for kind, raw in ((MessageBatch, server.message_batch(made)), (Batch, server.chat_batch(made))):
                required = {name for name, field in kind.model_fields.items() if field.is_required()}
                assert required - {"input_file_id"} <= {name for name, value in raw.items() if value is not None}
                assert set(raw) <= set(kind.model_fields)
                kind.model_validate({**raw, "input_file_id": "f"} if kind is Batch else raw, strict=False)
        for line in server.message_lines(made).splitlines():
            MessageBatchIndividualResponse.model_validate_json(line)


@pytest.mark.slow
def test_the_vendors_own_clients_drive_our_server() -> None:
    """Upload, create, list, retrieve, cancel and results through both SDKs."""
    import io

    import anthropic
    import openai

    with BatchServer() as server:
        claude = anthropic.Anthropic(api_key="k", base_url=server.url.removesuffix("/v1"), max_retries=0)
        params = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
        batch = claude.messages.batches.create(requests=[{"custom_id": "k1", "params": params}])  # type: ignore[typeddict-item]
        assert batch.id in [each.id for each in claude.messages.batches.list()]
        assert claude.messages.batches.retrieve(batch.id).processing_status == "ended"
        (line,) = claude.messages.batches.results(batch.id)
        assert (line.custom_id, line.result.type) == ("k1", "succeeded")
        claude.messages.batches.cancel(batch.id)
        gpt = openai.OpenAI(api_key="k", base_url=server.url, max_retries=0)
        text = batch_wire("openai").line("k2", params) + "\n"
        file = gpt.files.create(file=("a.jsonl", io.BytesIO(text.encode())), purpose="batch")
        made = gpt.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
        assert made.id in [each.id for each in gpt.batches.list()]
        done = gpt.batches.retrieve(made.id)
        assert (done.status, done.output_file_id is not None) == ("completed", True)
        assert '"k2"' in gpt.files.content(str(done.output_file_id)).text
        gpt.batches.cancel(made.id)
