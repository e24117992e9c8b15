"""SWE-bench's predictions and reports, in the shapes that its harness documents: items that claims work on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench import claims
from bench.errors import UsageError
from bench.records import read_table
from tests.importers.conftest import Importing, items

REPOSITORIES = [f"org{n}__repo{n}" for n in range(30)]
INSTANCES = [f"{repository}-{number}" for repository in REPOSITORIES for number in (1, 2)]
CHEAP, DEAR = "acme/cheap", "acme/dear"


def files(folder: Path, resolved: dict[str, list[str]], **more: Any) -> list[Path]:
    """A file of predictions of both models, and the report of each."""
    lines = [
        {"instance_id": instance, "model_name_or_path": model, "model_patch": f"--- a/{instance}\n"}
        for model in resolved
        for instance in INSTANCES
    ]
    predictions = folder / "preds.jsonl"
    predictions.write_text("".join(json.dumps(line) + "\n" for line in lines))
    paths = [predictions]
    for model, solved in resolved.items():
        failed = [each for each in INSTANCES if each not in (*solved, *more.get("error_ids", ()))]
        report = {"schema_version": 2, "resolved_ids": solved, "unresolved_ids": failed, "empty_patch_ids": [], **more}
        paths.append(folder / f"{model.replace('/', '__')}.run-1.json")
        paths[-1].write_text(json.dumps(report))
    return paths


def test_predictions_become_items_that_claims_judge(importing: Importing, tmp_path: Path) -> None:
    done, manifest = importing("swebench_predictions", *files(tmp_path, {CHEAP: INSTANCES[:50], DEAR: INSTANCES[:52]}))
    rows = items(done)
    assert rows.groupby("model")["score"].sum().to_dict() == {CHEAP: 50.0, DEAR: 52.0}
    assert rows["cluster"].nunique() == 30
    assert rows["cost_usd"].isna().all(), "a prediction says not what it cost"
    assert manifest["models"][CHEAP]["imported"]["harness"] == "SWE-bench's harness; the agent is unknown"
    answers = read_table(done.folder, "answers")
    assert set(answers["answer"]) == {f"--- a/{instance}\n" for instance in INSTANCES}
    [judged] = claims.judge_run(done.folder, claim=claims.adhoc(CHEAP, DEAR, worse_by=0.15)).judgements
    assert str(judged.verdict) == "supported"


def test_what_the_harness_could_not_run_is_missing(importing: Importing, tmp_path: Path) -> None:
    lost = INSTANCES[55:]
    paths = files(tmp_path, {CHEAP: INSTANCES[:50], DEAR: INSTANCES[:50]}, error_ids=lost, empty_patch_ids=[])
    done, _ = importing("swebench_predictions", *paths)
    rows = items(done)
    assert set(rows[rows["score"].isna()]["item"]) == {*lost}
    assert set(rows[pd.isna(rows["score"])]["outcome"]) == {"infrastructure"}


@pytest.mark.parametrize(
    ("without", "words"),
    [(0, "name both"), (2, "no report of 'acme/dear' is among the files: the harness calls it acme__dear.RUN_ID.json")],
)
def test_a_missing_file_is_named(importing: Importing, tmp_path: Path, without: int, words: str) -> None:
    paths = files(tmp_path, {CHEAP: INSTANCES[:50], DEAR: INSTANCES[:52]})
    with pytest.raises(UsageError, match=words):
        importing("swebench_predictions", *(path for at, path in enumerate(paths) if at != without))


def test_reports_that_contradict_each_other_are_refused(importing: Importing, tmp_path: Path) -> None:
    paths = files(tmp_path, {CHEAP: INSTANCES[:50]}, empty_patch_ids=INSTANCES[:1])
    with pytest.raises(UsageError, match="is resolved in one list and not in another"):
        importing("swebench_predictions", *paths)
    paths[1].write_text("{}")
    with pytest.raises(UsageError, match="`resolved_ids` is expected to be a list"):
        importing("swebench_predictions", *paths)
