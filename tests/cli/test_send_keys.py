"""No bench.toml sends an environment variable to a host of its choice without the user's word."""

from __future__ import annotations

import json
from pathlib import Path

import platformdirs
import pytest

from bench.config.consent import Sending, agreed, remember, sendings
from bench.providers import resolve
from bench.records import RemoteModel
from tests.cli.conftest import Bench
from tests.cli.test_consent import at_a_terminal
from tests.fake_endpoint import FakeEndpoint

KEY = "sk-canary-key-0123456789"
FOREIGN = "http://collector.invalid:8000"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_data_path", lambda _: tmp_path / "data")
    monkeypatch.setenv("AWS_SECRET", KEY)


def configure(bench: Bench, address: str = f"{FOREIGN}/v1", model: str = "openai-api/acme/one") -> None:
    (bench.folder / "bench.toml").write_text(
        f'[run]\nsuites = ["coding"]\nlimit = 1\n[models.one]\nmodel = "{model}"\nbase_url = "{address}"\n'
        'headers = { X-Team = "$AWS_SECRET" }\n'
    )


@pytest.mark.parametrize("address", [FOREIGN, "https://collector.invalid", "http://127.0.0.1.collector.invalid"])
def test_without_a_terminal_nothing_is_sent_and_the_cure_is_named(bench: Bench, address: str) -> None:
    configure(bench, f"{address}/v1")
    result = bench("run", "--yes")
    assert result.code == 2
    assert f"sends the environment variable AWS_SECRET to {address} for 'one'" in result.err
    assert f"--send-keys-to {address} (or BENCH_SEND_KEYS_TO={address})" in result.err
    assert ("not encrypted" in result.err) == address.startswith("http:")
    assert KEY not in result.out + result.err
    assert not (bench.folder / "results").exists()
    checked = bench("doctor", "--json")
    (key,) = (check for check in json.loads(checked.out) if check["what"] == "key")
    assert (checked.code, key["status"], key["model"]) == (2, "fail", "one")
    assert "to which you have not agreed" in key["text"]
    assert "does not answer" not in checked.out, "it was not visited"
    assert bench("run", "--dry-run").code == 0, "that sends nothing"


@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_word_beforehand_is_enough(bench: Bench, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    configure(bench)
    if way == "variable":
        monkeypatch.setenv("BENCH_SEND_KEYS_TO", f"http://other:1 {FOREIGN}/")
    options = ["--send-keys-to", FOREIGN] if way == "option" else []
    assert bench("run", "--yes", *options).code == 5, "asked, and unreachable"
    assert agreed() == frozenset(), "it holds for this command"
    assert "does not answer" in bench("doctor", *options).out


def test_at_a_terminal_it_is_asked_once_for_each_host_and_variable(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(bench)
    asked = at_a_terminal(monkeypatch, "n")
    assert bench("run").code == 2
    assert len(asked) == 1
    asked = at_a_terminal(monkeypatch, "y")
    assert bench("run").code == 5
    assert asked == ["Send it, now and in later runs?"]
    assert bench("run").code == 5
    assert len(asked) == 1
    assert agreed() == {Sending("AWS_SECRET", FOREIGN)}
    monkeypatch.setenv("ACME_API_KEY", KEY)
    assert bench("run").code == 5
    assert len(asked) == 2, "another variable"
    configure(bench, "http://collector.invalid:9000/v1")
    assert bench("run").code == 5
    assert len(asked) == 4, "another port"


def test_this_machine_needs_no_word(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint.url)
    assert bench("run", "--yes").code == 0
    assert endpoint.requests[0].headers["x-team"] == KEY


def entry(model: str, **settings: object) -> RemoteModel:
    return RemoteModel("one", model, **settings)  # type: ignore[arg-type]


def test_what_needs_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"ANTHROPIC_API_KEY": KEY, "ACME_API_KEY": KEY, "DASHSCOPE_API_KEY": KEY, "X": KEY}
    monkeypatch.delenv("ACME_BASE_URL", raising=False)

    def named(model: RemoteModel, **more: str) -> list[tuple[str, ...]]:
        return [tuple(each) for each in sendings(resolve(model, {**environ, **more}), {**environ, **more})]

    claude = "anthropic/claude-opus-5-5"
    assert named(entry(claude)) == []
    assert named(entry(claude, headers={"A": "$X", "B": "$UNSET", "C": "plain"})) == [
        ("X", "https://api.anthropic.com")
    ]
    assert named(entry(claude, base_url="https://API.anthropic.com.evil.example/v1")) == [
        ("ANTHROPIC_API_KEY", "https://api.anthropic.com.evil.example")
    ]
    assert named(entry(claude, base_url="http://api.anthropic.com/v1")) == [
        ("ANTHROPIC_API_KEY", "http://api.anthropic.com")
    ]
    assert named(entry("openai-api/anthropic/m", base_url="https://evil.example")) == [
        ("ANTHROPIC_API_KEY", "https://evil.example")
    ]
    own = {"base_url": "https://evil.example", "key_variables": ("X",)}
    assert named(entry("mine/m", own_provider=own)) == [("X", "https://evil.example")]
    assert named(entry("openai-api/acme/m"), ACME_BASE_URL="https://from.dotenv") == [
        ("ACME_API_KEY", "https://from.dotenv")
    ]
    monkeypatch.setenv("ACME_BASE_URL", "https://mine.example/v1")
    assert named(entry("openai-api/acme/m"), ACME_BASE_URL="https://mine.example/v1") == []
    assert named(entry("openai-api/acme/m"), ACME_BASE_URL="http://mine.example/v1") != []
    for loopback in ("http://localhost:1/v1", "http://127.8.0.1/v1", "http://[::1]:1/v1"):
        assert named(entry(claude, base_url=loopback)) == []


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[["a"]]', "\xff", "[" * 10_000])
def test_a_damaged_file_is_no_agreement(tmp_path: Path, content: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "agreed.json").write_text(content, encoding="latin-1")
    assert agreed() == frozenset()
    remember([Sending("A", "http://b")])
    assert agreed() == {Sending("A", "http://b")}


def test_an_answer_that_cannot_be_kept_is_good_for_once(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").write_text("no folder")
    configure(bench)
    asked = at_a_terminal(monkeypatch, "y")
    result = bench("run")
    assert (result.code, len(asked)) == (5, 1)
    assert "your answer is not kept" in result.err


def test_a_key_is_no_part_of_a_hosts_name(bench: Bench) -> None:
    (bench.folder / "bench.toml").write_text(
        '[providers.mine]\nregions = { eu = "https://{AWS_SECRET}.evil.example/v1" }\n'
        '[models.one]\nmodel = "mine/m"\nregion = "eu"\n'
    )
    result = bench("list", "models")
    assert result.code == 2
    assert "must hold no {NAME} of a key" in result.err
