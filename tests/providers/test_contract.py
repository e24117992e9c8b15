"""The official SDKs' types are the contract: they accept our bodies, and read the streams that we read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import TypeAdapter

from bench.engine.sse import SseParser
from bench.providers import anthropic_messages, openai_chat
from bench.providers.presets import shipped
from bench.records.items import Item
from tests.providers.samples import FIXTURES, ITEM, RUN, endpoint

CLAUDES = [
    ("claude-opus-5-5", {"effort": "max", "thinking": True}),
    ("claude-fable-5-2", {"effort": "low"}),
    ("claude-sonnet-5-5", {"thinking": False}),
    ("claude-haiku-5-5", {"thinking": False, "effort": "high"}),
    ("claude-opus-5", {"effort": "xhigh"}),
    ("claude-sonnet-4-6", {"thinking_budget": 1024}),
    ("claude-haiku-4-5", {"thinking": True, "thinking_budget": 1024}),
    ("claude-haiku-5-5", {"temperature": 0.2, "top_p": 0.9, "seed": 3}),
]
STOPPING = Item(**{**{name: getattr(ITEM, name) for name in ITEM.__dataclass_fields__}, "stop": ("END",)})


@pytest.fixture(scope="session")
def sdk() -> SimpleNamespace:
    """The vendors' types; dear to import, so their tests share a process."""
    from anthropic import _constants
    from anthropic.types import RawMessageStreamEvent
    from anthropic.types.message_create_params import MessageCreateParamsStreaming
    from openai.types.chat import ChatCompletionChunk
    from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
    from openai.types.shared_params import ReasoningEffort

    return SimpleNamespace(
        _constants=_constants,
        RawMessageStreamEvent=RawMessageStreamEvent,
        MessageCreateParamsStreaming=MessageCreateParamsStreaming,
        ChatCompletionChunk=ChatCompletionChunk,
        CompletionCreateParamsStreaming=CompletionCreateParamsStreaming,
        ReasoningEffort=ReasoningEffort,
    )


def validate(adapter: TypeAdapter[Any], known: Iterable[str], body: dict[str, Any]) -> None:
    """Strictly, iterables consumed, and no field that the SDK does not know."""
    made = adapter.validate_python(body, strict=True)
    assert [list(made[key]) for key in ("messages",)]
    assert set(body) <= set(known)


@pytest.mark.parametrize(("model", "settings"), CLAUDES)
def test_anthropics_sdk_accepts_our_bodies(sdk: SimpleNamespace, model: str, settings: dict[str, Any]) -> None:
    adapter = TypeAdapter(sdk.MessageCreateParamsStreaming)
    for item in (ITEM, STOPPING):
        body = {**endpoint(f"anthropic/{model}", **settings).body(item, RUN), **anthropic_messages.STREAMING}
        validate(adapter, sdk.MessageCreateParamsStreaming.__annotations__, body)


@pytest.mark.parametrize("settings", [{}, {"effort": "none"}, {"effort": "max"}, {"temperature": 0.2, "seed": 3}])
def test_openais_sdk_accepts_our_bodies(sdk: SimpleNamespace, settings: dict[str, Any]) -> None:
    adapter = TypeAdapter(sdk.CompletionCreateParamsStreaming)
    for model in ("gpt-6.1-sol", "gpt-4o") if "effort" not in settings else ("gpt-6.1-sol",):
        for item in (ITEM, STOPPING):
            body = {**endpoint(f"openai/{model}", **settings).body(item, RUN), **openai_chat.STREAMING}
            validate(adapter, sdk.CompletionCreateParamsStreaming.__annotations__, body)


def test_a_body_that_the_contract_forbids_is_noticed(sdk: SimpleNamespace) -> None:
    adapter = TypeAdapter(sdk.MessageCreateParamsStreaming)
    body = {**endpoint("anthropic/claude-opus-5-5").body(ITEM, RUN), **anthropic_messages.STREAMING}
    for bad in ({"temperature": 0.0}, {"max_tokens": "64"}, {"output_config": {"effort": "minimal"}}):
        with pytest.raises((AssertionError, ValueError)):
            validate(adapter, sdk.MessageCreateParamsStreaming.__annotations__, {**body, **bad})


def test_version_and_efforts_are_the_sdks(sdk: SimpleNamespace) -> None:
    assert anthropic_messages.VERSION == sdk._constants.ANTHROPIC_API_VERSION
    efforts = TypeAdapter(sdk.ReasoningEffort).json_schema()["anyOf"][0]["enum"]
    assert shipped()["openai"]["rules"]["efforts"] == efforts


def events(name: str) -> list[str]:
    return SseParser().feed((FIXTURES / f"{name}.sse").read_bytes())


@pytest.mark.parametrize("name", ["anthropic_thinking", "anthropic_refusal", "anthropic_error", "llamacpp_messages"])
def test_anthropics_sdk_reads_our_messages_fixtures(sdk: SimpleNamespace, name: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(sdk.RawMessageStreamEvent)
    for data in events(name):
        raw = json.loads(data)
        if raw["type"] not in ("ping", "error"):  # the SDK handles these two before it parses
            adapter.validate_python(raw)


@pytest.mark.parametrize("name", ["openai", "deepseek", "qwen", "kimi", "openrouter", "vllm_think", "llamacpp_chat"])
def test_openais_sdk_reads_our_chat_fixtures(sdk: SimpleNamespace, name: str) -> None:
    for data in events(name):
        if data != "[DONE]":
            sdk.ChatCompletionChunk.model_validate_json(data)
