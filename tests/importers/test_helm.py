"""Results of HELM.

`fixtures/helm` was written by HELM 0.5.16 itself (`helm-run --run-entries simple_mcqa:model=acme/weak -m 5`, a scripted
client that is wrong above 60; run_spec.json and per_instance_stats.json of each run).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bench import claims
from bench.errors import UsageError
from bench.importers import Imported
from bench.records import read_record
from tests.importers.conftest import FIXTURES, Importing, items, written


def test_helms_own_files(importing: Importing) -> None:
    done, manifest = importing("helm", FIXTURES / "helm")
    table = items(done)
    assert (done.suites, done.dropped_count) == (("simple_mcqa",), 0)
    assert table.groupby("model")["score"].agg(["count", "mean"]).to_numpy().tolist() == [[5, 1.0], [5, 0.4]]
    assert table["item"].nunique() == 5
    assert (table["in_uncached"].min(), set(table["out_total"])) == (385, {1})
    assert manifest["models"]["weak"]["imported"]["raw"] == "acme/weak"


@pytest.mark.parametrize(
    ("table", "field", "value"),
    [
        ("adapter_spec", "max_train_instances", 0),
        ("adapter_spec", "instructions", "Answer wrongly."),
        ("adapter_spec", "method", "generation"),
        ("scenario_spec", "args", {"subject": "x"}),
        ("scenario_spec", "class_name", "x.Other"),
    ],
)
def test_what_was_asked_otherwise_is_another_question(
    importing: Importing, tmp_path: Path, table: str, field: str, value: object
) -> None:
    done = respecified(importing, tmp_path, table, {field: value})
    with pytest.raises(UsageError, match="prompt_sha256 differs"):
        claims.pair(items(done), read_record(done.folder), "weak", "good", done.suites)


def test_unlike_generation_settings_are_told(importing: Importing, tmp_path: Path) -> None:
    done = respecified(importing, tmp_path, "adapter_spec", {"temperature": 2.0, "global_prefix": "Human:"})
    (warning,) = (note for note in done.notes if note.startswith("WARNING"))
    assert "simple_mcqa: the models were asked with unlike settings: " in warning
    assert '"temperature": 2.0' in warning
    pairs = claims.pair(items(done), read_record(done.folder), "weak", "good", done.suites)
    assert len(pairs.candidate.score) == 5, "what a model's chat needs is no other question"


def respecified(importing: Importing, tmp_path: Path, table: str, changes: dict[str, object]) -> Imported:
    """HELM's own files, of which the weak model's run says something else in one table of its spec."""
    copied = Path(shutil.copytree(FIXTURES / "helm", tmp_path / "helm"))
    path = copied / "weak" / "run_spec.json"
    spec = json.loads(path.read_text())
    spec[table] |= changes
    path.write_text(json.dumps(spec))
    done, _ = importing("helm", copied)
    return done


def test_helm(importing: Importing, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "s" / "mmlu:subject=law,model=acme_m"
    spec = {"name": "mmlu:subject=law,model=acme_m", "adapter_spec": {"model": "acme/m"}}
    written(run / "run_spec.json", spec)
    stats = [{"name": {"name": "exact_match"}, "mean": 1.0}, {"name": {"name": "num_output_tokens"}, "sum": 3}]
    rows = [
        {"instance_id": "id1", "train_trial_index": 0, "stats": stats},
        {"instance_id": "id2", "train_trial_index": 0, "stats": []},
        {"instance_id": "id1", "perturbation": {"name": "typos"}, "stats": stats},
        {"stats": stats},
        {"instance_id": "id3", "stats": [{"name": {"name": "exact_match"}, "mean": 1.0, "sum": 0.0, "count": 1}]},
    ]
    path = written(run / "per_instance_stats.json", rows)
    done, _ = importing("helm", tmp_path / "runs")
    table = items(done)
    assert table[["task", "item", "model"]].to_numpy().tolist() == [
        ["mmlu:subject=law", "id1", "m"], ["mmlu:subject=law", "id2", "m"],
    ]  # fmt: skip
    assert table["score"].fillna(-1).tolist() == [1.0, -1]
    assert done.dropped_count == 3
    assert done.dropped[-1]["why"] == "mean 1 is not sum 0 by count 1"
    written(path, [{"instance_id": "a", "stats": [{"name": {"name": "bleu"}, "mean": 0.5}]}])
    with pytest.raises(UsageError, match="--map metric= one of: bleu"):
        importing("helm", path)
    (run / "run_spec.json").unlink()
    with pytest.raises(UsageError, match=r"needs run_spec\.json"):
        importing("helm", path)
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="is no output of HELM"):
        importing("helm", tmp_path / "none")
