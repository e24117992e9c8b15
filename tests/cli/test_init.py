"""`bench init`: from two names to a bench.toml that loads, in one command."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import bench.cli.init as command
from bench.cli.init import BASELINE, CANDIDATE
from bench.config.load import load
from tests.cli.conftest import Bench

NAMED = ("--baseline", "anthropic/claude-opus-5-5", "--candidate", "deepseek/deepseek-v4-pro")


def test_two_names_make_a_file_that_loads(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-very-secret")
    made = bench("init", *NAMED, "-t", "reasoning", "--limit", "90", "--worse-by", "0.05")
    assert made.code == 0, made.err
    comparison = load(bench.folder / "bench.toml")
    assert [entry.model for entry in comparison.models.values()] == [NAMED[1], NAMED[3]]
    [claim] = comparison.claims.values()
    assert (claim.baseline, claim.candidate) == ("claude-opus-5-5", "deepseek-v4-pro")
    assert claim.margins == {"cheaper_by": 0.9, "worse_by": 0.05}
    assert (comparison.run.suites, comparison.run.limit) == (("reasoning",), 90)
    assert made.out.splitlines() == [
        "wrote bench.toml",
        "claude-opus-5-5: ANTHROPIC_API_KEY is set.",
        "deepseek-v4-pro: DEEPSEEK_API_KEY is not set. Set it in the environment, or in .env beside bench.toml. "
        "Get one at https://platform.deepseek.com/api_keys.",
        "Next: bench doctor, then bench run --dry-run: what it would ask, and what that costs.",
    ]
    assert "sk-very-secret" not in made.out + (bench.folder / "bench.toml").read_text()


def test_a_file_is_never_replaced(bench: Bench) -> None:
    (bench.folder / "bench.toml").write_text("mine")
    assert bench("init", *NAMED).err.startswith("Error: bench.toml: is there already. Edit it, or name another file")
    assert (bench.folder / "bench.toml").read_text() == "mine"
    assert bench("init", *NAMED, "-c", "other.toml").code == 0
    assert "bench doctor -c other.toml" in bench("init", *NAMED, "-c", "third.toml").out.replace("third", "other")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            (*NAMED[:2], "--candidate", "deepsek/x"),
            "unknown provider 'deepsek' in 'deepsek/x'. Did you mean 'deepseek'?",
        ),
        ((*NAMED, "-t", "codin"), "unknown suite or task 'codin'. Did you mean 'coding'?"),
        (("--baseline", BASELINE), "without a terminal nobody can be asked: bench init --baseline"),
        ((*NAMED, "--worse-by", "3"), "Invalid value for '--worse-by': 3.0 is not in the range 0<x<1"),
        (("--baseline", "anthropic/", *NAMED[2:]), "names no model: write anthropic/<model>."),
    ],
)
def test_a_mistake_writes_nothing(bench: Bench, args: tuple[str, ...], said: str) -> None:
    made = bench("init", *args)
    assert made.code == 2
    assert said in made.err
    assert not (bench.folder / "bench.toml").exists()


def test_it_asks_what_was_not_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "_require_terminal", lambda: None)
    made = CliRunner().invoke(command.init, input="\n\nstarter\n0.5\n\n")
    assert made.exit_code == 0, made.output
    raw = tomllib.loads((tmp_path / "bench.toml").read_text())
    assert [model["model"] for model in raw["models"].values()] == [BASELINE, CANDIDATE]
    assert raw["run"]["suites"] == ["starter"]
    [claim] = raw["claims"].values()
    assert (claim["cheaper_by"], claim["worse_by"]) == (0.5, 0.03)


def test_local_weights_and_an_address_of_ones_own(bench: Bench) -> None:
    made = bench("init", "--baseline", "openai-api/acme/big-2.5", "--candidate", "weights/qwen2.5-coder-0.5b-instruct")
    assert made.code == 0, made.err
    assert "model 'big-2.5': no address. Set base_url in [models.big-2.5] or ACME_BASE_URL" in made.out
    assert "its weights are fetched and checked when a run needs them" in made.out
    text = (bench.folder / "bench.toml").read_text()
    assert '# base_url = "http://..."' in text
    assert "usd_per_hour = 0.10" in text
    assert load(bench.folder / "bench.toml").models["qwen2.5-coder-0.5b-instruct"].local


def test_models_of_one_name_get_labels_of_their_own(bench: Bench) -> None:
    assert bench("init", "--baseline", "openai/gpt-6", "--candidate", "openrouter/openai/gpt-6").code == 0
    assert list(load(bench.folder / "bench.toml").models) == ["gpt-6-baseline", "gpt-6-candidate"]
