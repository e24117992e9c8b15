"""What of sampling, caps and stop sequences a model is really sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.errors import UsageError
from bench.records.items import Item
from tests.providers.samples import ITEM, RUN, endpoint

SAMPLED: list[tuple[str, dict[str, Any], dict[str, float]]] = [
    ("anthropic/claude-haiku-5-5", {}, {}),
    ("anthropic/claude-sonnet-4-6", {"thinking": False}, {}),
    ("anthropic-api/acme/x", {}, {"temperature": 0.2, "top_p": 0.9}),
    ("openai/gpt-6-luna", {}, {}),
    ("openai/gpt-4o", {}, {"temperature": 0.2, "top_p": 0.9, "seed": 7}),
    ("deepseek/deepseek-v4-pro", {}, {"top_p": 0.9, "seed": 7}),
    ("deepseek/deepseek-v4-pro", {"thinking": False}, {"temperature": 0.2, "top_p": 0.9, "seed": 7}),
    ("dashscope/qwen3.8-max", {}, {"temperature": 0.2, "top_p": 0.9, "seed": 7}),
    ("moonshot/kimi-k3", {}, {}),
    ("moonshot/kimi-k2.6", {"thinking": False}, {}),
    ("zai/glm-5.3", {}, {"temperature": 0.2, "top_p": 0.9}),
    ("vllm/x", {}, {"temperature": 0.2, "top_p": 0.9, "seed": 7}),
]


@pytest.mark.parametrize(("model", "settings", "applied"), SAMPLED, ids=[f"{m} {s}" for m, s, _ in SAMPLED])
def test_sampling_requested_and_applied_are_both_known(
    model: str, settings: dict[str, Any], applied: dict[str, float]
) -> None:
    asked: dict[str, Any] = {"temperature": 0.2, "top_p": 0.9, "seed": 7}
    found = endpoint(model, **asked, **settings)
    assert found.sampling_requested(ITEM, RUN) == asked
    assert found.sampling(ITEM, RUN) == applied
    body = found.body(ITEM, RUN)
    assert {key: body[key] for key in asked if key in body} == applied


def test_a_temperature_that_the_vendor_writes_otherwise_counts_as_applied() -> None:
    found = endpoint("zai/glm-5.3")
    assert found.sampling(ITEM, RUN) == {"temperature": 0.0}
    assert "temperature" not in found.body(ITEM, RUN)


@pytest.mark.parametrize("model", ["openai/x", "moonshot/x", "qianfan/x"])
def test_the_cap_has_the_vendors_name(model: str) -> None:
    body = endpoint(model).body(ITEM, RUN)
    assert (body["max_completion_tokens"], "max_tokens" in body) == (64, False)


@pytest.mark.parametrize(
    ("model", "settings", "warned"),
    [
        ("anthropic/claude-opus-5-5", {}, True),
        ("anthropic/claude-opus-5-5", {"max_tokens": 900}, False),
        ("anthropic/claude-sonnet-4-6", {}, False),
        ("anthropic/claude-sonnet-4-6", {"thinking": True}, True),
        ("openai/gpt-6-luna", {"effort": "none"}, False),
        ("openai/gpt-6-luna", {"effort": "low"}, True),
        ("openai-api/acme/x", {}, False),
    ],
)
def test_a_cap_that_leaves_no_room_for_thinking_is_warned_of(
    model: str, settings: dict[str, Any], warned: bool
) -> None:
    found = endpoint(model, **settings)
    said = found.warning(ITEM)
    assert (said is not None) is warned
    assert said is None or "the 64 tokens of t will cut most answers off. Set max_tokens = 16000 or more in [m" in said
    assert found.warning(replace(ITEM, max_tokens=16000)) is None


def stopping(*stops: str) -> Item:
    return replace(ITEM, stop=stops)


def test_stop_sequences_within_the_vendors_limits() -> None:
    assert endpoint("moonshot/kimi-k3").body(stopping("a", "b"), RUN)["stop"] == ["a", "b"]
    assert endpoint("anthropic/x").body(stopping("a"), RUN)["stop_sequences"] == ["a"]
    assert "stop" not in endpoint("moonshot/kimi-k3").body(ITEM, RUN)


@pytest.mark.parametrize(
    ("stops", "limit"), [(tuple("abcdef"), "at most 5 stop sequences"), (("é" * 17,), "at most 32 bytes in a stop seq")]
)
def test_stop_sequences_beyond_them_are_not_dropped_in_silence(stops: tuple[str, ...], limit: str) -> None:
    with pytest.raises(UsageError, match=limit):
        endpoint("moonshot/kimi-k3").body(stopping(*stops), RUN)
