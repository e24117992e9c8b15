"""The record of versions: content that changed under an equal version is found, and a damaged record is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.registry import edited, read, versions

TASK = """\
from bench import task

@task(version=VERSION)
def sums():
    yield {"id": 1, "prompt": "1 + 1?", "number": NUMBER}
"""


def write(folder: Path, version: int, number: int) -> None:
    (folder / "task_sums.py").write_text(TASK.replace("VERSION", str(version)).replace("NUMBER", str(number)))


def faults(folder: Path) -> list[str]:
    registry = read([folder])
    return [str(finding) for finding in edited(registry, registry.tasks.values())]


def test_content_is_held_to_the_version_it_was_recorded_under(tmp_path: Path) -> None:
    write(tmp_path, 1, 2)
    assert faults(tmp_path) == [], "nothing is recorded yet"
    registry = read([tmp_path])
    versions.record(registry, [*registry.tasks.values()])
    assert faults(tmp_path) == []
    write(tmp_path, 1, 3)
    (fault,) = faults(tmp_path)
    assert fault.startswith(f"{tmp_path / 'task_sums.py'}: its content changed, but metadata.version is still 1. Raise")
    write(tmp_path, 2, 3)
    assert faults(tmp_path) == []


def test_a_task_that_is_gone_leaves_the_record(tmp_path: Path) -> None:
    write(tmp_path, 1, 2)
    (tmp_path / "versions.json").write_text(json.dumps({"old": {"version": "1", "sha256": "ab"}}))
    registry = read([tmp_path])
    versions.record(registry, [*registry.tasks.values()])
    assert json.loads((tmp_path / "versions.json").read_text()).keys() == {"sums"}


@pytest.mark.parametrize("text", ["{", "[]", '{"sums": 1}', '{"sums": {"version": "1"}}'])
def test_a_damaged_record_is_named_with_its_cure(tmp_path: Path, text: str) -> None:
    write(tmp_path, 1, 2)
    (tmp_path / "versions.json").write_text(text)
    with pytest.raises(UsageError, match=r"versions\.json: is no.*Restore it, or remove it and record anew\."):
        faults(tmp_path)
