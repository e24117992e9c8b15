"""Every Eval Ever, in its shape, made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.claims.totals import judge_folder, text
from bench.errors import UsageError
from bench.importers import eee
from bench.records import Claim
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
    claim = bench("claim", "--candidate", "weak", "--baseline", "good", "--worse-by", "0.9")
    assert claim.code == 4
    assert "claimbench wrote the record of a run" in claim.out
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


INDEPENDENT = {"num_samples": 50, "confidence_interval": {"lower": 0.56, "upper": 0.81}}
CLUSTERED = {"lower": 0.345, "upper": 0.912, "confidence_level": 0.95, "method": "clustered"}


@pytest.mark.parametrize(
    ("uncertainty", "worth", "why"),
    [
        (INDEPENDENT, None, None),
        ({"num_samples": 50, "confidence_interval": {"lower": 0.573, "upper": 0.827}}, None, None),
        ({"num_samples": 50, "standard_error": {"value": 0.065}}, None, None),
        ({"num_samples": 50, "confidence_interval": CLUSTERED}, 6.4, None),
        ({"num_samples": 50, "standard_error": {"value": 0.145, "method": "clustered"}}, 6.5, None),
        ({"num_samples": 50, "confidence_interval": {"lower": -0.5, "upper": 1.5}}, None, "as if nothing had been"),
        ({"num_samples": 50, "confidence_interval": {"method": "by clusters"}}, None, "depend on each other"),
        ({"num_samples": 50, "confidence_interval": {"method": "independent"}}, None, None),
        ({"num_samples": 50, "confidence_interval": {"lower": 0.9, "upper": 0.1}}, None, "interval is none"),
    ],
)
def test_a_stated_interval_that_is_wider_than_the_binomial_decides(
    uncertainty: dict[str, Any], worth: float | None, why: str | None
) -> None:
    found, said = eee._worth(uncertainty, 50, 0.7, 1.0)
    assert found == (None if worth is None else pytest.approx(worth, abs=0.6))
    assert why in said if why and said else said is None and why is None


def test_clustered_records_of_others_claim_no_more_than_their_intervals(importing: Importing, tmp_path: Path) -> None:
    paths = []
    for model, score, interval in (("good", 100, (91, 100)), ("bad", 70, (34.5, 91.2))):
        uncertainty = {"num_samples": 50, "confidence_interval": dict(zip(("lower", "upper"), interval, strict=True))}
        result = {
            "evaluation_name": "e", "metric_config": {"min_score": 0, "max_score": 100},
            "score_details": {"score": score, "uncertainty": uncertainty},
        }  # fmt: skip
        record = {"model_info": {"name": model}, "evaluation_results": [result]}
        paths.append(written(tmp_path / f"{model}.json", record))
    done, _ = importing("eee", *paths)
    assert "WARNING: bad, e: its stated interval is wider than that of 50 independent items" in done.notes[0]
    claim = Claim(name="c", candidate="bad", baseline="good", margins={"worse_by": 0.45})
    judged = judge_folder(done.folder, claim)
    assert judged is not None
    assert judged.verdict == "inconclusive"
    assert "wider than that of 50 independent items" in text(judged)
