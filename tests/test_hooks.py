"""Stable names: each stands for code, in the place of the path of before, and a task keeps its hash under either."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import hooks
from bench.registry import LoadedTasks, read, shipped
from bench.registry.items import dataset
from bench.registry.own import draft

BEFORE = Path(__file__).parent / "fixtures" / "before" / "bench-tasks"
NAMED = re.compile(r"!function (\S+)")


@pytest.mark.parametrize("name", sorted(set(hooks.__all__) - {"OLD_PATHS", "find", "hashed", "name_of"}))
def test_a_name_stands_for_code(name: str) -> None:
    assert getattr(hooks, name) is hooks.find(f"bench.hooks.{name}")
    assert callable(getattr(hooks, name))
    assert name in dir(hooks)


@pytest.mark.parametrize(("old", "stable"), hooks.OLD_PATHS.items())
def test_an_old_path_is_found_and_hashed(old: str, stable: str) -> None:
    assert hooks.find(old) is hooks.find(stable)
    assert (hooks.hashed(stable), hooks.hashed(old)) == (old, old)


def test_what_is_no_hook_is_said() -> None:
    assert hooks.hashed("utils.load") == "utils.load"
    with pytest.raises(LookupError):
        hooks.find("utils.load")
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        hooks.find("bench.hooks.nonsense")


def test_importing_the_names_loads_no_code() -> None:
    loaded = "sorted(name for name in sys.modules if name.startswith(('bench', 'yaml', 'lm_eval')))"
    code = f"import bench.hooks, sys; print(*{loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["bench", "bench.hooks", "bench.late"]


def test_shipped_and_new_tasks_name_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "code.jsonl").write_text((BEFORE / "own_code.jsonl").read_text())
    (tmp_path / "answer.jsonl").write_text((BEFORE / "own_answer.jsonl").read_text())
    for kind in ("code", "answer"):
        draft(f"own_{kind}", tmp_path / f"{kind}.jsonl", tmp_path / "new").write()
    files = [*shipped("tasks").rglob("*.yaml"), *(tmp_path / "new").glob("*.yaml")]
    named = [name for path in files for name in NAMED.findall(path.read_text(encoding="utf-8"))]
    assert len(named) > 10
    assert [name for name in named if not name.startswith("bench.hooks.")] == []


def test_a_task_keeps_its_hash_under_stable_names(tmp_path: Path) -> None:
    before = {name: file.sha256 for name, file in read([BEFORE]).tasks.items() if file.path.suffix == ".yaml"}
    shutil.copytree(BEFORE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py"))
    changed = 0
    for path in tmp_path.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        renamed = NAMED.sub(lambda match: f"!function {hooks.OLD_PATHS[match[1]]}", text)
        path.write_text(renamed, encoding="utf-8")
        changed += renamed != text
    assert changed == len(before) == 9
    assert {name: file.sha256 for name, file in read([tmp_path]).tasks.items()} == before


def stand_in(**_: Any) -> Any:
    """Items from another place than the old path names."""
    return {"test": dataset([{"id": "moved", "prompt": "?", "answer": "x"}], ["id"])}


def test_an_old_path_is_found_where_the_code_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(hooks._HOMES, "own_items", "tests.test_hooks:stand_in")
    items = LoadedTasks(read([BEFORE]), ["own_answer"]).items("own", "own_answer")
    assert [item.item for item in items] == ["moved"]


def test_code_beside_a_yaml_is_found_there(tmp_path: Path) -> None:
    text = (BEFORE / "hand.yaml").read_text().replace("bench.scoring.graders.answer_tag", "mine.grade")
    (tmp_path / "hand.yaml").write_text(text)
    shutil.copy(BEFORE / "hand.jsonl", tmp_path)
    (tmp_path / "mine.py").write_text("from bench.hooks import answer_tag as grade\n")
    loaded = LoadedTasks(read([tmp_path]), ["hand"])
    assert loaded.tasks["hand"].config.process_results is hooks.answer_tag
