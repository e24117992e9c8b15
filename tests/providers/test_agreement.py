"""The same weights through both protocols say the same."""

from __future__ import annotations

import httpx
import pytest

from bench.providers import resolve
from bench.records.items import Item, Outcome
from bench.records.settings import RemoteModel
from bench.weights.server import LlamaServer
from tests.providers.samples import ITEM, RUN, Read, read
from tests.sampling import sampled

PROMPTS = [
    "Say hello in three words.", "What is 2 + 2?", "Name a colour.", "Write a haiku about rain.", "Why is it cold?",
    "List three fruits.", "What is the capital of France?", "Translate 'cat' into French.", "Who wrote Hamlet?",
    "Write a Python function that adds two numbers.", "What is the opposite of hot?", "Count from one to ten.",
    "Name a planet.", "What does a bee make?", "Finish: roses are red,", "How many legs has a spider?",
    "Explain gravity to a child.", "Give a synonym of 'big'.", "Which is larger, 7 or 12?", "Tell a short joke. 😀",
]  # fmt: skip


def ask(server: LlamaServer, generic: str, text: str) -> Read:
    """One prompt through the openai-api or the anthropic-api, to a server whose prompt cache is off."""
    entry = RemoteModel("m", f"{generic}/acme/smollm2", base_url=server.base_url, max_tokens=64)
    endpoint = resolve(entry, {})
    fields = {name: getattr(ITEM, name) for name in ITEM.__dataclass_fields__}
    item = Item(
        **{**fields, "messages": ({"role": "system", "content": "Be brief."}, {"role": "user", "content": text})}
    )
    body = {**endpoint.body(item, RUN), **endpoint.wire.STREAMING}
    url = f"{endpoint.base_url}{endpoint.path}"
    with httpx.Client(timeout=120, trust_env=False) as client:
        reply = client.post(url, json=body, headers=endpoint.headers({}))
    assert reply.status_code == 200, reply.text
    return read(endpoint.wire, [reply.content])


@pytest.mark.parametrize("text", sampled(PROMPTS, 0, always=PROMPTS[-1:]))
def test_both_protocols_give_the_same_text(smollm2_server: LlamaServer, text: str) -> None:
    chat, messages = ask(smollm2_server, "openai-api", text), ask(smollm2_server, "anthropic-api", text)
    assert chat.answer == messages.answer != ""
    assert chat.done
    assert messages.done
    assert chat.outcome == messages.outcome != Outcome.INFRASTRUCTURE
    assert (chat.usage.in_total, chat.usage.out_total) == (messages.usage.in_total, messages.usage.out_total)
