"""Every vendor of presets.toml: where its calls go, with which key, and what each of its models is sent."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

import pytest

from bench.config.file import RULES, TABLES
from bench.config.load import SettingError, read_model
from bench.providers import preset_of, resolve
from bench.providers.address import address_problem
from bench.providers.presets import GENERIC, Preset, find, shipped, shipped_addresses
from bench.providers.rules import Rules, at, merged
from bench.records.settings import RemoteModel
from tests.providers.samples import ENVIRON, ITEM, RUN, endpoint

WS = "ws-1"
SHARED, MAAS = "aliyuncs.com/compatible-mode/v1", "maas.aliyuncs.com/compatible-mode/v1"

ADDRESSES: list[tuple[str, str | None, str, str | None, str | None]] = [
    ("openai-api/acme/x", None, "http://127.0.0.1:1/v1", None, None),
    ("anthropic-api/acme/x", None, "http://127.0.0.1:1/v1", None, None),
    ("anthropic/claude-opus-5-5", None, "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", "anthropic"),
    ("openai/gpt-6.1-sol", None, "https://api.openai.com/v1", "OPENAI_API_KEY", "openai"),
    ("deepseek/deepseek-v4-pro", None, "https://api.deepseek.com", "DEEPSEEK_API_KEY", "deepseek"),
    ("dashscope/qwen3.8-max", None, f"https://dashscope-intl.{SHARED}", "DASHSCOPE_API_KEY", "alibaba"),
    ("dashscope/qwen3.8-max", "singapore", f"https://dashscope-intl.{SHARED}", "DASHSCOPE_API_KEY", "alibaba"),
    ("dashscope/qwen3.8-max", "beijing", f"https://dashscope.{SHARED}", "DASHSCOPE_API_KEY", "alibaba"),
    ("dashscope/qwen3.8-max", "us", f"https://dashscope-us.{SHARED}", "DASHSCOPE_API_KEY", "alibaba"),
    *(
        ("dashscope/qwen3.8-max", region, f"https://{WS}.{region}.{MAAS}", "DASHSCOPE_API_KEY", "alibaba")
        for region in ("ap-southeast-1", "us-east-1", "cn-hongkong", "eu-central-1", "ap-northeast-1")
    ),
    ("moonshot/kimi-k3", None, "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY", "moonshotai"),
    ("moonshot/kimi-k3", "international", "https://api.moonshot.ai/v1", "MOONSHOT_API_KEY", "moonshotai"),
    ("moonshot/kimi-k3", "china", "https://api.moonshot.cn/v1", "MOONSHOT_API_KEY", "moonshotai"),
    ("zai/glm-5.3", None, "https://api.z.ai/api/paas/v4", "ZAI_API_KEY", "zai"),
    ("zhipu/glm-5.3", None, "https://open.bigmodel.cn/api/paas/v4", "ZHIPU_API_KEY", "zhipuai"),
    ("qianfan/ernie-5.0", None, "https://qianfan.baidubce.com/v2", "QIANFAN_API_KEY", "baidu"),
    ("tokenhub/hy3", None, "https://tokenhub-intl.tencentcloudmaas.com/v1", "TOKENHUB_API_KEY", "tencent"),
    ("tokenhub/hy3", "international", "https://tokenhub-intl.tencentcloudmaas.com/v1", "TOKENHUB_API_KEY", "tencent"),
    ("tokenhub/hy3", "china", "https://tokenhub.tencentmaas.com/v1", "TOKENHUB_API_KEY", "tencent"),
    ("hunyuan/x", None, "https://api.hunyuan.cloud.tencent.com/v1", "HUNYUAN_API_KEY", "tencent"),
    ("openrouter/a/b", None, "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", "openrouter"),
    ("vllm/a/b", None, "http://127.0.0.1:8000/v1", None, None),
    ("sglang/a/b", None, "http://127.0.0.1:30000/v1", None, None),
    ("llamacpp/x", None, "http://127.0.0.1:8080/v1", None, None),
    ("ollama/x:4b", None, "http://127.0.0.1:11434/v1", None, None),
]


@pytest.mark.parametrize(("model", "region", "url", "key", "prices"), ADDRESSES)
def test_where_calls_go_and_with_which_key(
    model: str, region: str | None, url: str, key: str | None, prices: str | None
) -> None:
    found = endpoint(model, region=region)
    assert (found.base_url, found.key_variable, found.preset.price_provider) == (url, key, prices)
    assert found.preset.region == (region or shipped()[found.preset.name].get("region"))
    assert found.wire_model == model.removeprefix("openai-api/acme/").removeprefix("anthropic-api/acme/").removeprefix(
        f"{found.preset.name}/"
    )


def test_every_vendor_and_region_is_tested() -> None:
    tested = {(model.partition("/")[0], region) for model, region, *_ in ADDRESSES}
    for name, table in shipped().items():
        assert name == "weights" or {(name, None), *((name, region) for region in table.get("regions", {}))} <= tested


@pytest.mark.parametrize("name", shipped())
def test_every_vendor_keeps_to_the_keys_that_bench_toml_knows(name: str) -> None:
    table = shipped()[name]
    assert set(table) <= {*TABLES["providers"], "like", "examples", "counts"}
    for rules in (table.get("rules", {}), *table.get("models", ())):
        assert not [(key, problem) for key, value in rules.items() if (problem := RULES[key](value))]
    preset = find(name)
    assert preset is not None
    assert preset.title
    assert preset.counts
    assert preset.key_page or not preset.key_needed or name == "weights"
    assert not [
        address for address in (*preset.regions.values(), preset.base_url) if address and address_problem(address)
    ]
    for example in preset.examples:
        assert example.startswith(f"{name}/")
        if name not in GENERIC:
            read_model("m", {"model": example}, {})


def test_the_keys_of_bench_toml_are_the_rules_fields() -> None:
    assert set(RULES) == {f.name for f in fields(Rules)} | {"match"}
    assert set(TABLES["providers"]) - {"rules", "models"} <= {f.name for f in fields(Preset)}


KEYS = [
    ("anthropic/x", "ANTHROPIC_AUTH_TOKEN"), ("dashscope/x", "ALIBABA_API_KEY"), ("moonshot/x", "KIMI_API_KEY"),
    ("zhipu/x", "ZHIPUAI_API_KEY"), ("qianfan/x", "QIANFAN_TOKEN"), ("tokenhub/x", "TENCENT_API_KEY"),
    ("vllm/x", "HOSTED_VLLM_API_KEY"), ("openai-api/acme/x", "ACME_API_KEY"), ("ollama/x", "OLLAMA_API_KEY"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "variable"), KEYS)
def test_a_keys_other_names(model: str, variable: str) -> None:
    found = endpoint(model, {**ENVIRON, variable: "k-1"})
    assert found.key_variable == variable
    assert found.headers({variable: "k-1"})["Authorization"] == "Bearer k-1"


BASES = [
    ("anthropic/x", "ANTHROPIC_BASE_URL", "http://127.0.0.1:2", "http://127.0.0.1:2/v1"),
    ("anthropic/x", "ANTHROPIC_BASE_URL", "http://127.0.0.1:2/v1/", "http://127.0.0.1:2/v1"),
    ("anthropic-api/deepseek/x", "DEEPSEEK_BASE_URL", "https://api.deepseek.com/anthropic",
     "https://api.deepseek.com/anthropic/v1"),
    ("openai/x", "OPENAI_BASE_URL", "http://127.0.0.1:2/v1", "http://127.0.0.1:2/v1"),
    ("zai/x", "ZAI_BASE_URL", "http://127.0.0.1:2/v4", "http://127.0.0.1:2/v4"),
    ("vllm/x", "HOSTED_VLLM_API_BASE", "http://127.0.0.1:2/v1", "http://127.0.0.1:2/v1"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "variable", "address", "expected"), BASES)
def test_an_address_from_the_environment(model: str, variable: str, address: str, expected: str) -> None:
    assert endpoint(model, {variable: address}).base_url == expected


ADAPTIVE = {"thinking": {"type": "adaptive"}}
DISABLED = {"thinking": {"type": "disabled"}}
ENABLED = {"thinking": {"type": "enabled"}}


def effort(level: str) -> dict[str, Any]:
    return {"output_config": {"effort": level}}


SENT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("anthropic/claude-opus-5-5", {}, {}),
    ("anthropic/claude-opus-5-5", {"effort": "max"}, effort("max")),
    ("anthropic/claude-opus-5-5", {"thinking": True}, ADAPTIVE),
    ("anthropic/claude-fable-5-2", {"thinking": True, "effort": "low"}, {**ADAPTIVE, **effort("low")}),
    ("anthropic/claude-sonnet-5-5", {"thinking": False}, {"thinking": {"type": "between_tools"}}),
    ("anthropic/claude-haiku-5-5", {"thinking": False, "effort": "high"}, {**DISABLED, **effort("high")}),
    ("anthropic/claude-opus-5", {"thinking": False}, DISABLED),
    ("anthropic/claude-opus-5", {"effort": "xhigh"}, effort("xhigh")),
    ("anthropic/claude-sonnet-5", {"thinking": False}, DISABLED),
    ("anthropic/claude-opus-4-8", {"thinking": True}, ADAPTIVE),
    ("anthropic/claude-opus-4-7", {"thinking": False}, DISABLED),
    ("anthropic/claude-sonnet-4-6", {"thinking": True}, ADAPTIVE),
    ("anthropic/claude-sonnet-4-6", {"thinking_budget": 2048},
     {"thinking": {"type": "enabled", "budget_tokens": 2048}}),
    ("anthropic/claude-haiku-4-5", {"thinking": True, "thinking_budget": 1024},
     {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
    ("anthropic/claude-of-tomorrow", {"thinking": True}, ADAPTIVE),
    ("openai/gpt-6.1-sol", {"effort": "none"}, {"reasoning_effort": "none"}),
    ("openai/gpt-6.1-sol", {"effort": "xhigh"}, {"reasoning_effort": "xhigh"}),
    ("openai/gpt-6.1-sol", {"thinking": True}, {}),
    ("deepseek/deepseek-v4-pro", {"thinking": False}, {**DISABLED, "temperature": 0.0}),
    ("deepseek/deepseek-v4-pro", {"thinking": True, "effort": "max"}, {**ENABLED, "reasoning_effort": "max"}),
    ("deepseek/deepseek-flash", {"effort": "low"}, {"reasoning_effort": "low"}),
    ("dashscope/qwen3.8-max", {"thinking": False}, {"enable_thinking": False, "temperature": 0.0}),
    ("dashscope/qwen3.8-max", {"thinking_budget": 500},
     {"enable_thinking": True, "thinking_budget": 500, "temperature": 0.0}),
    ("dashscope/qwen-plus", {"thinking": True}, {"enable_thinking": True, "temperature": 0.0}),
    ("dashscope/qwen3-235b-thinking", {"thinking": True}, {"enable_thinking": True, "temperature": 0.0}),
    ("dashscope/qwen3-coder-plus", {"thinking": False}, {"enable_thinking": False, "temperature": 0.0}),
    ("moonshot/kimi-k3", {"effort": "low"}, {"reasoning_effort": "low"}),
    ("moonshot/kimi-k2.6", {"thinking": False}, DISABLED),
    ("moonshot/moonshot-v1-8k", {}, {"temperature": 0.0}),
    ("zai/glm-5.2", {"thinking": False}, {**DISABLED, "do_sample": False}),
    ("zai/glm-5.2", {"temperature": 0.5}, {"temperature": 0.5}),
    ("zai/glm-5.3", {"effort": "high"}, {"reasoning_effort": "high", "do_sample": False}),
    ("zhipu/glm-5.3", {}, {"do_sample": False}),
    ("qianfan/ernie-5.0", {}, {"temperature": 0.0}),
    ("tokenhub/kimi-k2.6", {"thinking": True}, ENABLED),
    ("tokenhub/hy3", {}, {"temperature": 0.0}),
    ("openrouter/a/b", {"effort": "high", "thinking_budget": 900},
     {"reasoning": {"effort": "high", "max_tokens": 900}, "temperature": 0.0}),
    ("openrouter/a/b", {"thinking": False}, {"reasoning": {"enabled": False}, "temperature": 0.0}),
    ("vllm/a/b", {"thinking": False}, {"chat_template_kwargs": {"enable_thinking": False}, "temperature": 0.0}),
    ("sglang/a/b", {"effort": "low"}, {"reasoning_effort": "low", "temperature": 0.0}),
    ("openrouter/anthropic/claude-opus-5.5", {"effort": "high"}, {"reasoning": {"effort": "high"}}),
    ("openrouter/anthropic/claude-sonnet-4.6", {}, {"temperature": 0.0}),
    ("openrouter/openai/gpt-6.1-sol", {}, {}),
    ("openrouter/moonshotai/kimi-k3", {}, {}),
    ("openrouter/deepseek/deepseek-v4-pro", {}, {}),
    ("openrouter/deepseek/deepseek-v4-pro", {"thinking": False}, {"reasoning": {"enabled": False}, "temperature": 0.0}),
    ("llamacpp/x", {"effort": "low", "thinking": True},
     {"cache_prompt": False, "chat_template_kwargs": {"enable_thinking": True, "reasoning_effort": "low"},
      "temperature": 0.0}),
    ("llamacpp/x", {"extra_body": {"cache_prompt": True}}, {"cache_prompt": True, "temperature": 0.0}),
    ("ollama/x", {"thinking": False}, {"reasoning_effort": "none", "temperature": 0.0}),
    ("openai-api/acme/x", {"effort": "minimal"}, {"reasoning_effort": "minimal", "temperature": 0.0}),
    ("anthropic-api/acme/x", {"effort": "low"}, {**effort("low"), "temperature": 0.0}),
    ("openai-api/acme/x", {"extra_body": {"provider": {"order": ["a"]}, "temperature": 0.3}},
     {"provider": {"order": ["a"]}, "temperature": 0.3}),
]  # fmt: skip


@pytest.mark.parametrize(("model", "settings", "expected"), SENT, ids=[f"{m} {s}" for m, s, _ in SENT])
def test_what_a_model_is_sent(model: str, settings: dict[str, Any], expected: dict[str, Any]) -> None:
    body = endpoint(model, **settings).body(ITEM, RUN)
    frame = {"model", "messages", "system", "max_tokens", "max_completion_tokens"}
    assert {key: value for key, value in body.items() if key not in frame} == expected


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "anthropic/claude-opus-5-5",
        {"thinking": False},
        "thinking",
        "always thinks. Take thinking = false out, or give ef",
    ),
    ("anthropic/claude-fable-5-1", {"thinking": False}, "thinking", "always thinks."),
    ("anthropic/claude-opus-5-5", {"effort": "minimal"}, "effort", "Known: low, medium, high, xhigh, max."),
    ("anthropic/claude-opus-5-5", {"thinking_budget": 2000}, "thinking_budget", "takes no thinking_budget."),
    (
        "anthropic/claude-haiku-5-5",
        {"thinking": False, "effort": "max"},
        "thinking",
        "only at effort low, medium, high.",
    ),
    (
        "anthropic/claude-opus-5",
        {"thinking": False, "effort": "xhigh"},
        "thinking",
        "only at effort low, medium, high.",
    ),
    ("anthropic/claude-opus-4-7", {"thinking_budget": 2000}, "thinking_budget", "takes no thinking_budget."),
    ("anthropic/claude-sonnet-4-6", {"thinking_budget": 1000}, "thinking_budget", "must be at least 1024."),
    ("anthropic/claude-haiku-4-5", {"thinking": True}, "thinking", "thinks within a budget only: give thinking_budget"),
    ("anthropic/claude-haiku-4-5", {"effort": "low"}, "effort", "no effort levels are known"),
    ("anthropic/claude-sonnet-4-6", {"thinking": False, "thinking_budget": 2000}, "thinking_budget", "makes no sense"),
    ("openai/gpt-6.1-sol", {"thinking": False}, "thinking", "no known way to stop it thinking."),
    ("openai/gpt-4o", {"thinking": True}, "thinking", "never thinks. Take thinking = true out."),
    ("openai-api/acme/x", {"thinking": True}, "thinking", "no known way to make it think."),
    ("deepseek/deepseek-v4-pro", {"effort": "medium"}, "effort", "Known: low, high, max."),
    ("dashscope/qwen3-coder-plus", {"thinking_budget": 9}, "thinking_budget", "takes no thinking_budget."),
    ("dashscope/qwq-plus", {"thinking": False}, "thinking", "always thinks. Take thinking = false out."),
    ("moonshot/kimi-k3.1-pro", {"thinking": False}, "thinking", "always thinks."),
    ("moonshot/kimi-k2.7-code", {"thinking": False}, "thinking", "always thinks."),
    ("moonshot/kimi-k3", {"effort": "medium"}, "effort", "Known: low, high, max."),
    ("zai/glm-5.3", {"thinking": False}, "thinking", "always thinks."),
    ("dashscope/qwen3.8-max", {"region": "mars"}, "region", "has no region 'mars'."),
    ("nobody/x", {}, "model", "unknown provider 'nobody'"),
]


@pytest.mark.parametrize(("model", "settings", "key", "problem"), REFUSED, ids=[f"{m} {s}" for m, s, _, _ in REFUSED])
def test_what_a_model_cannot_obey_is_refused(model: str, settings: dict[str, Any], key: str, problem: str) -> None:
    with pytest.raises(SettingError, match=re.escape(problem)) as refused:
        read_model("m", {"model": model, **settings}, {})
    assert refused.value.key == key


def test_bench_toml_wins_over_what_is_shipped() -> None:
    own = {
        "base_url": "http://127.0.0.1:9/v1", "key_variables": ["MY_KEY"], "price_provider": "mine",
        "rules": {"sampling": {"temperature": "sent"}, "efforts": ["tiny"]},
        "models": [{"match": ["claude-opus-*"], "efforts": ["huge"], "thinks": "off"}],
    }  # fmt: skip
    entry = RemoteModel("m", "anthropic/claude-opus-5-5", own_provider=own)
    found = resolve(entry, {"MY_KEY": "k-1"})
    assert (found.base_url, found.key_variable, found.preset.price_provider) == (
        "http://127.0.0.1:9/v1",
        "MY_KEY",
        "mine",
    )
    assert (found.rules.efforts, found.rules.thinks, found.rules.effort_default) == (("huge",), "off", "medium")
    assert found.sampling(ITEM, RUN) == {"temperature": 0.0}
    assert preset_of(replace(entry, model="anthropic/claude-x")).rules("claude-x").efforts == ("tiny",)


def test_a_vendor_of_bench_tomls_own() -> None:
    own = {"regions": {"eu": "http://127.0.0.1:3/v1", "us": "http://127.0.0.1:4/v1"}, "region": "eu"}
    entry = RemoteModel("m", "acme/x", own_provider=own)
    assert resolve(entry, {"ACME_API_KEY": "k-1"}).key_variable == "ACME_API_KEY"
    assert resolve(entry, {}).key_variable is None
    assert resolve(entry, {"ACME_BASE_URL": "http://127.0.0.1:5/v1"}).base_url == "http://127.0.0.1:3/v1"
    assert resolve(replace(entry, region="us"), {}).base_url == "http://127.0.0.1:4/v1"
    assert find("acme") is None


def test_fields_are_merged_at_any_depth() -> None:
    assert at("a.b.c", 1) == {"a": {"b": {"c": 1}}}
    assert merged({"a": {"b": 1, "c": 2}}, {"a": {"c": 3}, "d": 4}) == {"a": {"b": 1, "c": 3}, "d": 4}
    assert merged({"a": {"b": 1}}, {"a": 2}) == {"a": 2}


def test_the_addresses_that_ship_are_all_of_a_providers() -> None:
    assert {table.get("base_url") for table in shipped().values()} - {None} <= {
        address for provider in shipped() for address in shipped_addresses(provider)
    }
    assert set(shipped_addresses("dashscope")) >= {*shipped()["dashscope"]["regions"].values()}
    assert shipped_addresses("nobody") == ()
