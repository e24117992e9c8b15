"""bench.toml as it loads: defaults, claims, providers, traffic."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.config.load import SettingError, load, read_model
from bench.errors import BenchError, IncompleteError, UsageError, suggest
from bench.providers import preset_of, wire_model
from bench.records.settings import LocalModel, RemoteModel
from tests.config.texts import CLAIM, MODEL, TWO, loaded, refused, write

REPOSITORY = Path(__file__).parents[2]


def test_the_repositorys_own_file_loads() -> None:
    comparison = load(REPOSITORY / "bench.toml")
    assert comparison.source == REPOSITORY / "bench.toml"
    assert list(comparison.models) == ["small", "large"]
    assert all(isinstance(entry, LocalModel) and entry.usd_per_hour for entry in comparison.models.values())
    assert set(comparison.claims) == {"cheaper", "cheaper-slightly-worse"}
    assert comparison.run.suites == ("starter",)


def test_a_full_file_loads_with_the_defaults_documented(tmp_path: Path) -> None:
    comparison = loaded(
        tmp_path,
        """
        [run]
        suites = ["coding", "reasoning"]
        seed = 7
        temperature = 0

        [models.claude]
        model = "openai-api/acme/claude-large"
        base_url = "https://api.example.com/v1"
        max_tokens = 32000
        top_p = 1
        max_connections = 3

        [models."qwen2.5"]
        model = "openai-api/dashscope/qwen/max"

        [models.smollm2]
        model = "weights/smollm2-135m-instruct"
        usd_per_hour = 1
        slots = 2

        [claims.cheaper-slightly-worse]
        candidate = "qwen2.5"
        baseline = "claude"
        suites = ["coding", "reasoning"]
        over = "mean"
        cheaper_by = 0.90
        worse_by = 0.03
        slower_by = 2
        """,
    )
    run = comparison.run
    assert (run.seed, run.limit, run.repeats, run.temperature, run.reuse) == (7, None, 1, 0.0, 24.0)
    claude, qwen, small = comparison.models.values()
    assert (claude.provider, claude.name, claude.local, claude.concurrency) == (
        "openai-api",
        "acme/claude-large",
        False,
        3,
    )
    assert (qwen.label, qwen.name, qwen.concurrency, qwen.timeout_s) == ("qwen2.5", "dashscope/qwen/max", 8, 600.0)
    assert isinstance(small, LocalModel)
    assert (small.local, small.concurrency, small.prompt_cache, small.context) == (True, 2, False, 4096)
    claim = comparison.claims["cheaper-slightly-worse"]
    assert (claim.over, claim.confidence, claim.suites) == ("mean", 0.95, ("coding", "reasoning"))


def test_whole_and_decimal_numbers_mean_the_same(tmp_path: Path) -> None:
    whole = loaded(tmp_path, CLAIM + "slower_by = 2\n[run]\ntemperature = 1\n")
    decimal = loaded(tmp_path, CLAIM + "slower_by = 2.0\n[run]\ntemperature = 1.0\n")
    assert repr(whole.run) == repr(decimal.run)
    assert whole.claims["c"].sha256 == decimal.claims["c"].sha256


def test_a_changed_claim_is_another_claim(tmp_path: Path) -> None:
    hashes = {
        loaded(tmp_path, CLAIM + more).claims["c"].sha256
        for more in (
            "worse_by = 0.03\n",
            "worse_by = 0.04\n",
            'worse_by = 0.03\nover = "mean"\n',
            "cheaper_by = 0.03\n",
        )
    }
    assert len(hashes) == 4


def test_a_comparison_is_frozen(tmp_path: Path) -> None:
    comparison = loaded(tmp_path, TWO)
    with pytest.raises(TypeError):
        comparison.models["c"] = comparison.models["a"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        comparison.run.seed = 2  # type: ignore[misc]


def test_models_of_the_command_line_meet_the_same_rules() -> None:
    assert read_model("x", {"model": "openai-api/acme/x"}, {}) == RemoteModel("x", "openai-api/acme/x")
    name = "weights/smollm2-135m-instruct"
    assert read_model("x", {"model": name}, {}) == LocalModel("x", name)
    with pytest.raises(SettingError, match=r"Did you mean 'weights'\?$") as refused:
        read_model("x", {"model": "weigths/x"}, {})
    assert refused.value.key == "model"


def test_exit_codes() -> None:
    assert (BenchError.exit_code, UsageError.exit_code, IncompleteError.exit_code) == (1, 2, 5)


def test_suggestions() -> None:
    assert suggest("codin", ["reasoning", "coding"]) == " Did you mean 'coding'?"
    assert suggest("xyz", ["b", "a"]) == " Known: a, b."
    assert suggest("xyz", []) == " None is defined."


def test_an_unknown_suite_is_named_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, '[run]\nlimit = 3\nsuites = ["coding", "reasonin"]\n' + MODEL)
    with pytest.raises(UsageError, match=r"bench.toml:3: unknown suite or task 'reasonin'. Did you mean 'reasoning'\?"):
        load(path, ["coding", "reasoning"])


def test_what_a_file_says_of_a_provider_reaches_its_models(tmp_path: Path) -> None:
    text = (
        '[models.a]\nmodel = "acme/large-1"\neffort = "high"\n'
        'headers = { X-Team = "search", X-Api-Key = "$ACME_KEY" }\n'
        'extra_body = { verbosity = "low" }\n'
        '[providers.acme]\nbase_url = "https://llm.acme.example/v1?api-version=2026-11"\nprotocol = "anthropic"\n'
        'key_variables = ["ACME_KEY"]\n[[providers.acme.models]]\nmatch = ["large-*"]\nefforts = ["low", "high"]\n'
    )
    comparison = loaded(tmp_path, text)
    entry = comparison.models["a"]
    assert isinstance(entry, RemoteModel)
    assert entry.own_provider == comparison.providers["acme"]
    assert preset_of(entry).protocol == "anthropic"
    assert preset_of(entry).rules("large-1").efforts == ("low", "high")
    assert (wire_model(entry), entry.effort, entry.extra_body) == ("large-1", "high", {"verbosity": "low"})
    assert preset_of(entry).key_variables == ("ACME_KEY",)
    assert "no effort levels are known" in refused(tmp_path, text.replace("large-1", "small-1"))


def test_an_unknown_model_of_a_known_provider_is_passed_through(tmp_path: Path) -> None:
    entry = loaded(tmp_path, '[models.a]\nmodel = "anthropic/claude-of-tomorrow"\n').models["a"]
    assert (entry.provider, wire_model(entry)) == ("anthropic", "claude-of-tomorrow")
    assert wire_model(RemoteModel("a", "openrouter/a/b/c")) == "a/b/c"
    assert wire_model(RemoteModel("a", "openai-api/acme/b/c")) == "b/c"


def test_traffic_is_read_and_checked(tmp_path: Path) -> None:
    said = '[traffic]\npeak_share = 0.4\ncache_hit = 1\nmode = { b = "batch" }\n'
    traffic = loaded(tmp_path, TWO + said).traffic
    assert traffic is not None
    assert (traffic.peak_share, traffic.cache_hit, dict(traffic.mode)) == (0.4, 1.0, {"b": "batch"})
    assert loaded(tmp_path, TWO).traffic is None
    assert "peak_share must be at least 0 and at most 1" in refused(tmp_path, TWO + "[traffic]\npeak_share = 40\n")
    assert "mode: 'c' is not a model of this file" in refused(tmp_path, TWO + '[traffic]\nmode = { c = "batch" }\n')
    assert "mode must name one of standard" in refused(tmp_path, TWO + '[traffic]\nmode = { b = "slow" }\n')
