"""Keys on the command line: which is missing, for which models, and that `.env` is read."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint

TWO = """
[run]
suites = ["coding"]
limit = 1
[models.claude]
model = "anthropic/claude-opus-5-5"
[models.qwen]
model = "dashscope/qwen3.8-max"
[models.free]
model = "openai-api/acme/good"
base_url = "http://127.0.0.1:1/v1"
"""
VARIABLES = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "DASHSCOPE_API_KEY", "ALIBABA_API_KEY", "ACME_API_KEY")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def listed(bench: Bench) -> dict[str, dict[str, str]]:
    result = bench("list", "models", "--json")
    assert result.code == 0, result.err
    return {row["label"]: row for row in json.loads(result.out)}


def test_weights_need_no_key(bench: Bench) -> None:
    (bench.folder / "bench.toml").write_text('[models.tiny]\nmodel = "weights/smollm2-135m-instruct"\n')
    assert (listed(bench)["tiny"]["key"], listed(bench)["tiny"]["set"]) == ("-", "not needed")


def test_a_run_without_keys_names_them_all_and_asks_nothing(bench: Bench) -> None:
    (bench.folder / "bench.toml").write_text(TWO)
    result = bench("run", "--yes")
    assert result.code == 2
    assert "Error: no key: set ANTHROPIC_API_KEY for 'claude' (get one at https://platform.claude.com" in result.err
    assert "DASHSCOPE_API_KEY for 'qwen' (get one at https://modelstudio" in result.err
    assert "free" not in result.err
    assert not list((bench.folder / "results").glob("*/run.json"))


def test_a_dry_run_needs_no_key(bench: Bench) -> None:
    (bench.folder / "bench.toml").write_text(TWO)
    result = bench("run", "--dry-run")
    assert (result.code, "claude (anthropic/claude-opus-5-5)" in result.out) == (0, True), result.err
    assert result.err.count("Warning: ") == 2
    assert "Warning: 'claude' thinks, and thinking counts: the 1024 tokens of coding_complete will cut" in result.err


def test_list_says_which_keys_are_set_and_never_what_they_are(bench: Bench) -> None:
    (bench.folder / "bench.toml").write_text(TWO)
    (bench.folder / ".env").write_text("ANTHROPIC_AUTH_TOKEN=canary-1\n")
    assert listed(bench) == {
        "claude": {
            "label": "claude", "model": "anthropic/claude-opus-5-5", "provider": "Anthropic (Claude)",
            "protocol": "anthropic", "key": "ANTHROPIC_AUTH_TOKEN", "set": "yes",
        },
        "qwen": {
            "label": "qwen", "model": "dashscope/qwen3.8-max", "provider": "Alibaba Cloud Model Studio (Qwen)",
            "protocol": "openai", "key": "DASHSCOPE_API_KEY", "set": "no",
        },
        "free": {
            "label": "free", "model": "openai-api/acme/good", "provider": "Any OpenAI-compatible endpoint",
            "protocol": "openai", "key": "ACME_API_KEY", "set": "not needed",
        },
    }  # fmt: skip
    assert "canary-1" not in bench("list", "models").out


def test_a_key_in_dotenv_reaches_the_endpoint_and_nothing_else(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    (bench.folder / ".env").write_text("ACME_API_KEY=canary-from-dotenv\n")
    result = bench("run")
    assert result.code == 0, result.err
    assert {request.headers["authorization"] for request in endpoint.requests} == {"Bearer canary-from-dotenv"}
    kept = [path for path in (bench.folder / "results").rglob("*") if path.is_file()]
    assert len(kept) > 5
    assert not [path for path in kept if b"canary-from-dotenv" in path.read_bytes()]
    assert "canary" not in result.out + result.err
