"""Results of evalscope.

`fixtures/evalscope` was written by evalscope 1.14.1 itself (`general_mcq` of three sums) against a local server whose
model "weak" is wrong about odd sums.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import UsageError
from tests.importers.conftest import FIXTURES, Importing, items, written


def scope(folder: Path) -> Path:
    """evalscope's output of two models on three samples, one of them unusable."""
    for model, values in (("good", (1.0, 1.0, None)), ("weak", (1.0, 0.0, 0.0))):
        reviews, predictions = [], []
        for at, value in enumerate(values):
            score = {"value": {} if value is None else {"acc": value, "f1": 0.5}, "prediction": "2", "explanation": "x"}
            row = {"index": at, "target": ["2"], "sample_score": {"score": score, "sample_id": at, "group_id": at}}
            row["messages"] = [{"role": "user", "content": f"1 + {at}?"}, {"role": "assistant", "content": "2"}]
            reviews.append(json.dumps(row))
            usage = {"input_tokens": 7, "output_tokens": 2, "total_tokens": 9}
            predictions.append(json.dumps({"index": at, "model_output": {"usage": usage, "time": 0.5}}))
        written(folder / "outputs" / "20261130" / "reviews" / model / "sums_default.jsonl", "\n".join(reviews))
        written(folder / "outputs" / "20261130" / "predictions" / model / "sums_default.jsonl", "\n".join(predictions))
    return folder / "outputs"


def test_evalscope(importing: Importing, tmp_path: Path) -> None:
    path = scope(tmp_path)
    done, _ = importing("evalscope", path)
    table = items(done)
    assert table["score"].fillna(-1).tolist() == [1, 1, -1, 1, 0, 0]
    assert (set(table["in_uncached"]), set(table["latency_s"])) == ({7}, {0.5})
    assert table["prompt_sha256"].nunique() == 3
    done, _ = importing("evalscope", path, mapping={"metric": "f1"})
    assert items(done)["score"].dropna().unique().tolist() == [0.5]
    alone = path / "20261130" / "reviews" / "weak" / "sums_default.jsonl"
    old = {"index": 0, "input": "1 + 1?", "sample_score": {"score": {"value": {"acc": 1}}, "generation_index": 2}}
    bad = {"index": "x", "sample_score": {}}
    (path / "20261130" / "predictions" / "weak" / "sums_default.jsonl").unlink()
    alone.write_text(f"{json.dumps(old)}\n{json.dumps(bad)}\n")
    done, _ = importing("evalscope", alone)
    assert items(done)[["repeat", "score"]].to_numpy().tolist() == [[2, 1.0]]
    assert done.dropped_count == 1
    assert any("no predictions beside it" in note for note in done.notes)
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="is no output of evalscope"):
        importing("evalscope", tmp_path / "none")


def test_evalscopes_own_files(importing: Importing) -> None:
    done, _ = importing("evalscope", FIXTURES / "evalscope")
    table = items(done).sort_values(["model", "item"])
    assert done.models == ("good", "weak")
    assert table["score"].tolist() == [1, 1, 1, 0, 1, 0]
    assert table.groupby("item")["prompt_sha256"].nunique().tolist() == [1, 1, 1], "both were asked the same"
    assert (set(table["in_uncached"]), set(table["out_total"])) == ({15}, {3})
    assert table["latency_s"].notna().all()


def test_reviews_that_a_report_contradicts_and_doubled_lines_are_named(importing: Importing, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FIXTURES / "evalscope", tmp_path / "out"))
    metric = {"name": "mean_accuracy", "num": 3, "score": 0.3333}
    metric["categories"] = [{"subsets": [{"name": "sums", "num": 3, "score": 0.3333}]}]
    report = folder / "reports" / "weak" / "general_mcq.json"

    def warned() -> tuple[int, list[str]]:
        done, _ = importing("evalscope", folder)
        return done.dropped_count, [note for note in done.notes if note.startswith("WARNING: ")]

    written(report, {"metrics": [metric]})
    assert warned() == (0, [])
    name = "WARNING: weak, general_mcq_sums.jsonl: "
    for change, words in (({"num": 500}, "samples are 3 of the 500"), ({"score": 0.9}, "accuracy is 0.333, and its")):
        written(report, {"metrics": [metric | change]})
        dropped, [note] = warned()
        assert (dropped, note.startswith(name), words in note) == (0, True, True)
    reviews = folder / "reviews" / "weak" / "general_mcq_sums.jsonl"
    written(report, {"metrics": [metric]})
    lines = reviews.read_text().splitlines()
    reviews.write_text("\n".join([*lines, lines[0]]))
    assert warned() == (1, [])
    reviews.write_text("\n".join(lines[:2]))
    assert warned() == (0, [f"{name}its samples are 2 of the 3 that its results count"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda row: row["messages"].insert(0, {"role": "system", "content": "0"}), "another system prompt than good"),
        (lambda row: row["model_output"].update(model="gpt-9"), "weak: 3 answers name gpt-9 as their model"),
        (lambda row: row["model_output"]["choices"][0]["message"].update(content="z"), "3 of 3 reviews judged another"),
    ],
)
def test_predictions_that_say_otherwise_are_warned_of(
    importing: Importing, tmp_path: Path, change: Callable[[dict[str, object]], None], words: str
) -> None:
    folder = Path(shutil.copytree(FIXTURES / "evalscope", tmp_path / "out"))
    path = folder / "predictions" / "weak" / "general_mcq_sums.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    for row in rows:
        change(row)
    path.write_text("\n".join(map(json.dumps, rows)))
    done, _ = importing("evalscope", folder)
    [warning] = (note for note in done.notes if note.startswith("WARNING: "))
    assert words in warning
