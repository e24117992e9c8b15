"""Who makes a model."""

from __future__ import annotations

import tomllib

import pytest

from bench.evidence.rule import CHINESE, US
from bench.prices.build import RULINGS
from bench.providers.presets import GENERIC, shipped
from bench.records.vendors import VENDORS, maker_of


@pytest.mark.parametrize(
    ("model", "maker"),
    [
        ("anthropic/claude-opus-4-5", "anthropic"), ("openrouter/qwen/qwen3", "qwen"), ("dashscope/qwen-max", "qwen"),
        ("openai/mini", "openai"), ("openai-api/acme/deepseek-v3", "deepseek"), ("openai-api/acme/ours", None),
        ("unknown/ours", None), ("openai-api/acme/gpt-5 + claude", None), ("weights/qwen2.5-coder", None),
    ],
)  # fmt: skip
def test_a_host_is_not_a_maker(model: str, maker: str | None) -> None:
    assert maker_of(model) == maker


SERVERS = {"weights", *GENERIC, "openrouter", "vllm", "sglang", "llamacpp", "ollama"}
"""Presets that serve models of any maker."""


def test_every_list_of_vendors_is_that_of_the_table() -> None:
    owned = [preset for vendor in VENDORS for preset in vendor.presets]
    assert sorted(owned) == sorted(set(shipped()) - SERVERS)
    assert len({vendor.id for vendor in VENDORS}) == len(VENDORS)
    billing = {shipped()[preset]["price_provider"] for preset in owned}
    ruled = tomllib.loads(RULINGS.read_text(encoding="utf-8"))
    assert set(ruled["providers"]) - {"openrouter"} <= billing
    assert {gap["provider"] for gap in ruled["gap"]} <= billing


def test_the_evidences_sides_are_those_that_its_rule_was_declared_with() -> None:
    assert {"01-ai", "deepseek", "inclusionai", "minimax", "moonshotai", "qwen", "xiaomi", "z-ai"} == CHINESE
    assert {
        "amazon", "anthropic", "google", "meta-llama", "microsoft", "nvidia", "openai", "thinking-machines-lab", "x-ai",
    } == US  # fmt: skip
