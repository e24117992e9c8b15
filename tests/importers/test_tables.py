"""Published tables of five sources: their shapes, with invented numbers."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench.costs import PriceChange
from bench.costs.reprice import reprice
from bench.errors import UsageError
from bench.prices import load
from bench.records import read_record, read_table
from tests.importers.conftest import Importing, items, totals

TABLE = "model,a,b,c\nclaude-opus-9-high-effort,50,100,20\ndeepseek-v9,40,80,10\nlost,1,1,1\nbad,1,x,1\n"
COST = """model,a,b,c,nq_a,nq_b,nq_c
claude-opus-9-high-effort,3,2,1,10,20,10
deepseek-v9,0.1,0.2,0,10,20,10
bad,1,1,1,10,20,10
"""


@pytest.fixture
def livebench(tmp_path: Path) -> list[Path]:
    texts = {
        "table_2026_01_02.csv": TABLE,
        "cost_2026_01_02.csv": COST,
        "categories.json": json.dumps({"Coding": ["a", "b"], "Agentic Coding": ["c"], "Elsewhere": ["z"]}),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return [tmp_path / name for name in texts]


def test_livebench_weighs_every_question_alike(importing: Importing, livebench: list[Path]) -> None:
    done, _ = importing("livebench", *livebench)
    table = totals(done).set_index("suite", append=True)
    row = table.loc[("claude-opus-9-high-effort", "livebench")]
    assert row["n"] == 40
    assert row["score"] == pytest.approx((10 * 0.5 + 20 * 1.0 + 10 * 0.2) / 40)
    assert (row["cost_total_usd"], row["effort"], row["suite_version"]) == (6.0, "high", "2026-01-02")
    within = (10 * 0.25 + 10 * 0.16) / 40
    assert row["n_effective"] == pytest.approx(row["score"] * (1 - row["score"]) / (within / 40))
    assert sorted(suite for _, suite in table.index if _ == "deepseek-v9") == [
        "livebench", "livebench-agentic-coding", "livebench-coding",
    ]  # fmt: skip
    assert table["cost_total_usd"].isna()[("deepseek-v9", "livebench")], "a subtask's 0 is unknown"
    assert table.loc[("deepseek-v9", "livebench-coding")]["cost_total_usd"] == pytest.approx(0.3)
    assert [row["why"] for row in done.dropped] == [
        "lost is not in the cost file: number of questions unknown",
        "bad: b: 'x' is not a number",
    ]


def test_livebench_needs_its_counts(importing: Importing, livebench: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cost_\*\.csv"):
        importing("livebench", livebench[0])
    livebench[2].write_text("[1]")
    with pytest.raises(UsageError, match="is not LiveBench's categories"):
        importing("livebench", *livebench)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="a column `model` is expected"):
        importing("livebench", tmp_path / "other.csv")
    livebench[0].write_text(TABLE.replace("100", "101"))
    livebench[2].write_text("{}")
    done, _ = importing("livebench", *livebench)
    assert any("a score from 0 to 100" in row["why"] for row in done.dropped)


INDEX = """name,creator,release_date,intelligence_index,index_is_estimated,coding_index,index_cost_total,e2e_p50_s
Claude 9 (max effort thinking),Anthropic,2026-01-01,50,False,60,100,20
GLM 9,Z AI,2026-01-02,40,False,,0,
Grok 9,SpaceXAI,2026-01-02,30,True,,5,
Other,Acme Labs,2026-01-02,120,False,,5,
Only code,Acme Labs,2026-01-02,,False,30,5,
"""


def test_artificial_analysis_has_no_number_of_questions(importing: Importing) -> None:
    done, _ = importing("artificial_analysis", INDEX)
    table = totals(done)
    whole = table[table["suite"] == "artificial-analysis-index"]
    assert whole.index.tolist() == ["Claude 9 (max effort thinking)", "GLM 9"]
    assert whole["vendor"].tolist() == ["anthropic", "z-ai"]
    assert whole["n"].isna().all()
    assert whole["cost_total_usd"].isna().tolist() == [False, True]
    assert table[table["suite"] == "artificial-analysis-coding"]["cost_total_usd"].isna().all()
    assert table.loc["Only code"]["vendor"] == "acme-labs"
    assert [row["why"] for row in done.dropped] == [
        "Grok 9: the index is the source's estimate, not a measurement",
        "Other: intelligence_index 120 is not from 0 to 100",
    ]
    with pytest.raises(UsageError, match="missing columns: creator, index_cost_total, intelligence_index"):
        importing("artificial_analysis", "name\nx\n")


def evaluation(name: str, **changes: object) -> dict[str, object]:
    usual = {
        "datasetId": "v2_Semi_Private", "datasetDisplayName": "ARC-AGI-2", "modelId": name.lower(), "score": 0.5,
        "modelDisplayName": name, "modelType": "CoT", "modelReleaseDate": "2026-01-02T00:00:00.000Z",
        "providerDisplayName": "Anthropic", "costPerTask": 2.0,
    }  # fmt: skip
    return {**usual, **changes}


def test_arc_prize_costs_are_per_task_or_of_a_whole_run(importing: Importing) -> None:
    v3 = {"datasetId": "v3", "datasetDisplayName": "ARC-AGI-3", "costPerTask": None}
    rows = [
        evaluation("Opus 9 (High)"),
        evaluation("Kimi 9", providerDisplayName="Moonshot AI", costPerTask=0),
        evaluation("People", modelType="Human"),
        evaluation("Broken", score=50),
        evaluation("Opus", **v3, cost=9000),
        evaluation("Grok", **v3, cost=10000),
        evaluation("GPT", **v3, cost=10000),
    ]
    done, _ = importing("arc_agi", json.dumps({"evaluations": rows}), file="v2.json")
    table = totals(done)
    assert table["cost_total_usd"].fillna(-1).to_dict() == {
        "Opus 9 (High)": 240.0, "Kimi 9": -1, "Opus": 9000.0, "Grok": -1, "GPT": -1,
    }  # fmt: skip
    assert (table.loc["Opus 9 (High)"]["n"], table.loc["Opus 9 (High)"]["date"]) == (120, "2026-01-02")
    assert table.loc["Kimi 9"]["vendor"] == "moonshotai"
    assert any("several rows state one cost, a limit" in note for note in done.notes)
    assert len(done.dropped) == 2
    with pytest.raises(UsageError, match="`evaluations` is expected"):
        importing("arc_agi", "{}", file="v2.json")


def test_harbors_agents_are_never_pooled(importing: Importing) -> None:
    text = "model,agent,usd_per_run,pass_rate_percent,runs,route\n"
    text += "Opus 9,one,293,15.8,4,Anthropic\nOpus 9,two,0,20,5,Anthropic\nKimi 9,one,33,,1,OpenRouter\n"
    done, _ = importing("harbor", text)
    table = totals(done)
    assert table["comparable"].to_dict() == {"Opus 9 (one)": "harbor-index, one", "Opus 9 (two)": "harbor-index, two"}
    assert table["cost_total_usd"].fillna(-1).tolist() == [293.0, -1]
    assert "runs: 4" in table.loc["Opus 9 (one)"]["cost_basis"]
    assert done.dropped_count == 1
    with pytest.raises(UsageError, match="is not a table of Harbor-Index"):
        importing("harbor", "model\nx\n")


TRIAL: dict[str, Any] = {
    "trial_name": "fix-git__1", "task_name": "fix-git", "task_checksum": "ab", "started_at": "2026-09-22T10:00:00Z",
    "agent_info": {"name": "one", "version": "2", "model_info": {"name": "m", "provider": "acme"}},
    "agent_result": {"n_input_tokens": 1200, "n_cache_tokens": 200, "n_output_tokens": 300, "cost_usd": 0.5},
    "verifier_result": {"rewards": {"reward": 1.0}},
    "agent_execution": {"started_at": "2026-09-22T10:02:00Z", "finished_at": "2026-09-22T10:09:00Z"},
}  # fmt: skip


def test_harbors_trials_and_a_cost_by_their_tokens(importing: Importing, tmp_path: Path) -> None:
    """In the shape that Harbor's trials have, made by hand: it needs a newer Python than the tests' and containers."""
    usage = {**TRIAL["agent_result"], "cost_usd": None}
    other = {**TRIAL["agent_info"], "model_info": {"name": "n", "provider": "acme"}}
    trials: dict[str, dict[str, Any]] = {
        "a": TRIAL,
        "b": {**TRIAL, "agent_result": usage, "verifier_result": {"rewards": {"reward": 0.0}}},
        "c": {**TRIAL, "agent_result": {}, "verifier_result": None, "agent_info": other},
        "d": {**TRIAL, "agent_info": None},
        "job": {"stats": {}},
    }
    for name, content in trials.items():
        (tmp_path / "job" / name).mkdir(parents=True)
        (tmp_path / "job" / name / "result.json").write_text(json.dumps(content))
    for name in ("damaged", "piped"):
        (tmp_path / "job" / name).mkdir()
    (tmp_path / "job" / "damaged" / "result.json").write_text("{" + '"a":[' * 10**5)
    os.mkfifo(tmp_path / "job" / "piped" / "result.json")
    done, manifest = importing("harbor", tmp_path / "job")
    table = items(done)
    assert (done.models, done.dropped_count) == (("m (one)", "n (one)"), 3)
    assert table["repeat"].tolist() == [0, 1, 0]
    assert table["cost_usd"].fillna(-1).tolist() == [0.5, -1, -1]
    assert table[["in_uncached", "in_cache_read", "out_total"]].to_numpy()[1].tolist() == [1000, 200, 300]
    assert table["latency_s"].tolist() == [420.0] * 3
    assert manifest["models"]["m (one)"]["imported"]["harness"] == "Harbor, one 2"
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no trial of Harbor"):
        importing("harbor", tmp_path / "empty")
    own = tmp_path / "prices.toml"
    own.write_text('[[price]]\nprovider = "acme"\nmodel = "m"\ninput = "1"\ncache_read = "0.5"\noutput = "10"\n')
    with pytest.raises(UsageError, match="give --as-of, the day of the prices"):
        reprice(done.folder, PriceChange(mode="batch"), load(own))
    made = reprice(done.folder, PriceChange(as_of=date(2026, 9, 22)), load(own), own)
    costs = read_table(made.folder, "items")["cost_usd"].fillna(-1).tolist()
    assert costs == [0.5, pytest.approx((1000 + 100 + 3000) / 1e6), -1], "a stated cost stays, an unknown price is none"
    models = read_record(made.folder).models
    basis = {label: model.imported and model.imported.cost_basis for label, model in models.items()}
    assert basis["m (one)"] == "computed from tokens at list prices of 2026-09-22, where the source states none"
    assert basis["n (one)"] == "as the agent reported it"
    assert sum(made.unknown.values()) == 0


def test_terminal_bench_trials_are_repeats_without_a_cost(importing: Importing) -> None:
    text = "trial_id,model_name,provider,task_name,n_input_tokens,n_output_tokens,execution_time_sec,success\n"
    text += "a,acme/m,x,t,100,0,9.5,True\nb,acme/m,x,t,90,7,8,False\nb,acme/m,x,t,90,7,8,False\nc,acme/m,x,t,1,1,1,2\n"
    done, _ = importing("terminal_bench", text)
    table = items(done)
    assert table[["item", "model", "repeat", "score"]].to_numpy().tolist() == [["t", "m", 0, 1.0], ["t", "m", 1, 0.0]]
    assert table["cost_usd"].isna().all()
    assert table["out_total"].fillna(-1).tolist() == [-1, 7]
    assert table["in_uncached"].isna().all(), "no bill could be reckoned from them"
    assert [row["row"] for row in done.dropped] == ["results.csv row 4", "results.csv row 5"]
    with pytest.raises(UsageError, match="holds no trials of Terminal-Bench"):
        importing("terminal_bench", "model\nx\n")
