"""`.env` beside bench.toml: read as written, overruled by the process, and never quoted in an error."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.config.environment import environment
from bench.errors import UsageError


def test_without_a_file_the_process_environment_is_all(tmp_path: Path) -> None:
    assert environment(tmp_path, {"A": "1"}) == {"A": "1"}


def test_the_file_adds_and_the_process_wins(tmp_path: Path) -> None:
    text = '# keys\nexport DEEPSEEK_API_KEY=from-file\nOTHER="two words"\nRAW=a$b${HOME}\nEMPTY=\n'
    (tmp_path / ".env").write_text(text)
    found = environment(tmp_path, {"OTHER": "process"})
    assert found == {"DEEPSEEK_API_KEY": "from-file", "OTHER": "process", "RAW": "a$b${HOME}", "EMPTY": ""}


def test_the_file_chooses_no_programs(tmp_path: Path) -> None:
    """A folder may come from others: what is run, and from where, is the process's own choice."""
    names = ("BENCH_WEIGHTS", "PATH", "LD_PRELOAD", "PYTHONPATH", "NODE_OPTIONS", "HOME", "XDG_DATA_HOME")
    keys = ("GITHUB_TOKEN", "LDAP_KEY", "ENVIRONMENT", "PATHFINDER_API_KEY")
    (tmp_path / ".env").write_text("".join(f"{name}=./evil\n" for name in (*names, *keys)))
    assert environment(tmp_path, {}) == dict.fromkeys(keys, "./evil")


@pytest.mark.parametrize(
    ("text", "line"),
    [("A=1\nsk-canary\n", 2), ("A=1\n\n\n=sk-canary\n", 4), ("A=1\r\n\r\nB='sk-canary\r\n", 3), ("sk-canary x=1\n", 1)],
)
def test_an_unreadable_line_is_named_without_its_text(tmp_path: Path, text: str, line: int) -> None:
    (tmp_path / ".env").write_bytes(text.encode())
    with pytest.raises(UsageError) as caught:
        environment(tmp_path, {})
    assert str(caught.value) == f"{tmp_path / '.env'}:{line}: cannot be read. Write NAME=value, one a line."


def test_a_file_of_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\n")
    with pytest.raises(UsageError, match=r"\.env: is not UTF-8 text \(byte 2\)"):
        environment(tmp_path, {})


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("\ufeffA=1\n".encode())
    assert environment(tmp_path, {}) == {"A": "1"}


@pytest.mark.parametrize("put", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_pipe_or_a_device_is_refused_and_not_waited_for(tmp_path: Path, put: Callable[[Path], None]) -> None:
    put(tmp_path / ".env")
    with pytest.raises(UsageError, match=r"\.env: cannot be read \(is a device or a pipe, not a file\)"):
        environment(tmp_path, {})


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to("/nowhere")
    with pytest.raises(UsageError, match=r"\.env: cannot be read"):
        environment(tmp_path, {})


def test_a_folder_of_that_name_holds_no_keys(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert environment(tmp_path, {"A": "1"}) == {"A": "1"}


def test_a_program_that_is_run_is_named_by_the_users_own_environment_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nBENCH_LOOP_PYTHON=./evil.sh\n")
    with pytest.raises(UsageError, match=r"\.env:2: BENCH_LOOP_PYTHON names a program"):
        environment(tmp_path, {})
    assert environment(tmp_path, {"BENCH_LOOP_PYTHON": "mine"})["BENCH_LOOP_PYTHON"] == "mine"
