"""Every Eval Ever, in its shape, made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from tests.cli.conftest import Bench, bench
from tests.importers.conftest import FIXTURES, Importing, totals, written

__all__ = ["bench"]


def test_every_eval_ever_both_ways(bench: Bench, tmp_path: Path) -> None:
    bench("import", "inspect", str(FIXTURES / "inspect"))
    out = bench("export", "eee", "-o", str(tmp_path / "eee"))
    assert out.code == 0, out.err
    [good, weak] = [json.loads(path.read_text()) for path in sorted((tmp_path / "eee").iterdir())]
    assert (good["schema_version"], good["model_info"]["name"]) == ("0.2.1", "good")
    [result] = weak["evaluation_results"]
    assert (result["evaluation_name"], result["score_details"]["score"]) == ("sums", 0.5)
    assert result["score_details"]["uncertainty"]["num_samples"] == 4
    back = bench("import", "eee", str(tmp_path / "eee"))
    assert "Imported 2 totals of 2 models (good, weak) on sums." in back.out
    again = bench("export", "eee", "-o", str(tmp_path / "again"))
    assert again.code == 0, again.err
    scores = [json.loads(path.read_text())["evaluation_results"] for path in sorted((tmp_path / "again").iterdir())]
    assert [each[0]["score_details"]["score"] for each in scores] == [1.0, 0.5]


def test_every_eval_evers_ranges(importing: Importing, tmp_path: Path) -> None:
    def result(score: object, **metric: object) -> dict[str, Any]:
        return {
            "evaluation_name": f"e{score}", "score_details": {"score": score},
            "metric_config": {"lower_is_better": False, **metric}, "evaluation_timestamp": "2026-01-02T00:00:00Z",
        }  # fmt: skip

    results = [
        result(55, min_score=0, max_score=100), result(2, lower_is_better=True), result(7), result(None),
        {"score_details": {}},
    ]  # fmt: skip
    record = {
        "model_info": {"name": "m", "id": "acme/m", "developer": "DeepSeek"}, "evaluation_results": results,
        "retrieved_timestamp": "1767312000", "eval_library": {"name": "lm_eval", "version": "1"},
    }  # fmt: skip
    done, _ = importing("eee", written(tmp_path / "r.json", record))
    row = totals(done).loc["m"]
    assert (row["score"], row["suite"], row["vendor"], row["date"]) == (0.55, "e55", "deepseek", "2026-01-02")
    assert (row["retrieved"], row["harness"]) == ("2026-01-02", "lm_eval 1")
    assert done.dropped_count == 4
    record["retrieved_timestamp"] = "never"
    done, _ = importing("eee", written(tmp_path / "r.json", record))
    assert totals(done)["retrieved"].isna().all()
    with pytest.raises(UsageError, match="is no record of Every Eval Ever"):
        importing("eee", "{}", file="x.json")
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="no JSON file"):
        importing("eee", tmp_path / "none")
