"""Who makes a model."""

from __future__ import annotations

import pytest

from bench.records.vendors import maker_of


@pytest.mark.parametrize(
    ("model", "maker"),
    [
        ("anthropic/claude-opus-4-5", "anthropic"), ("openrouter/qwen/qwen3", "qwen"), ("dashscope/qwen-max", "qwen"),
        ("openai/mini", "openai"), ("openai-api/acme/deepseek-v3", "deepseek"), ("openai-api/acme/ours", None),
        ("unknown/ours", None), ("weights/qwen2.5-coder", None),
    ],
)  # fmt: skip
def test_a_host_is_no_maker(model: str, maker: str | None) -> None:
    assert maker_of(model) == maker
