"""From a model entry to its endpoint: addresses, key variables, sampling and bodies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.providers import Endpoint, anthropic_messages, missing_keys, openai_chat, resolve
from bench.providers.endpoint import server_settings
from bench.records.items import Item
from bench.records.settings import LocalModel, ModelEntry, RemoteModel, RunSettings
from tests.providers import samples

RUN = RunSettings(suites=("s",))
ITEM = Item(
    suite="s", task="t", task_version="1", item="i", family="f", level=None, language="en", cluster="f",
    messages=({"role": "user", "content": "1 + 1?"},), max_tokens=64, sampling={"temperature": 0.0, "top_p": 0.9},
)  # fmt: skip
URL = "http://127.0.0.1:8000/v1"


def entry(**settings: Any) -> ModelEntry:
    return RemoteModel("mine", "openai-api/acme-labs/org/small", **settings)


def local(**settings: Any) -> Endpoint:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    return resolve(LocalModel("tiny", "weights/smollm2-135m-instruct", **settings), {})


def test_the_vendor_names_the_variables_and_the_rest_is_the_model() -> None:
    endpoint = resolve(entry(), {"ACME_LABS_BASE_URL": URL, "ACME_LABS_API_KEY": "k"})
    assert (endpoint.base_url, endpoint.wire_model, endpoint.key_variable) == (URL, "org/small", "ACME_LABS_API_KEY")
    assert endpoint.identity == {"base_url": URL}


def test_the_key_itself_is_in_no_endpoint() -> None:
    assert "k-secret" not in repr(resolve(entry(base_url=URL), {"ACME_LABS_API_KEY": "k-secret"}))


@pytest.mark.parametrize("environ", [{}, {"ACME_LABS_API_KEY": ""}, {"OTHER_API_KEY": "k"}])
def test_an_endpoint_without_a_key_needs_none(environ: dict[str, str]) -> None:
    assert resolve(entry(base_url=URL), environ).key_variable is None


def test_the_file_wins_over_the_environment_and_a_last_slash_means_nothing() -> None:
    endpoint = resolve(entry(base_url=URL + "/"), {"ACME_LABS_BASE_URL": "http://127.0.0.1:1/v1"})
    assert endpoint.base_url == URL
    assert endpoint.identity == resolve(entry(base_url=URL), {}).identity


def test_no_address_names_both_places_for_one() -> None:
    with pytest.raises(
        UsageError, match=r"model 'mine': no address\. Set base_url in \[models\.mine\] or ACME_LABS_BASE"
    ):
        resolve(entry(), {})


@pytest.mark.parametrize(
    "address", ["https://host/#hunter2", "hunter2:80", "https://host:hunter2/v1", "https://[hunter2/v1"]
)
def test_a_bad_address_of_the_environment_is_not_repeated(address: str) -> None:
    with pytest.raises(UsageError, match=r"model 'mine': ACME_LABS_BASE_URL must ") as caught:
        resolve(entry(), {"ACME_LABS_BASE_URL": address})
    assert "hunter2" not in str(caught.value)
    with pytest.raises(UsageError, match=r"model 'mine': base_url must "):
        resolve(entry(base_url=address), {})


def test_sampling_is_the_models_then_the_runs_then_the_tasks() -> None:
    run = replace(RUN, temperature=0.5)
    assert resolve(entry(base_url=URL), {}).sampling(ITEM, RUN) == {"temperature": 0.0, "top_p": 0.9}
    assert resolve(entry(base_url=URL), {}).sampling(ITEM, run) == {"temperature": 0.5, "top_p": 0.9}
    mine = resolve(entry(base_url=URL, temperature=1.0, top_p=1.0, seed=3), {})
    assert mine.sampling(ITEM, run) == {"temperature": 1.0, "top_p": 1.0, "seed": 3}
    zero = resolve(entry(base_url=URL, temperature=0.0, seed=0), {})
    assert zero.sampling(ITEM, run) == {"temperature": 0.0, "top_p": 0.9, "seed": 0}
    assert zero.sampling(replace(ITEM, sampling={}), RUN) == {"temperature": 0.0, "seed": 0}
    assert ITEM.sampling == {"temperature": 0.0, "top_p": 0.9}


def test_the_models_cap_replaces_the_tasks_up_or_down() -> None:
    assert resolve(entry(base_url=URL), {}).body(ITEM, RUN)["max_tokens"] == 64
    assert resolve(entry(base_url=URL, max_tokens=8), {}).body(ITEM, RUN)["max_tokens"] == 8
    assert resolve(entry(base_url=URL, max_tokens=9000), {}).body(ITEM, RUN)["max_tokens"] == 9000


def test_a_remote_body_is_plain() -> None:
    assert resolve(entry(base_url=URL), {}).body(ITEM, RUN) == {
        "model": "org/small",
        "messages": [{"role": "user", "content": "1 + 1?"}],
        "max_tokens": 64,
        "temperature": 0.0,
        "top_p": 0.9,
    }


def test_local_weights_are_known_by_hash_and_settings() -> None:
    endpoint = local(threads=2, slots=3)
    assert (endpoint.base_url, endpoint.key_variable, endpoint.wire_model) == (None, None, "smollm2-135m-instruct")
    assert len(endpoint.identity["weights_sha256"]) == 64
    assert endpoint.identity["server"]["slots"] == 3
    assert endpoint.identity["server"]["threads"] == 2
    assert endpoint.identity["server"]["xllamacpp"]


@pytest.mark.parametrize("cache", [True, False])
def test_a_local_body_says_whether_prompts_are_cached(cache: bool) -> None:
    assert local(prompt_cache=cache).body(ITEM, RUN)["cache_prompt"] is cache


def test_threads_default_to_the_usable_cores() -> None:
    assert server_settings(LocalModel("m", "weights/x")).threads >= 1
    assert server_settings(LocalModel("m", "weights/x", threads=7, context=512)).threads == 7


@pytest.mark.parametrize("key", ["sk-secret\n", " sk-secret", "sk-secrét"])
def test_a_key_that_no_header_can_hold_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(UsageError, match="ACME_LABS_API_KEY holds a blank") as caught:
        resolve(entry(base_url=URL), {"ACME_LABS_API_KEY": key})
    assert "sk-" not in str(caught.value)


def test_the_folder_of_a_weights_file_decides_nothing(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    found = []
    for folder in (tmp_path / "here", tmp_path / "there"):
        folder.mkdir()
        (folder / "own.gguf").write_bytes(b"GGUF")
        found.append(resolve(LocalModel("own", f"weights/{folder / 'own.gguf'}"), {}))
    assert (found[0].identity, found[0].body(ITEM, RUN)) == (found[1].identity, found[1].body(ITEM, RUN))


CLAUDE = RemoteModel("claude", "anthropic/claude-opus-5-5")
SECRETS = {
    "ANTHROPIC_API_KEY": "canary-key",
    "ANTHROPIC_BASE_URL": "https://canary-user:canary%2Dpass@host/v1?sig=canary-query&v=2",
    "TEAM_TOKEN": "canary-token",
}
HEADERS = {"X-Team-Token": "$TEAM_TOKEN", "X-Team": "canary-team"}


def test_the_protocol_is_the_presets() -> None:
    assert resolve(CLAUDE, {}).wire is anthropic_messages
    assert resolve(entry(base_url=URL), {}).wire is openai_chat


def test_a_secret_in_a_request_body_is_not_shown() -> None:
    body = {"metadata": {"api_token": "canary", "team": "red"}, "keys": [{"auth": "canary"}], "max_tokens_hint": 3}
    shown = resolve(replace(CLAUDE, extra_body=body), {}).shown()["extra_body"]
    assert shown == {"metadata": {"api_token": "***", "team": "red"}, "keys": [{"auth": "***"}], "max_tokens_hint": 3}


def test_no_secret_is_shown() -> None:
    endpoint = resolve(replace(CLAUDE, headers=HEADERS), SECRETS)
    assert "canary" not in json.dumps(endpoint.shown())
    assert endpoint.shown()["headers"] == {"X-Team-Token": "***", "X-Team": "***"}
    own = {"base_url": "https://host/v1?v=canary", "price_provider": "mine"}
    shown = resolve(replace(CLAUDE, base_url="https://canary@host/v1", own_provider=own), {}).shown()
    assert "canary" not in json.dumps(shown)
    assert (shown["base_url"], shown["own_provider"]["base_url"]) == ("https://***@host/v1", "https://host/v1?***")
    assert (shown["protocol"], shown["price_provider"], shown["rules"]["thinks"]) == ("anthropic", "mine", "always")


def test_everything_secret_is_known() -> None:
    found = resolve(replace(CLAUDE, headers=HEADERS, extra_body={"api_key": "canary-body"}), SECRETS).secrets(SECRETS)
    for text in (
        "canary-key", "canary-user:canary-pass", "canary-pass", "canary-query", "canary-token", "canary-team",
        "canary-body",
    ):  # fmt: skip
        assert found(f"a {text} b") == "a *** b"
    assert found("2") == "2", "too short to be told apart from what is no secret"
    assert resolve(replace(CLAUDE, base_url=URL), {}).secrets({})("canary-key") == "canary-key"


def test_headers_and_path_carry_the_secrets() -> None:
    endpoint = resolve(replace(CLAUDE, headers=HEADERS), SECRETS)
    assert endpoint.path == "/messages?sig=canary-query&v=2"
    assert endpoint.base_url == "https://host/v1"
    headers = endpoint.headers(SECRETS)
    assert headers["Authorization"].startswith("Basic "), "the address's user info is what the address's owner asks for"
    assert (headers["X-Team-Token"], headers["X-Team"]) == ("canary-token", "canary-team")
    assert headers["anthropic-version"] == anthropic_messages.VERSION
    assert resolve(CLAUDE, SECRETS).headers({})["anthropic-version"] == anthropic_messages.VERSION
    assert resolve(replace(CLAUDE, base_url=URL), {}).path == "/messages"


def test_an_own_header_replaces_the_protocols_whatever_its_case() -> None:
    old = resolve(replace(CLAUDE, headers={"Anthropic-Version": "2023-06-01"}), {})
    assert old.headers({"ANTHROPIC_API_KEY": "k"}) == {"Authorization": "Bearer k", "Anthropic-Version": "2023-06-01"}


def test_the_identity_knows_what_decides_the_answer_and_no_key() -> None:
    plain = resolve(CLAUDE, {}).identity
    assert plain == {"base_url": "https://api.anthropic.com/v1", "anthropic-version": anthropic_messages.VERSION}
    assert resolve(CLAUDE, {"ANTHROPIC_API_KEY": "k"}).identity == plain
    token = replace(CLAUDE, headers={"X-Team-Token": "$TEAM_TOKEN"})
    assert resolve(token, {"TEAM_TOKEN": "a"}).identity == resolve(token, {"TEAM_TOKEN": "b"}).identity != plain
    assert resolve(replace(CLAUDE, headers={"anthropic-version": "2023-06-01"}), {}).identity != plain
    assert "canary" not in json.dumps(resolve(replace(CLAUDE, headers=HEADERS), SECRETS).identity)


def test_missing_keys_name_variable_models_and_page_all_at_once() -> None:
    models = [
        CLAUDE,
        replace(CLAUDE, label="claude-2"),
        RemoteModel("qwen", "dashscope/qwen3.8-max"),
        entry(base_url=URL),
    ]
    said = missing_keys([resolve(model, {}) for model in models], {})
    assert said == (
        "no key: set ANTHROPIC_API_KEY for 'claude', 'claude-2' (get one at https://platform.claude.com/settings/keys);"
        " DASHSCOPE_API_KEY for 'qwen' (get one at https://modelstudio.console.alibabacloud.com). Keys are read from "
        "the environment or from .env beside bench.toml."
    )
    environ = {"ANTHROPIC_AUTH_TOKEN": "k", "ALIBABA_API_KEY": "k"}
    assert missing_keys([resolve(model, environ) for model in models], environ) is None


def test_a_key_without_a_page() -> None:
    own = {"key_needed": True, "regions": {"eu": URL}, "region": "eu"}
    said = missing_keys([resolve(RemoteModel("m", "acme/x", own_provider=own), {})], {})
    assert said is not None
    assert said.startswith("no key: set ACME_API_KEY for 'm'. Keys")


def test_an_address_of_ones_own_may_need_no_key() -> None:
    for found in (
        resolve(replace(CLAUDE, base_url=URL), {}),
        resolve(replace(CLAUDE, own_provider={"base_url": URL}), {}),
        resolve(CLAUDE, {"ANTHROPIC_BASE_URL": URL}),
    ):
        assert (found.base_url, found.key_variable) == (URL, None)


@pytest.mark.parametrize("workspace", ["", "evil.example/", "a b"])
def test_a_region_that_needs_a_workspace_names_its_variable(workspace: str) -> None:
    qwen = RemoteModel("qwen", "dashscope/qwen3.8-max", region="ap-southeast-1")
    with pytest.raises(
        UsageError, match=r"model 'qwen': the address of .* region ap-southeast-1 needs DASHSCOPE_WORKSP"
    ):
        resolve(qwen, {"DASHSCOPE_WORKSPACE_ID": workspace})
    assert resolve(qwen, {"DASHSCOPE_WORKSPACE_ID": "ws-1"}).base_url == (
        "https://ws-1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1"
    )


def test_a_region_of_bench_toml_wins_over_the_environments_address() -> None:
    kimi = RemoteModel("kimi", "moonshot/kimi-k3", region="china")
    assert resolve(kimi, {"MOONSHOT_BASE_URL": URL}).base_url == "https://api.moonshot.cn/v1"
    assert resolve(replace(kimi, region=None), {"MOONSHOT_BASE_URL": URL}).base_url == URL
    own = replace(kimi, region=None, own_provider={"region": "china"})
    assert resolve(own, {"MOONSHOT_BASE_URL": URL}).base_url == "https://api.moonshot.cn/v1"


def test_local_weights_take_extra_fields_and_show_their_settings() -> None:
    endpoint = local(extra_body={"chat_template_kwargs": {"enable_thinking": False}})
    assert endpoint.body(ITEM, RUN)["chat_template_kwargs"] == {"enable_thinking": False}
    assert endpoint.path == "/chat/completions"
    assert endpoint.headers({}) == {}
    assert endpoint.secrets({})("canary") == "canary"
    assert endpoint.shown()["extra_body"] == {"chat_template_kwargs": {"enable_thinking": False}, "cache_prompt": False}


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, {"stream": True, "stream_options": {"include_usage": True}}),
        ({"stream_options": False}, {"stream": True}),
        ({"extra_body": {"stream_options": {"include_usage": False}}}, {"stream": True}),
    ],
)
def test_stream_options_can_be_left_out(settings: dict[str, Any], sent: dict[str, Any]) -> None:
    made = samples.endpoint("openai-api/acme/x", **settings)
    assert made.streaming == sent
    assert made.recorded().model == "openai-api/acme/x"
