"""aider's leaderboards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from bench.errors import UsageError
from bench.importers.aider import route
from tests.importers.conftest import HERE, Importing, totals

ENTRY = """\
- dirname: {dirname}
  test_cases: {cases}
  model: {model}
  edit_format: diff
  commit_hash: 12e4567
  pass_rate_2: {rate}
  pass_num_2: {solved}
  total_tests: 225
  command: aider --model openrouter/acme/x
  date: 2026-01-02
  versions: 0.86.2.dev
  seconds_per_case: {seconds}
  total_cost: {cost}
"""


def entry(model: str, solved: int = 90, cases: int = 225, **changes: object) -> str:
    usual = {"dirname": f"d--{model}", "rate": round(100 * solved / cases, 1), "seconds": 12.5, "cost": 1.5}
    return ENTRY.format(**{**usual, "model": model, "solved": solved, "cases": cases, **changes})


def test_a_row(importing: Importing) -> None:
    text = entry("claude-opus-4 (32k thinking)", 162).replace("\n", "\r\n") + "  reasoning_effort: high\r\n"
    done, manifest = importing("aider", text, file="polyglot.yml", provenance=HERE)
    row = totals(done).loc["claude-opus-4 (32k thinking)"]
    assert row.astype(object).where(row.notna(), None).to_dict() == {
        "source": "a test", "source_commit": "c0ffee", "retrieved": "2026-11-22", "licence": "CC0",
        "suite": "aider-polyglot", "suite_version": None, "harness": "aider 0.86.2.dev",
        "model_raw": "claude-opus-4 (32k thinking)", "vendor": "anthropic", "provider": "openrouter", "effort": "high",
        "settings": "edit format diff", "date": "2026-01-02", "n": 225, "successes": 162, "score": 162 / 225,
        "cost_total_usd": 1.5, "cost_basis": "total_cost, as aider reckoned it at the time", "latency_mean_s": 12.5,
        "calls_mean": None, "comparable": "aider-polyglot, two tries, one model", "n_effective": None,
        "unjudged": None,
    }  # fmt: skip
    assert manifest["models"]["claude-opus-4 (32k thinking)"]["model"].startswith("anthropic/")


def test_a_cost_of_nought_is_unknown(importing: Importing) -> None:
    done, _ = importing("aider", entry("a", cost="0.0000") + entry("b", cost="", seconds=0), file="l.yml")
    table = totals(done)
    assert table["cost_total_usd"].isna().all()
    assert table["cost_basis"].isna().all()
    assert table["latency_mean_s"].tolist() == [12.5, pd.NA]
    assert "total_cost is 0 or missing: cost unknown (rows: 2)" in done.notes


def test_hashes_that_look_like_numbers_stay_text_and_runs_are_never_joined(importing: Importing) -> None:
    text = entry("a", dirname="0123") + entry("a copy", dirname="0123") + entry("a", dirname="123", solved=91)
    done, _ = importing("aider", text.replace("edit_format: diff", "edit_format: whole", 1), file="l.yml")
    assert totals(done).index.tolist() == ["a [edit format whole]", "a [edit format diff]"]
    assert done.dropped == (
        {"row": "l.yml entry 2", "why": "dirname 0123 is that of l.yml entry 1: the same run again"},
    )


def test_percentages_of_all_exercises_though_fewer_were_run(importing: Importing) -> None:
    done, _ = importing("aider", entry("of run", 160, 224) + entry("of all", 136, 224, rate=60.4), file="l.yml")
    assert totals(done)[["n", "successes"]].to_numpy().tolist() == [[224, 160], [225, 136]]
    assert any("is of all 225 exercises" in note for note in done.notes)


def test_two_models_in_one_row_compare_only_with_their_like(importing: Importing) -> None:
    done, _ = importing("aider", entry("o3") + "  editor_model: gpt-4.1\n" + entry("o4"), file="l.yml")
    assert totals(done)["comparable"].tolist() == [
        "aider-polyglot, two tries, a pair of models",
        "aider-polyglot, two tries, one model",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (entry("a", rate=55.0), "pass_rate_2 55 is not 90 of 225, nor of total_tests 225"),
        (entry("a", solved=226), "pass_num_2 226 of test_cases 225 is not a share"),
        (entry("a", cost="1,5"), "total_cost: '1,5' has a comma; if that is its decimal point, give --decimal ,"),
        (entry(""), "model is missing"),
        (entry("caf\udce9", dirname="x"), "model has bytes that are not UTF-8"),
    ],
)
def test_bad_rows_are_named_and_the_rest_is_imported(importing: Importing, text: str, why: str) -> None:
    done, manifest = importing("aider", text + entry("good"), file="l.yml")
    assert totals(done).index.tolist() == ["good"]
    assert manifest["imported"]["dropped"] == [{"row": "l.yml entry 1", "why": why}]


@pytest.mark.parametrize("text", ["a: 1", "- 1", "- [", ""])
def test_no_leaderboard(importing: Importing, tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"l\.yml: is not (YAML|a leaderboard of aider)"):
        importing("aider", text, file="l.yml")
    assert not any((tmp_path / "results").iterdir())


def test_this_format_has_no_columns_to_map(importing: Importing) -> None:
    with pytest.raises(UsageError, match="--map score: this format has no such choice"):
        importing("aider", entry("a"), file="l.yml", mapping={"score": "x"})


@pytest.mark.parametrize(
    ("command", "way"),
    [
        ("aider --model openrouter/qwen/qwen3-32b", "openrouter"), ("aider --model deepseek/deepseek-chat", "deepseek"),
        ("aider --model openai/gpt-5", "openai"), ("aider --model openai/qwen3-235b-a22b", None),
        ("aider --model openai/Qwen/Q # via hyperbolic", "hyperbolic"), ("aider --model sonnet", None), ("", None),
        ("OPENAI_API_BASE=https://dashscope.example/v1 aider --model openai/qwen-max", "dashscope.example"),
    ],
)  # fmt: skip
def test_routes(command: str, way: str | None) -> None:
    assert route(command) == way


def test_the_published_leaderboards(importing: Importing, published: Callable[[str], Path]) -> None:
    done, _ = importing("aider", published("aider/polyglot_leaderboard.yml"), published("aider/qwen3_leaderboard.yml"))
    table = totals(done)
    assert len(table) == 69 + 10 - 2, "two runs stand in both files"
    assert done.dropped_count == 2
    assert int(table["cost_total_usd"].isna().sum()) == 18 + 6
    exp, opus = table.loc["DeepSeek-V3.2-Exp (Reasoner)"], table.loc["claude-opus-4-20250514 (32k thinking)"]
    assert (exp["successes"], exp["n"], opus["successes"], opus["n"]) == (167, 225, 162, 225)
    assert exp["cost_total_usd"] / opus["cost_total_usd"] == pytest.approx(0.0198, abs=1e-4)
    assert exp["comparable"] == opus["comparable"]
    assert (exp["vendor"], opus["vendor"], opus["effort"]) == ("deepseek", "anthropic", "32000 thinking tokens")


OLD = """
- dirname: {name}
  test_cases: {cases}
  model: {name}
  edit_format: diff
  pass_rate_1: {first}
{second}  date: 2024-05-01
  total_cost: 3.5
"""


def older(name: str, cases: int, first: float, second: float | None = None) -> str:
    line = "" if second is None else f"  pass_rate_2: {second}\n"
    return OLD.format(name=name, cases=cases, first=first, second=line)


def test_older_boards_state_rates_and_their_exercises_are_known(importing: Importing) -> None:
    text = older("opus", 133, 53.4, 68.4) + older("gpt", 132, 45.5, 56.1) + older("sonnet", 89, 92.1)
    text += older("turbo", 88, 21.4) + older("few", 33, 48.5, 57.6) + older("odd", 133, 50.0, 68.2)
    done, _ = importing("aider", text, file="edit.yml")
    table = totals(done)
    assert table[["suite", "n", "successes"]].to_numpy().tolist() == [
        ["aider-edit", 133, 91], ["aider-edit", 132, 74], ["aider-refactor", 89, 82], ["aider-refactor", 89, 19],
    ]  # fmt: skip
    assert table["comparable"].tolist()[1:3] == [
        "aider-edit, two tries, one model", "aider-refactor, one try, one model",
    ]  # fmt: skip
    assert [row["why"] for row in done.dropped] == [
        "only 33 of the board's 133 exercises were run",
        "pass rate 68.2 is not a whole number of 133 exercises, nor of 133",
    ]


def test_a_row_without_any_rate_is_left_out(importing: Importing) -> None:
    bad = "- {dirname: x, test_cases: 400, model: x, edit_format: diff, pass_rate_2: 50}\n"
    bad += "- {dirname: y, test_cases: 133, model: y, edit_format: diff}\n"
    done, _ = importing("aider", entry("a") + bad, file="l.yml")
    assert [row["why"] for row in done.dropped] == [
        "test_cases 400 is not a number of the board's 225 exercises",
        "neither pass_num_2 nor a pass rate is stated",
    ]
