"""What a tester from outside, who had not read the code, got through once."""

from __future__ import annotations

import contextlib
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from bench import registry
from bench.errors import UsageError
from bench.importers import FORMATS, import_results
from bench.records import Secrets, read_record
from tests.claims.test_claims import CLAIM, rows, write

TASK = """task: t
metadata: {version: 1}
dataset_path: json
dataset_kwargs: {data_files: {test: items.jsonl}}
test_split: test
output_type: generate_until
generation_kwargs: {until: [], max_gen_toks: 100}
doc_to_text: "{{q}}"
doc_to_target: "{{a}}"
"""


def task(folder: Path, more: str) -> None:
    folder.mkdir()
    (folder / "items.jsonl").write_text('{"q": "x", "a": "7"}\n')
    (folder / "t.yaml").write_text(TASK + more)


@pytest.mark.parametrize("more", ["hf_evaluate: true", "higher_is_better: true"])
def test_a_metric_is_no_program_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str) -> None:
    """lm-eval looks for an unknown metric in the folder, and runs what is there."""
    monkeypatch.chdir(tmp_path)
    task(tmp_path / "tasks", f"metric_list: [{{metric: tasks/met, aggregation: mean, {more}}}]\n")
    (tmp_path / "tasks" / "met").mkdir()
    (tmp_path / "tasks" / "met" / "met.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    with contextlib.suppress(UsageError):
        registry.LoadedTasks(registry.read([tmp_path / "tasks"]), ["t"])
    assert not (tmp_path / "ran").exists()


def test_a_metric_from_elsewhere_is_a_fault(tmp_path: Path) -> None:
    task(tmp_path / "tasks", "metric_list: [{metric: exact_match, hf_evaluate: true}]\n")
    with pytest.raises(UsageError, match="hf_evaluate would run a program of that name"):
        registry.read([tmp_path / "tasks"])


def test_a_yaml_includes_no_file_of_the_readers_own(tmp_path: Path) -> None:
    (tmp_path / "private.yaml").write_text("description: secret\n")
    task(tmp_path / "tasks", "metric_list: [{metric: exact_match}]\ninclude: ../private.yaml\n")
    with pytest.raises(UsageError, match=r"'\.\./private\.yaml' is not below the task's folder, nor below this one"):
        registry.read([tmp_path / "tasks"])


@pytest.mark.parametrize(
    ("name", "text"), [("aider", "- " * 3000 + "a"), ("aider", "[" * 100_000), ("evalscope", "[" * 500_000)]
)
def test_deep_files_are_one_line(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / ("deep.yml" if name == "aider" else "deep.json")
    path.write_text(text)
    with pytest.raises(UsageError):
        import_results(name, FORMATS[name], [path], results=tmp_path / "results")


def test_a_small_file_of_millions_of_rows_is_refused_in_seconds(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    block = gzip.compress(b'item,model,score\n"' + b" " * 1_000_000, 1)
    path.write_bytes(block + gzip.compress(b" " * 20_000_000) * 20)
    with pytest.raises(UsageError):
        import_results("csv", FORMATS["csv"], [path], results=tmp_path / "results")


@pytest.mark.parametrize("at", ["9999-99-99", "2026-01-01", "soon"])
def test_a_record_whose_times_are_none_is_damaged(tmp_path: Path, at: str) -> None:
    folder = write(tmp_path / "run", rows(12), CLAIM)
    raw: dict[str, Any] = json.loads((folder / "run.json").read_text())
    raw["claims"]["cheap"]["recorded_at"] = at
    (folder / "run.json").write_text(json.dumps(raw))
    with pytest.raises(UsageError, match=r"claims\.cheap\.recorded_at: a time with its zone is needed"):
        read_record(folder)


def test_a_key_echoed_in_any_case_is_masked() -> None:
    key = "sk-Acme-0123456789abcdefXYZ"
    for echo in (key, key.lower(), key.upper(), key.swapcase(), key.capitalize()):
        assert echo[6:] not in Secrets([key])(f"no such key {echo}!")
