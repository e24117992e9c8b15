"""A fresh exam: generated items replace the shipped ones, under a version and a hash of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.registry import LoadedTasks, Registry, read, with_exam, write_exam

NAME = "coding_predict"


def items(registry: Registry) -> list[tuple[str, str]]:
    return [(item.item, item.prompt_sha256) for item in LoadedTasks(registry, [NAME]).items("coding", NAME)]


def test_a_fresh_exam_has_other_items_another_version_and_another_hash(tmp_path: Path) -> None:
    shipped = read()
    fresh = with_exam(shipped, ["coding"], 7)
    assert [id_ for id_, _ in items(fresh)] == [id_ for id_, _ in items(shipped)]
    assert not {prompt for _, prompt in items(fresh)} & {prompt for _, prompt in items(shipped)}
    assert (shipped.tasks[NAME].version, fresh.tasks[NAME].version) == ("1-exam1", "1-exam7")
    assert fresh.tasks[NAME].sha256 != shipped.tasks[NAME].sha256
    assert with_exam(shipped, ["coding"], 7).tasks[NAME].sha256 == fresh.tasks[NAME].sha256
    assert fresh.tasks["reasoning_ab"] is shipped.tasks["reasoning_ab"]
    loaded = LoadedTasks(fresh, [NAME])
    [first, *_] = loaded.items("coding", NAME)
    write_exam(loaded, tmp_path)
    [path] = tmp_path.glob("exam/*")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert path.name == f"{NAME}.jsonl"
    assert rows[0] == loaded.raw_item(first)
    assert loaded.tasks[NAME].config.process_results.grade(rows[0], f"```\n{rows[0]['value']!r}\n```").score == 1.0


def test_generated_and_shipped_items_make_the_same_prompts() -> None:
    shipped = read()
    again = with_exam(with_exam(shipped, [NAME], 2), [NAME], 1)
    assert again.tasks[NAME].build is not None
    assert items(again) == items(shipped)


def test_without_a_seed_or_with_the_shipped_one_nothing_changes(tmp_path: Path) -> None:
    shipped = read()
    assert with_exam(shipped, ["coding"], None) is shipped
    assert with_exam(shipped, ["coding"], 1) == shipped
    write_exam(LoadedTasks(shipped, [NAME]), tmp_path)
    assert not list(tmp_path.iterdir())


def test_tasks_without_generated_items_are_refused() -> None:
    with pytest.raises(UsageError, match="--exam-seed: no task of reasoning has generated items"):
        with_exam(read(), ["reasoning"], 7)
