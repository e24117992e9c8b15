"""Items of `agentic` as task folders of Harbor: its own script grades a workspace as we do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.sandbox import node_trouble
from bench.suites.agentic import AgenticItem, grade, harbor
from bench.suites.agentic.exam import LEVELS, instance
from bench.suites.agentic.families import families
from bench.suites.agentic.item import NODE

PYTHON = "/usr/bin/python3" if os.getuid() == 0 else sys.executable
"""Where root grades, what the agent wrote runs as nobody, who may not look into root's home."""


def rewarded(folder: Path, changes: Mapping[str, str | None], item: AgenticItem) -> str:
    """The reward that an exported task's own script gives a workspace."""
    workspace, logs = folder / "workspace", folder / "logs"
    for path, data in item.changed(changes).items():
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_bytes(data)
    subprocess.run([PYTHON, folder / item.id / "tests" / "grade.py", workspace, logs], check=True)
    shutil.rmtree(workspace)
    return (logs / "reward.txt").read_text().strip()


def exported(item: AgenticItem, folder: Path) -> None:
    """One task folder, whose parts are those that Harbor asks for."""
    harbor.write([item], 1, folder / "tasks")
    shutil.move(folder / "tasks" / item.id, folder)
    task = tomllib.loads((folder / item.id / "task.toml").read_text())
    assert task["task"]["name"] == f"claimbench/{item.id}"
    assert (folder / item.id / "instruction.md").read_text() == item.prompt + "\n"
    for part in ("environment/Dockerfile", "tests/test.sh", "solution/solve.sh"):
        assert (folder / item.id / part).is_file()
    given = {path.relative_to(folder / item.id / "environment/app").as_posix() for path in given_files(folder, item)}
    assert given == {*item.files}


def given_files(folder: Path, item: AgenticItem) -> list[Path]:
    return [path for path in (folder / item.id / "environment/app").rglob("*") if path.is_file()]


@pytest.mark.skipif(not Path(PYTHON).exists(), reason="no python3 of the system's")
def test_a_task_of_harbors_grades_as_we_do(tmp_path: Path) -> None:
    item = instance("drift", 1, 1)
    exported(item, tmp_path)
    assert rewarded(tmp_path, item.solution, item) == "1"
    assert rewarded(tmp_path, {}, item) == "0"


def test_a_task_of_harbors_has_what_runs_it() -> None:
    for family, has in (("report", False), ("report_js", True)):
        text = harbor.texts(instance(family, 1, 0), 1)
        assert ("nodejs" in text["environment/Dockerfile"]) is has
        assert json.loads(text["tests/item.json"])["toolchain"] == ("node" if has else "python")


@pytest.mark.slow
@pytest.mark.skipif(not Path(PYTHON).exists(), reason="no python3 of the system's")
@pytest.mark.parametrize("family", sorted(families()))
def test_every_task_of_harbors_grades_as_we_do(family: str, tmp_path: Path) -> None:
    """The reference scores 1, by its own script too; nothing done, and whatever is planted, 0."""
    item = instance(family, 1, sorted(families()).index(family) % len(LEVELS))
    if item.toolchain == NODE and node_trouble():
        pytest.skip(node_trouble())
    exported(item, tmp_path)
    assert rewarded(tmp_path, item.solution, item) == "1"
    for name, changes in {"nothing done": {}, **item.planted}.items():
        assert rewarded(tmp_path, changes, item) == "0", name
    workspace = tmp_path / "solved"
    shutil.copytree(tmp_path / item.id / "environment/app", workspace)
    subprocess.run(["bash", tmp_path / item.id / "solution/solve.sh", workspace], check=True)
    files = {
        path.relative_to(workspace).as_posix(): path.read_bytes() for path in workspace.rglob("*") if path.is_file()
    }
    assert grade(item, files).score == 1.0


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0 or not Path(PYTHON).exists(), reason="needs root, as Harbor's verifier is")
def test_what_runs_in_harbor_cannot_read_what_is_right(tmp_path: Path) -> None:
    item = instance("report", 1, 0)
    exported(item, tmp_path)
    pkg = next(path for path in item.files if path.endswith("/engine.py")).partition("/")[0]
    path = str(tmp_path / item.id / "tests/item.json")
    peek = (
        f"import json\n\n\ndef run(text, options=None):\n    item = json.load(open({path!r}))\n"
        "    return next(c['value'][1] for c in item['checks']['calls'] if c['args'][0] == text)\n"
    )
    assert rewarded(tmp_path, {f"{pkg}/__init__.py": peek}, item) == "0"
