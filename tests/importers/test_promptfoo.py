"""Results of promptfoo.

`fixtures/promptfoo` was written by promptfoo 0.123.1 itself (three tests, two providers) against a local server whose
model "weak" is wrong about odd sums.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import UsageError
from tests.importers.conftest import FIXTURES, Importing, items, written


def foo(folder: Path) -> Path:
    """promptfoo's results of two providers on three tests."""
    results = []
    for model in ("openai:good", "openai:weak"):
        for test in range(3):
            passed = model == "openai:good" or test == 0
            results.append({
                "promptIdx": 0, "testIdx": test, "provider": {"id": model, "label": ""},
                "prompt": {"raw": f"What is {test} + 1?", "label": "What is {{a}} + 1?"}, "success": passed,
                "score": 1.0 if passed else 0.4, "latencyMs": 1500, "cost": 0.002 if test else 0,
                "gradingResult": {"pass": passed, "reason": "equal"},
                "response": {"output": "1", "cached": test == 2, "tokenUsage": {"prompt": 9, "completion": 2}},
            })  # fmt: skip
    summary = {"version": 3, "timestamp": "2026-11-30T01:02:03Z", "results": results, "prompts": [{"label": "x"}]}
    content = {"results": summary, "config": {"description": "sums"}, "metadata": {"promptfooVersion": "0.123.1"}}
    return written(folder / "foo.json", content)


def test_promptfoo(importing: Importing, tmp_path: Path) -> None:
    path = foo(tmp_path)
    done, manifest = importing("promptfoo", path)
    table = items(done)
    assert done.models == ("openai:good", "openai:weak")
    assert table["score"].tolist() == [1, 1, 1, 1, 0, 0]
    assert table["cost_usd"].fillna(-1).tolist() == [-1, 0.002, 0.002] * 2
    assert table["latency_s"].fillna(-1).tolist() == [1.5, 1.5, -1] * 2, "a cached answer tells no time"
    assert (set(table["suite"]), set(table["in_uncached"])) == ({"sums"}, {9})
    known = manifest["models"]["openai:good"]["imported"]
    assert (known["harness"], known["date"], known["provider"]) == ("promptfoo 0.123.1", "2026-11-30", "openai")
    done, _ = importing("promptfoo", path, mapping={"metric": "score"})
    assert items(done)["score"].tolist() == [1, 1, 1, 1, 0.4, 0.4]
    content = json.loads(path.read_text())
    content["results"]["prompts"] = [{"label": "a"}, {"label": "b"}]
    content["results"]["results"][0] |= {"error": "429", "gradingResult": None}
    content["results"]["results"][1]["provider"] = None
    done, _ = importing("promptfoo", written(path, content))
    assert items(done)["score"].isna().sum() == 1
    assert done.dropped_count == 1
    content["results"]["results"][2] |= {"success": True, "gradingResult": {"pass": False}}
    content["results"]["results"][4] |= {"failureReason": 2, "error": "429"}
    done, _ = importing("promptfoo", written(path, content))
    assert (items(done)["score"].isna().sum(), done.dropped_count) == (2, 2), "a provider's failure is no wrong answer"
    assert "success is True, and its gradingResult says False" in [each["why"] for each in done.dropped]
    assert items(done)["task"].str.startswith("sums: ").all()
    with pytest.raises(UsageError, match="is no result of promptfoo"):
        importing("promptfoo", "{}", file="x.json")
    with pytest.raises(UsageError, match="it is pass or score"):
        importing("promptfoo", path, mapping={"metric": "x"})


def test_promptfoos_own_file(importing: Importing) -> None:
    done, manifest = importing("promptfoo", FIXTURES / "promptfoo" / "results.json")
    table = items(done).sort_values(["model", "item"])
    assert table[["model", "score"]].to_numpy().tolist() == [
        *[["openai:chat:good", 1.0]] * 3,
        *[["openai:chat:weak", score] for score in (0.0, 1.0, 0.0)],
    ]
    assert (set(table["in_uncached"]), set(table["out_total"]), set(table["suite"])) == ({10}, {3}, {"sums"})
    assert table["cost_usd"].isna().all(), "promptfoo writes 0 where it knows no price"
    assert manifest["models"]["openai:chat:weak"]["imported"]["harness"] == "promptfoo 0.123.1"
