"""`--exam-seed`: a fresh exam, asked, kept in the run's folder and scored again."""

from __future__ import annotations

import json
import sys

import pytest

from bench.records.folder import read_rows
from bench.suites.coding.exam import exam
from bench.suites.coding.family import Kind
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

pytestmark = pytest.mark.xdist_group("exam")  # exams are made once a process


@pytest.mark.slow
def test_a_fresh_exam_is_asked_kept_and_scored_again(bench: Bench) -> None:
    values = {item["prompt"]: item["value"] for item in exam(7)[Kind.PREDICT]}

    def script(request: Request) -> Reply:
        return Reply(text=f"```python\n{values[request.prompt]!r}\n```")

    with FakeEndpoint(script) as endpoint:
        bench.configure(endpoint, "good")
        asked = bench("run", "-t", "coding_predict", "--exam-seed", "7", "--limit", "4")
    assert asked.code == 0, asked.err
    [folder] = [path.parent for path in (bench.folder / "results").glob("*/run.json")]
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert manifest["settings"]["exam_seed"] == 7
    assert manifest["tasks"]["coding_predict"]["version"] == "2-exam7"
    kept = (folder / "exam" / "coding_predict.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in kept] == exam(7)[Kind.PREDICT]
    assert [row.score for row in read_rows(folder)[0]] == [1.0] * 4
    again = bench("score", folder.name)
    assert again.code == 0, again.err
    assert "0 calls: 0 scores or outcomes are different." in again.out


def test_a_fresh_exam_that_needs_reasoning_gym_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reasoning_gym", None)
    refused = bench("run", "-t", "reasoning", "--exam-seed", "7", "--dry-run")
    assert (refused.code, "pip install 'claimbench[reasoning]'" in refused.err) == (2, True)


def test_a_files_exam_seed_is_not_for_tasks_that_have_no_generated_items(bench: Bench) -> None:
    (bench.folder / "own.jsonl").write_text('{"id": 1, "prompt": "2 + 2?", "number": 4}\n', encoding="utf-8")
    assert bench("tasks", "new", "own", "--from", "own.jsonl").code == 0
    model = '[models.one]\nmodel = "openai-api/acme/one"\nbase_url = "http://127.0.0.1:1/v1"\n'
    (bench.folder / "bench.toml").write_text(f'[run]\nsuites = ["coding"]\nexam_seed = 2\n{model}')
    asked = bench("run", "-t", "own", "--dry-run")
    assert (asked.code, asked.err) == (0, "")
    refused = bench("run", "-t", "own", "--exam-seed", "2", "--dry-run")
    assert (refused.code, "--exam-seed: no task of own" in refused.err) == (2, True)
