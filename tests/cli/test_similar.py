"""`bench similar` on a run: its words accuse nobody, and what cannot be told is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.cli.similar import NOT_COPYING
from bench.report.numbers.similar import similar
from bench.stats import similarity
from tests.cli.conftest import Bench
from tests.report.sample_run import ANSWERED, model, write_run

NAMES = {
    "ours": "openai-api/acme/qwen3",
    "theirs": "anthropic/claude-x",
    "third": "openai/gpt-9",
    "fourth": "google/gemini-9",
    "fifth": "openai-api/acme/kimi-k9",
    "sixth": "openai-api/acme/deepseek-v9",
}


def run(folder: Path, *labels: str, items: int = 120) -> Path:
    """The first two succeed and fail together; the others are independent."""
    rng, rows = np.random.default_rng(2), []
    together = rng.random(items) < 0.6
    for at in range(items):
        for label in labels:
            right = together[at] if label in labels[:2] else rng.random() < 0.6
            item = replace(ANSWERED, item=str(at), family=f"f{at % 6}", cluster=f"f{at % 6}", model=label)
            rows.append(replace(item, score=float(right)))
    return write_run(folder, rows, models={label: model(NAMES[label]) for label in labels})


def test_two_that_fail_together_are_told_without_accusing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "DRAWS", 200)
    run(bench.folder / "results" / "r", *NAMES)
    said = bench("similar", "r")
    assert said.code == 0, said.err
    text = " ".join(said.out.split())
    assert "ours and theirs solve and miss the same items more often than unrelated models do" in text
    assert NOT_COPYING in text
    assert "a poor check of the other" in text
    assert "copied" not in text
    found = json.loads(bench("similar", "r", "--json").out)
    assert found["alike"]["residual"]["estimate"] > 0.9
    assert found["alike"]["pairs"] == 14
    assert found["vendors"] == ["qwen", "anthropic"]
    assert "no more often than" in " ".join(
        bench("similar", "r", "--candidate", "third", "--baseline", "ours").out.split()
    )


def test_what_cannot_be_told_is_said(bench: Bench) -> None:
    run(bench.folder / "results" / "r", "ours", "theirs", "third")
    text = " ".join(bench("similar", "r").out.split())
    assert "ours and theirs: not told. It takes 30 items" in text
    assert "Style:" in text
    wrong = bench("similar", "r", "--candidate", "our")
    assert (wrong.code, wrong.err) == (2, "Error: the run has no model 'our'. Did you mean 'ours'?\n")
    assert bench("similar", "r", "--candidate", "theirs").code == 2


@pytest.mark.slow
def test_published_results_of_25_models(tmp_path: Path, bench: Bench) -> None:
    data = Path(__file__).parents[3] / "shared" / "data" / "swebench" / "bash_only_2025-12-10_instances.csv.gz"
    if not data.is_file():
        pytest.skip("the published results are not here")
    assert bench("import", "swebench", str(data), "-o", str(tmp_path / "swe")).code == 0
    found = similar(
        tmp_path / "swe",
        "20251201_mini-v1.17.1_deepseek-v3.2-reasoner",
        "20250802_mini-v1.0.0_claude-4-opus-20250514",
    )
    assert found.alike is not None
    assert found.alike.n == 500
    assert found.alike.reference == pytest.approx(0.05, abs=0.02)
    assert found.alike.excess is not None
    assert (found.alike.excess.low or 0) < 0 < (found.alike.excess.high or 0)
