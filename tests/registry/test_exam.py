"""A fresh exam: generated items replace the shipped ones, under a version and a hash of their own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.registry import LoadedTasks, Registry, read, shipped, with_exam, write_exam

pytestmark = pytest.mark.xdist_group("exam")  # exams are made once a process

NAME = "coding_predict"


def impossible(**_options: object) -> None:
    """A `custom_dataset` that can make no exam."""
    raise ValueError("vans: has too few different instances of level 1.")


def items(registry: Registry) -> list[tuple[str, str]]:
    return [(item.item, item.prompt_sha256) for item in LoadedTasks(registry, [NAME]).items("coding", NAME)]


def test_a_fresh_exam_has_other_items_another_version_and_another_hash(tmp_path: Path) -> None:
    ours = read()
    fresh = with_exam(ours, ["coding"], 7)
    assert [id_ for id_, _ in items(fresh)] == [id_ for id_, _ in items(ours)]
    assert not {prompt for _, prompt in items(fresh)} & {prompt for _, prompt in items(ours)}
    assert (ours.tasks[NAME].version, fresh.tasks[NAME].version) == ("2-exam1", "2-exam7")
    assert fresh.tasks[NAME].sha256 != ours.tasks[NAME].sha256
    assert with_exam(ours, ["coding"], 7).tasks[NAME].sha256 == fresh.tasks[NAME].sha256
    assert fresh.tasks["reasoning_ab"] is ours.tasks["reasoning_ab"]
    loaded = LoadedTasks(fresh, [NAME])
    [first, *_] = loaded.items("coding", NAME)
    write_exam(loaded, tmp_path)
    [path] = tmp_path.glob("exam/*")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert path.name == f"{NAME}.jsonl"
    assert rows[0] == loaded.raw_item(first)
    assert loaded.tasks[NAME].config.process_results.grade(rows[0], f"```\n{rows[0]['value']!r}\n```").score == 1.0


def test_generated_and_shipped_items_make_the_same_prompts() -> None:
    ours = read()
    again = with_exam(with_exam(ours, [NAME], 2), [NAME], 1)
    assert again.tasks[NAME].build is not None
    assert items(again) == items(ours)


def test_without_a_seed_or_with_the_shipped_one_nothing_changes(tmp_path: Path) -> None:
    ours = read()
    assert with_exam(ours, ["coding"], None) is ours
    assert with_exam(ours, ["coding"], 1) == ours
    write_exam(LoadedTasks(ours, [NAME]), tmp_path)
    assert not list(tmp_path.iterdir())


def test_tasks_without_generated_items_are_refused(tmp_path: Path) -> None:
    yaml = (shipped("tasks") / "reasoning" / "_common.yaml").read_text(encoding="utf-8")
    yaml = yaml.replace("bench.hooks.reasoning_items", "bench.hooks.jsonl_items")
    (tmp_path / "mine.yaml").write_text(yaml + "task: mine\nmetadata: {version: 1}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--exam-seed: no task of mine has generated items"):
        with_exam(read([tmp_path]), ["mine"], 7)


def test_our_own_reasoning_families_need_nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reasoning_gym", None)
    fresh = with_exam(read(), ["reasoning_parking", "reasoning_zh"], 7)
    assert fresh.tasks["reasoning_parking"].version == "3-exam7"
    first = LoadedTasks(fresh, ["reasoning_zh_parking"]).items("reasoning_zh", "reasoning_zh_parking")[0]
    assert (first.item, first.language) == ("parking-1-0", "zh")
    cure = r"reasoning-gym cannot be imported \(.*\): pip install 'claimbench\[reasoning\]'"
    with pytest.raises(UsageError, match=cure):
        with_exam(read(), ["reasoning"], 7)


def test_a_seed_without_an_exam_is_the_users_to_change(tmp_path: Path) -> None:
    yaml = (shipped("tasks") / "coding" / "_common.yaml").read_text(encoding="utf-8")
    yaml = yaml.replace("bench.hooks.coding_items", "tests.registry.test_exam.impossible")
    own = "task: mine\ndataset_kwargs: {exam_seed: 1}\nmetadata: {version: 1-exam1}\n"
    (tmp_path / "mine.yaml").write_text(yaml + own, encoding="utf-8")
    with pytest.raises(UsageError, match=r"--exam-seed 7 makes no exam: vans: .* level 1\. Take another seed\."):
        with_exam(read([tmp_path]), ["mine"], 7)


def test_a_strangers_record_names_no_endless_exam() -> None:
    ours = read()
    with pytest.raises(UsageError, match="at most 1,000 instances"):
        with_exam(ours, ["coding"], None, 10**9)
    with pytest.raises(UsageError, match="at most 1,000 instances"):
        with_exam(ours, ["coding"], 7, {NAME: 1001})
