"""From a model entry to its endpoint: addresses, key variables, sampling and bodies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.config import ModelEntry, RunSettings
from bench.errors import UsageError
from bench.providers import Endpoint, resolve
from bench.providers.endpoint import server_settings
from bench.records import Item

RUN = RunSettings(suites=("s",))
ITEM = Item(
    suite="s", task="t", task_version="1", item="i", family="f", level=None, language="en", cluster="f",
    messages=({"role": "user", "content": "1 + 1?"},), max_tokens=64, sampling={"temperature": 0.0, "top_p": 0.9},
)  # fmt: skip
URL = "http://127.0.0.1:8000/v1"


def entry(**settings: Any) -> ModelEntry:
    return ModelEntry("mine", "openai-api/acme-labs/org/small", **settings)


def local(**settings: Any) -> Endpoint:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    return resolve(ModelEntry("tiny", "weights/smollm2-135m-instruct", **settings), {})


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
    "address", ["https://user:hunter2@host/v1", "https://host/v1?key=hunter2", "https://host/#hunter2", "hunter2:80"]
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
    assert server_settings(ModelEntry("m", "weights/x")).threads >= 1
    assert server_settings(ModelEntry("m", "weights/x", threads=7, context=512)).threads == 7


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
        found.append(resolve(ModelEntry("own", f"weights/{folder / 'own.gguf'}"), {}))
    assert (found[0].identity, found[0].body(ITEM, RUN)) == (found[1].identity, found[1].body(ITEM, RUN))
