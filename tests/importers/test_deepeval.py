"""Results of deepeval.

`fixtures/deepeval` was written by deepeval 4.3.1 itself (`evaluate`, exact match; a test run a model) against a local
server whose model "weak" is wrong about odd sums.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import UsageError
from tests.importers.conftest import FIXTURES, Importing, items, written


def test_deepevals_own_files(importing: Importing) -> None:
    done, _ = importing("deepeval", *(FIXTURES / "deepeval" / f"{name}.json" for name in ("good", "weak")))
    table = items(done)
    assert (done.models, done.suites, done.dropped_count) == (("good", "weak"), ("sums",), 0)
    assert table.groupby("model")["score"].agg(["count", "mean"]).to_numpy().tolist() == [[4, 1.0], [4, 0.5]]
    assert not any("a judge's word" in note for note in done.notes), "Exact Match is no judge"


def test_deepeval(importing: Importing, tmp_path: Path) -> None:
    metrics = [{"name": "GEval", "score": 0.7, "success": True, "evaluationModel": "gpt-x"}]
    cases = [
        {"name": "a", "input": "q", "actualOutput": "x", "success": True, "metricsData": metrics},
        {"name": "b", "input": "r", "success": False, "metricsData": []},
        {"name": "c", "input": "s", "success": False, "metricsData": metrics},
    ]
    path = written(tmp_path / "acme.json", {"testRunData": {"identifier": "mine", "testCases": cases}})
    done, _ = importing("deepeval", path)
    assert (done.models, done.suites) == (("acme",), ("mine",))
    assert items(done)["score"].tolist() == [1, 0]
    assert any("a judge's word" in note for note in done.notes)
    assert [each["why"] for each in done.dropped] == ["success is False, and that of its metrics says otherwise"]
    done, _ = importing("deepeval", path, mapping={"metric": "GEval", "model": "=m"})
    assert (items(done)["score"].tolist(), done.models, done.dropped_count) == ([0.7, 0.7], ("m",), 1)
    with pytest.raises(UsageError, match="a list `testCases` is expected"):
        importing("deepeval", "{}", file="x.json")
