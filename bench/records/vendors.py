"""Who makes models, and who made one, as far as its name says."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """Who makes models: the one identity behind the names that each source and each list writes."""

    id: str
    """As OpenRouter writes it and tables keep it, e.g. "z-ai"."""
    title: str
    """What people call it."""
    country: str
    """Where its seat is: an ISO 3166 code."""
    names: str = ""
    """Regular expression of what a model's name or its maker's name contains; empty where no name is read so."""
    presets: tuple[str, ...] = ()
    """Its own endpoints in presets.toml, which also states the price list of each."""


VENDORS = (
    Vendor(
        id="anthropic",
        title="Anthropic",
        country="US",
        names=r"anthropic|claude|sonnet|opus|haiku",
        presets=("anthropic",),
    ),
    Vendor(id="openai", title="OpenAI", country="US", names=r"openai|gpt|\bo[134]\b", presets=("openai",)),
    Vendor(id="google", title="Google", country="US", names=r"google|gemini|gemma"),
    Vendor(id="deepseek", title="DeepSeek", country="CN", names=r"deepseek", presets=("deepseek",)),
    Vendor(id="qwen", title="Alibaba (Qwen)", country="CN", names=r"qwen|qwq|alibaba", presets=("dashscope",)),
    Vendor(id="moonshotai", title="Moonshot AI", country="CN", names=r"moonshot|kimi", presets=("moonshot",)),
    Vendor(
        id="z-ai",
        title="Z.ai (Zhipu)",
        country="CN",
        names=r"z\.ai|\bz[ -]ai\b|zhipu|\bglm\b|glm-",
        presets=("zai", "zhipu"),
    ),
    Vendor(id="minimax", title="MiniMax", country="CN", names=r"minimax"),
    Vendor(id="x-ai", title="xAI", country="US", names=r"\b(?:space)?xai\b|x-ai|grok"),
    Vendor(id="meta-llama", title="Meta", country="US", names=r"\bmeta\b|llama|\bmuse\b"),
    Vendor(id="mistralai", title="Mistral AI", country="FR", names=r"mistral|codestral|devstral"),
    Vendor(id="cohere", title="Cohere", country="CA", names=r"cohere|\bcommand-[ar]\b"),
    Vendor(id="01-ai", title="01.AI", country="CN", names=r"\byi-"),
    Vendor(id="xiaomi", title="Xiaomi", country="CN", names=r"xiaomi|\bmimo\b"),
    Vendor(id="inclusionai", title="InclusionAI (Ant)", country="CN", names=r"inclusionai"),
    Vendor(id="amazon", title="Amazon", country="US", names=r"\bamazon\b"),
    Vendor(id="microsoft", title="Microsoft", country="US", names=r"\bmicrosoft\b"),
    Vendor(id="nvidia", title="NVIDIA", country="US", names=r"nvidia|nemotron"),
    Vendor(id="thinking-machines-lab", title="Thinking Machines Lab", country="US"),
    Vendor(id="baidu", title="Baidu", country="CN", presets=("qianfan",)),
    Vendor(id="tencent", title="Tencent", country="CN", presets=("tokenhub", "hunyuan")),
)
"""Every vendor that some list names. What else is known of one is looked up by its `id` or its presets."""


def vendor_of(name: str) -> str | None:
    """Who makes a model, by the first vendor its name names; None for two models in one, or no known one."""
    if " + " in name:
        return None
    named = ((re.search(vendor.names, name.lower()), vendor.id) for vendor in VENDORS if vendor.names)
    places = ((match.start(), vendor) for match, vendor in named if match)
    return min(places, default=(0, None))[1]


def is_local(model: str) -> bool:
    """Whether a model, written as in bench.toml, runs on this machine from a weights file."""
    return model.startswith("weights/")


def maker_of(model: str) -> str | None:
    """Who makes a run's model, by its name, else by the part before: a host is not a maker. None for local weights.

    `model` is written as in bench.toml, e.g. "openrouter/qwen/qwen3" or "openai-api/acme/deepseek-v3".
    """
    if is_local(model):
        return None
    *hosts, name = model.split("/")
    return vendor_of(name) or vendor_of(hosts[-1] if hosts else "")
