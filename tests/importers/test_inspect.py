"""Results of Inspect.

`fixtures/inspect` was written by Inspect 0.3.285 itself (`inspect eval sums.py --epochs 2`: four sums, each asked
twice) against a local server whose model "weak" is wrong about odd sums.
"""

from __future__ import annotations

import json
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.importers.archive import Archive
from bench.records import read_table
from tests.importers.conftest import FIXTURES, Importing, items, written

INSPECT = FIXTURES / "inspect"


def as_json(path: Path) -> dict[str, Any]:
    """A .eval file as Inspect's JSON log has it."""
    archive = Archive(path)
    samples = [archive.json(name) for name in archive if name.startswith("samples/")]
    return {**archive.json("header.json"), "samples": samples}


def test_inspects_own_files(importing: Importing, tmp_path: Path) -> None:
    done, manifest = importing("inspect", INSPECT)
    table = items(done).sort_values(["model", "item", "repeat"])
    assert done.models == ("good", "weak")
    assert table.groupby("model")["score"].agg(["count", "mean"]).to_numpy().tolist() == [[8, 1.0], [8, 0.5]]
    assert table["item"].unique().tolist() == ["s23", "s44", "s68", "s72"]
    assert set(table["repeat"]) == {0, 1}
    assert (set(table["in_uncached"]), set(table["out_total"])) == ({5}, {3})
    assert table["cost_usd"].isna().all()
    assert manifest["models"]["weak"]["imported"]["harness"] == "Inspect 0.3.285"
    logs = [written(tmp_path / f"{name}.json", as_json(INSPECT / f"{name}.eval")) for name in ("good", "weak")]
    again, _ = importing("inspect", *logs)
    columns = ["task", "item", "model", "repeat", "score", "prompt_sha256", "latency_s"]
    assert items(again)[columns].to_numpy().tolist() == items(done)[columns].to_numpy().tolist()


def invalidated(log: dict[str, Any]) -> None:
    log["invalidated"] = True
    log["samples"][0]["invalidation"] = {"reason": "bad"}


def changed_samples(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """Changes every sample of a log."""

    def change(log: dict[str, Any]) -> None:
        for sample in log["samples"]:
            sample.update(changes)

    return change


def changed(table: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    """Changes one table of a log, named by its path."""

    def change(log: dict[str, Any]) -> None:
        for name in table.split("."):
            log = log[name]
        log.update(changes)

    return change


SYSTEM = [{"role": "system", "content": "Answer 0."}, {"role": "user", "content": "x"}]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed("plan.config"), None),
        (lambda log: log["samples"].pop(), "weak.json, weak: its samples are 7 of the 8 that its results count"),
        (changed("results", total_samples=500), "its samples are 8 of the 500 that its results count"),
        (changed("results", total_samples=2), "its samples are 8, and its results count 2"),
        (changed("results", completed_samples=2), "its samples are 8, and its results count 2"),
        (changed_samples(scores={"match": {"value": "C"}}), "mean accuracy is 1, and its results say 0.5"),
        (changed_samples(messages=SYSTEM), "sums: weak was asked with another system prompt than good (8 items)"),
        (changed_samples(output={"model": "gpt-9"}), "weak: 8 answers name gpt-9 as their model, though openai-api/"),
        (changed_samples(output={"model": "weak-2026-01-01"}), None),
        (changed("plan.config", temperature=2.0), 'unlike settings: good {}; weak {"temperature": 2.0}'),
        (changed("eval.model_generate_config", max_tokens=1, max_retries=9), 'weak {"max_tokens": 1}'),
        (changed("plan", steps=[{"solver": "system_message", "params": {"template": "x"}}]), '"template": "x"'),
        (changed("eval.task_args", fewshot=5), '{"task_args.fewshot": 5}'),
        (changed("eval.dataset", name="other"), '{"dataset": "other"}'),
        (invalidated, "its owner took it back, or some of its samples"),
        (lambda log: log["samples"].clear(), "weak.json, weak: it holds no samples"),
    ],
)
def test_logs_that_contradict_themselves_or_were_asked_otherwise_are_warned_of(
    importing: Importing, tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str | None
) -> None:
    logs = {name: as_json(INSPECT / f"{name}.eval") for name in ("good", "weak")}
    change(logs["weak"])
    done, _ = importing("inspect", *(written(tmp_path / f"{name}.json", log) for name, log in logs.items()))
    warned = [note for note in done.notes if note.startswith("WARNING: ")]
    assert [words in each if words else each for each in warned] == ([True] if words else [])
    assert done.dropped_count == (words is not None and "its owner" in words)


def test_a_part_that_stands_twice_is_named(importing: Importing, tmp_path: Path) -> None:
    path = tmp_path / "weak.eval"
    shutil.copy(INSPECT / "weak.eval", path)
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("samples/s23_epoch_1.json", json.dumps(as_json(path)["samples"][0]))
    done, _ = importing("inspect", path)
    assert done.items == 8
    [dropped] = done.dropped
    assert dropped["why"] == "stands twice in the file; the last counts, as in Inspect"


def test_inspects_scores(importing: Importing, tmp_path: Path) -> None:
    log = as_json(INSPECT / "good.eval")
    values: list[Any] = ["P", "N", 0.25, {"a": 1}, "bad", None]
    for sample, value in zip(log["samples"], values, strict=False):
        sample["scores"] = {"match": {"value": value}, "other": {"value": "C"}}
    log["samples"][5] |= {"error": {"message": "the model left"}, "scores": None}
    log["samples"][6]["id"] = None
    log["samples"][7]["scores"] = {"other": {"value": "C"}}
    log["status"] = "cancelled"
    path = written(tmp_path / "log.json", log)
    done, _ = importing("inspect", path)
    scores = items(done)["score"].astype(object).where(items(done)["score"].notna(), None).tolist()
    assert scores == [0.5, 0.0, 0.25, None, 1.0]
    assert done.dropped_count == 3
    assert any("its status is cancelled" in note for note in done.notes)
    assert any("--map metric=other" in note for note in done.notes)
    done, _ = importing("inspect", path, mapping={"metric": "other"})
    assert items(done)["score"].mean() == 1.0


def test_files_that_are_no_log_of_inspect(importing: Importing, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no log of Inspect"):
        importing("inspect", "{}", file="log.json")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no log of Inspect"):
        importing("inspect", tmp_path / "empty")
    with zipfile.ZipFile(tmp_path / "other.eval", "w") as file:
        file.writestr("a.txt", "x")
    with pytest.raises(UsageError, match=r"holds no header\.json"):
        importing("inspect", tmp_path / "other.eval")


def test_parts_of_a_zip_are_read_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.eval"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("stored.json", "[1]")
        file.writestr("deflated.json", json.dumps([0] * 5000), zipfile.ZIP_DEFLATED)
        file.writestr("lzma.json", "[1]", zipfile.ZIP_LZMA)
        file.writestr("text.json", "no JSON")
    archive = Archive(path)
    assert archive.json("stored.json") == [1]
    assert len(archive.json("deflated.json")) == 5000
    for name, why in (("lzma.json", "packed by method 14"), ("text.json", "is not JSON")):
        with pytest.raises(UsageError, match=why):
            archive.json(name)
    monkeypatch.setattr("bench.importers.archive.LONGEST_PART", 1000)
    with pytest.raises(UsageError, match="has more than"):
        archive.json("deflated.json")
    with pytest.raises(UsageError, match="is not a whole zip file"):
        Archive(written(tmp_path / "b.eval", "PK"))


def test_a_part_of_a_thousand_times_its_size_and_half_an_emoji(
    importing: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("header.json", "[" + "[]," * 300_000 + "0]")
        file.writestr("half.json", '{"input": "\\ud83d"}')
    monkeypatch.setattr("bench.importers.archive.USUAL_PART", 10_000)
    with pytest.raises(UsageError, match=r"header\.json is damaged"):
        Archive(path).json("header.json")
    assert Archive(path).json("half.json") == {"input": "?"}
    log = as_json(INSPECT / "good.eval")
    log["samples"][0]["output"]["completion"] = [{"a": 1}]
    done, _ = importing("inspect", written(tmp_path / "log.json", log))
    assert '[{"a": 1}]' in read_table(done.folder, "answers")["answer"].tolist()
    monkeypatch.setattr("bench.importers.archive.ALL_PARTS", 20)
    monkeypatch.setattr("bench.importers.archive.RATIO", 0)
    several = Archive(path)
    several.json("half.json")
    with pytest.raises(UsageError, match="its parts unpack to more than"):
        several.json("half.json")


@pytest.mark.parametrize("deep", [900, 200_000])
def test_a_sample_that_cannot_be_read_is_named_and_the_others_are_imported(importing: Importing, deep: int) -> None:
    log = as_json(INSPECT / "good.eval")
    count = len(log["samples"])
    log["samples"][1]["input"] = "HERE [{\\"
    nested = json.dumps(log).replace('"HERE [{\\\\"', "[" * deep + "]" * deep)
    done, manifest = importing("inspect", nested, file="log.json")
    assert len(read_table(done.folder, "answers")) == count - 1
    (dropped,) = manifest["imported"]["dropped"]
    assert dropped == {"row": "log.json sample 2", "why": "is nested too deeply"}


def test_a_part_that_cannot_be_read_is_named_and_the_others_are_imported(
    importing: Importing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = as_json(INSPECT / "good.eval")
    samples = log.pop("samples")
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("header.json", json.dumps(log))
        for at, sample in enumerate(samples):
            file.writestr(f"samples/{at}.json", json.dumps(sample))
        file.writestr("samples/text.json", "no JSON")
        file.writestr("samples/deep.json", "[" * 200_000)
        file.writestr("samples/large.json", "[" + "[]," * 6_000_000 + "0]")
    done, manifest = importing("inspect", path)
    assert len(read_table(done.folder, "answers")) == len(samples)
    why = {row["row"].rpartition("/")[2]: row["why"] for row in manifest["imported"]["dropped"]}
    assert why.keys() == {"text.json", "deep.json", "large.json"}
    assert "is not JSON" in why["text.json"]
    assert "nested too deeply" in why["deep.json"]
    assert "unpacks to more than" in why["large.json"]
    monkeypatch.setattr("bench.importers.archive.ALL_PARTS", 1 << 20)
    with pytest.raises(UsageError, match="its parts unpack to more than"):
        importing("inspect", path)


def test_a_damaged_or_swollen_part_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = (INSPECT / "good.eval").read_bytes()
    path = tmp_path / "a.eval"
    path.write_bytes(real.replace(b"PK\x03\x04", b"PK\x00\x00", 1))
    with pytest.raises(UsageError, match="is not where the directory says"):
        Archive(path).json("_journal/start.json")
    at = real.index(struct.pack("<I", 0xFD2FB528))
    path.write_bytes(real[:at] + b"\0\0\0\0" + real[at + 4 :])
    with pytest.raises(UsageError, match="is damaged"):
        Archive(path).json("_journal/start.json")
    monkeypatch.setattr("bench.importers.archive.MOST_PARTS", 3)
    with pytest.raises(UsageError, match="more than 3 parts"):
        Archive(INSPECT / "good.eval")
