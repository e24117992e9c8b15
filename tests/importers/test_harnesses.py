"""Trials of harnesses that run in containers, in files that their own packages wrote.

`fixtures/harbor` was written by Harbor 0.26.0's `TrialResult` as its trials write it; `fixtures/terminal_bench` by
terminal-bench 0.2.18's `TrialResults`, `BenchmarkResults` and `RunMetadata`; `fixtures/swebench/acme__m.run-1.json` by
swebench 5.0.2's `make_run_report` from the logs of five instances.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from tests.importers.conftest import FIXTURES, Importing, items

PREDICTIONS, REPORT = FIXTURES / "swebench" / "preds.json", FIXTURES / "swebench" / "acme__m.run-1.json"


def by_item(table: Any, column: str) -> dict[tuple[str, str], Any]:
    """A column by model and item; None where it is unknown."""
    cells = table.set_index(["model", "item"])[column]
    return {key: None if value != value else value for key, value in cells.to_dict().items()}


def test_harbors_own_trials(importing: Importing) -> None:
    """A reward that Harbor takes for invalid is missing; steps are added up; cached tokens are among those read."""
    done, manifest = importing("harbor", FIXTURES / "harbor")
    table = items(done)
    right, weak = "right (mini-swe-agent)", "weak (mini-swe-agent)"
    report, drift, cover = (f"claimbench/{name}-0" for name in ("report", "drift", "cover"))
    assert by_item(table, "score") == {
        (right, report): 1.0,
        (weak, report): 0.0,
        (right, drift): None,
        (weak, drift): 0.0,
        (right, cover): None,
        (weak, cover): 1.0,
    }
    assert by_item(table, "cost_usd")[weak, cover] == pytest.approx(0.3)
    assert by_item(table, "latency_s")[weak, cover] == 70.0
    assert by_item(table, "latency_s")[right, report] == 90.0
    [steps] = table[(table["model"] == weak) & (table["item"] == cover)].to_dict("records")
    assert (steps["in_uncached"], steps["in_cache_read"], steps["out_total"]) == (300, 0, 30)
    [whole] = table[(table["model"] == right) & (table["item"] == report)].to_dict("records")
    assert (whole["in_uncached"], whole["in_cache_read"], whole["out_total"]) == (1000, 200, 300)
    assert manifest["models"][right]["imported"]["harness"] == "Harbor, mini-swe-agent 1.2.3"
    assert any("takes the reward for invalid (ApiRateLimitError)" in note for note in done.notes)
    assert not done.dropped_count


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("config.timeout_multiplier", 100.0, 'weak (mini-swe-agent) {"timeout_multiplier": 100.0}'),
        ("config.agent.kwargs.temperature", 2, '{"agent.kwargs.temperature": 2}'),
        ("config.agent.kwargs.api_key", "sk-canary-0123456789", '{"agent.kwargs.api_key": "***"}'),
        ("config.agent.mcp_servers", [{"env": {"API_KEY": "sk-canary-0123456789"}}], '[{"env": {"API_KEY": "***"}}]'),
        ("agent_info.version", "9", '{"agent version": "9"}'),
        ("config.agent.model_name", "acme/other", "answers name weak as their model, though acme/other was asked"),
        ("agent_result.n_cache_tokens", 5000, None),
    ],
)
def test_harbors_trials_with_unlike_settings_are_warned_of(
    importing: Importing, tmp_path: Path, place: str, value: object, words: str | None
) -> None:
    folder = Path(shutil.copytree(FIXTURES / "harbor", tmp_path / "job"))
    for path in folder.glob("*/result.json"):
        trial = json.loads(path.read_text())
        if trial["agent_info"]["model_info"]["name"] == "weak":
            *tables, name = place.split(".")
            table = trial
            for each in tables:
                table = {} if table[each] is None else table[each]
            table[name] = value
            path.write_text(json.dumps(trial))
    done, _ = importing("harbor", folder)
    warned = [note for note in done.notes if note.startswith("WARNING: ")]
    assert [words in each if words else each for each in warned] == ([True] if words else [])
    assert any("n_cache_tokens above n_input_tokens" in note for note in done.notes) == (words is None)
    assert "sk-canary" not in str(done.notes)


def test_terminal_benchs_own_runs(importing: Importing, tmp_path: Path) -> None:
    """An agent that crashed and tests without a result are missing; a context that became too long is a failure."""
    done, manifest = importing("terminal_bench", FIXTURES / "terminal_bench")
    table = items(done)
    right, weak = "right (terminus)", "weak (terminus)"
    assert by_item(table, "score") == {
        (right, "a"): 1.0,
        (right, "b"): 1.0,
        (right, "c"): None,
        (weak, "a"): 0.0,
        (weak, "b"): None,
        (weak, "c"): 0.0,
    }
    assert done.suites == ("terminal-bench-core",)
    assert by_item(table, "latency_s")[right, "a"] == 90.0
    assert by_item(table, "out_total")[right, "c"] is None, "no tokens counted is unknown"
    assert table["cost_usd"].isna().all()
    assert manifest["models"][weak]["imported"]["harness"] == "Terminal-Bench, terminus"
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no run of Terminal-Bench"):
        importing("terminal_bench", tmp_path / "empty")


@pytest.mark.parametrize(("errors", "last"), [("missing", None), ("failed", 0.0)])
def test_swebenchs_own_report(importing: Importing, errors: str, last: float | None) -> None:
    """Predictions as mini-SWE-agent writes them. A patch that could not be applied is no failure of a container."""
    done, _ = importing("swebench_predictions", PREDICTIONS, REPORT, mapping={"errors": errors})
    scores = by_item(items(done), "score")
    assert [scores["acme/m", f"acme__repo-{n}"] for n in range(1, 6)] == [1.0, 0.0, 0.0, 0.0, last]
    assert any("1 without a result of the harness" in note for note in done.notes)
    assert any("1 that the harness takes for likely failures of its environment" in note for note in done.notes)


def test_predictions_may_be_a_list_and_errors_are_named(importing: Importing, tmp_path: Path) -> None:
    listed = tmp_path / "predictions.json"
    listed.write_text(json.dumps([*json.loads(PREDICTIONS.read_text()).values(), 5]))
    done, _ = importing("swebench_predictions", listed, REPORT)
    assert (len(items(done)), done.dropped_count) == (5, 1)
    with pytest.raises(UsageError, match="--map errors=no: it is missing or failed"):
        importing("swebench_predictions", listed, REPORT, mapping={"errors": "no"})
    with pytest.raises(UsageError, match="name both"):
        importing("swebench_predictions", listed)
