"""Who makes a model, as far as its name tells."""

from __future__ import annotations

import re

_VENDORS = {
    "anthropic": r"anthropic|claude|sonnet|opus|haiku",
    "openai": r"openai|gpt|\bo[134]\b",
    "google": r"google|gemini|gemma",
    "deepseek": r"deepseek",
    "qwen": r"qwen|qwq|alibaba",
    "moonshotai": r"moonshot|kimi",
    "z-ai": r"z\.ai|z-ai|zhipu|\bglm\b|glm-",
    "minimax": r"minimax",
    "x-ai": r"\bxai\b|x-ai|grok",
    "meta-llama": r"\bmeta\b|llama",
    "mistralai": r"mistral|codestral|devstral",
    "cohere": r"cohere|\bcommand-[ar]\b",
    "01-ai": r"\byi-",
    "nvidia": r"nvidia|nemotron",
}
"""Vendor, as OpenRouter writes it -> what a model's name or its maker's name contains."""


def vendor_of(name: str) -> str | None:
    """Who makes a model, by the first vendor its name names; None for two models in one, or no known one."""
    if " + " in name:
        return None
    places = ((found.start(), who) for who, words in _VENDORS.items() if (found := re.search(words, name.lower())))
    return min(places, default=(0, None))[1]


def is_local(model: str) -> bool:
    """Whether a model, written as in bench.toml, runs on this machine from a weights file."""
    return model.startswith("weights/")


def maker_of(model: str) -> str | None:
    """Who makes a run's model, by its name, else by the part before: a host is no maker. None for local weights.

    `model` is written as in bench.toml, e.g. "openrouter/qwen/qwen3" or "openai-api/acme/deepseek-v3".
    """
    if is_local(model):
        return None
    parts = model.split("/")
    return vendor_of(parts[-1]) or vendor_of(parts[-2])
