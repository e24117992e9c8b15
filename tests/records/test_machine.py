"""The commit and the machine that a run.json names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.records import machine

COMMIT, OTHER = "a" * 40, "b" * 64
PACKED = f"# pack-refs\n{OTHER} refs/heads/x\n{COMMIT} refs/heads/main\n"


def repository(folder: Path, head: str, **files: str) -> Path:
    git = folder / ".git"
    for name, text in {"HEAD": head, **files}.items():
        (git / name).parent.mkdir(parents=True, exist_ok=True)
        (git / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("head", "files", "commit"),
    [
        (f"{COMMIT}\n", {}, COMMIT),
        ("ref: refs/heads/main\n", {"refs/heads/main": f"{OTHER}\n"}, OTHER),
        ("ref: refs/heads/main\n", {"packed-refs": PACKED}, COMMIT),
        ("ref: refs/heads/main\n", {}, None),
        ("ref: ../../secret\n", {"../secret": COMMIT}, None),
        ("ref: /etc/passwd\n", {}, None),
        ("my password\n", {}, None),
    ],
)  # fmt: skip
def test_a_commit_is_read_from_its_own_repository_alone(
    tmp_path: Path, head: str, files: dict[str, str], commit: str | None
) -> None:
    inside = repository(tmp_path, head, **files) / "results" / "deep"
    inside.mkdir(parents=True)
    assert machine.git_commit(inside) == commit


def test_without_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    assert machine.git_commit(Path("/")) is None
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    assert machine.git_commit(tmp_path) is None, "a linked worktree"
    (tmp_path / ".git").unlink()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").symlink_to("/etc/hostname")
    assert machine.git_commit(tmp_path) is None


def test_versions_name_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PACKAGES", ("httpx", "no-such-package"))
    found = machine.installed_versions()
    assert found["no-such-package"] is None
    assert re.match(r"\d+\.\d+", found["httpx"] or "")
    assert re.match(r"3\.\d+", found["python"] or "")


def test_the_machine_is_said_as_far_as_it_explains_a_latency() -> None:
    found = machine.this_machine()
    assert found.cpu
    assert (found.cores or 0) >= 1
    assert (found.memory_bytes or 0) > 1 << 28
    assert found.system
