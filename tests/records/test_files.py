"""What is written below a run folder: whole or not at all, never through a link, and nobody else's half is touched."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from bench.errors import IncompleteError, UsageError
from bench.records import files
from bench.records.files import (
    NewFile,
    fresh_folder,
    hold_beside,
    lock_folder,
    new_folder,
    open_log,
    real_folder,
    remove_folder,
    remove_others,
    write_text,
)


def half(folder: Path, name: str, *, age_s: float = 60.0) -> Path:
    """What a killed command left of a file, so many seconds ago; a folder where the name ends in "/"."""
    path = folder / f".{name.rstrip('/')}.{'0' * 16}.part"
    if name.endswith("/"):
        path.mkdir()
        (path / "inside").touch()
    else:
        path.write_text("half")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def test_one_process_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "run"
    with (
        lock_folder(folder),
        pytest.raises(UsageError, match=r"run: another `bench run` is working on this run\. Wait"),
        lock_folder(folder),
    ):
        pass
    with lock_folder(folder), lock_folder(folder, wait=True):
        assert sorted(path.name for path in folder.iterdir()) == [".begin.lock", ".lock"]
    with lock_folder(folder):
        """It is free again."""


def test_a_lock_is_never_made_through_a_link_or_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / ".lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match=r"\.lock: is a link"), lock_folder(tmp_path):
        pass
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file: cannot be written \(File exists\)\. Choose another"):
        lock_folder(tmp_path / "file").__enter__()


def test_many_share_a_lock_beside_a_file_and_one_has_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    shared = [hold_beside(path, alone=False) for _ in range(2)]
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(BlockingIOError):
        hold_beside(path, alone=True)
    assert len(os.listdir("/proc/self/fd")) == before, "what was opened in vain is closed"
    for handle in shared:
        os.close(handle)
    os.close(hold_beside(path, alone=True))
    assert stat.S_IMODE((tmp_path / "journal.db.lock").stat().st_mode) == 0o600
    with pytest.raises(FileNotFoundError):
        hold_beside(tmp_path / "none" / "journal.db", alone=True)


@pytest.mark.parametrize("name", ["", ".", "/a", "../a", "a/../../b", "a\0b"])
def test_a_name_that_leads_elsewhere_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not the name of a file below a folder"):
        write_text(tmp_path / "run", name, "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("link", ["charts", "charts/levels.svg"])
def test_nothing_is_written_through_a_link(tmp_path: Path, link: str) -> None:
    run, other = tmp_path / "run", tmp_path / "other"
    other.mkdir()
    (run / link).parent.mkdir(parents=True)
    (run / link).symlink_to(other)
    with pytest.raises(UsageError, match=rf"{link}: is a link, and nothing is written through one"):
        write_text(run, "charts/levels.svg", "x")
    with pytest.raises(UsageError, match=rf"{link}: is a link"):
        open_log(run, "charts/levels.svg")
    assert list(other.iterdir()) == []


def test_a_file_where_a_folder_belongs_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "charts").touch()
    with pytest.raises(IncompleteError, match=r"charts/a: cannot be written \(Not a directory\)"):
        write_text(tmp_path, "charts/a", "x")
    with pytest.raises(UsageError, match=r"charts/a: a folder cannot be made there \(Not a directory\)\.$"):
        real_folder(tmp_path, "charts/a")
    assert real_folder(tmp_path, "page/a") == tmp_path / "page" / "a"
    assert (tmp_path / "page" / "a").is_dir()


def test_a_file_is_gone_unless_it_is_kept(tmp_path: Path) -> None:
    kept, lost = NewFile(tmp_path, "a/kept"), NewFile(tmp_path, "a/lost", private=True)
    assert stat.S_IMODE(os.fstat(lost.file.fileno()).st_mode) == 0o600
    kept.file.write(b"whole")
    kept.keep()
    for part in (kept, lost, lost):
        part.close()
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "a").iterdir()] == [("kept", b"whole")]


def test_a_file_that_cannot_be_made_leaves_nothing_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(IncompleteError, match="File name too long"):
        write_text(tmp_path, "n" * 240, "x")
    assert len(os.listdir("/proc/self/fd")) == before
    assert list(tmp_path.iterdir()) == []


def test_a_log_grows_under_its_name_and_replaces_an_older_one(tmp_path: Path) -> None:
    write_text(tmp_path, "server.log", "old")
    with open_log(tmp_path, "server.log") as log:
        log.write(b"one\n")
        log.flush()
        assert (tmp_path / "server.log").read_bytes() == b"one\n"
        log.write(b"two\n")
    assert (tmp_path / "server.log").read_bytes() == b"one\ntwo\n"
    assert [path.name for path in tmp_path.iterdir()] == ["server.log"]


def test_a_folder_for_others_takes_the_place_of_the_old_one_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "lm-eval").mkdir()
    (tmp_path / "lm-eval" / "old").touch()
    with new_folder(tmp_path, "lm-eval") as inside:
        (inside / "new").touch()
        assert (tmp_path / "lm-eval" / "old").exists()
    assert [path.name for path in (tmp_path / "lm-eval").iterdir()] == ["new"]
    with new_folder(tmp_path, "lm-eval"):
        """Nothing is put into it."""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_not_finished_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "lm-eval").mkdir()
    with pytest.raises(FileNotFoundError), new_folder(tmp_path, "lm-eval") as inside:
        write_text(inside, "new", (inside / "none").read_text())
    assert [path.name for path in tmp_path.iterdir()] == ["lm-eval"]
    assert list((tmp_path / "lm-eval").iterdir()) == []


def test_a_fresh_folder_takes_the_first_free_name(tmp_path: Path) -> None:
    assert [fresh_folder(tmp_path / "results", "run").name for _ in range(3)] == ["run", "run-2", "run-3"]
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file: a folder cannot be made there \(File exists\)\."):
        fresh_folder(tmp_path / "file", "run")


def test_of_a_folder_of_charts_only_files_of_their_kinds_go(tmp_path: Path) -> None:
    remove_others(tmp_path, "charts", ("svg",), ())
    write_text(tmp_path, "outside.svg", "x")
    for name in ("old.svg", "kept.svg", "notes.txt", "folder.svg/a"):
        write_text(tmp_path, f"charts/{name}", "x")
    (tmp_path / "charts" / "link.svg").symlink_to(tmp_path / "outside.svg")
    remove_others(tmp_path, "charts", ("svg", "png"), ("kept.svg",))
    assert sorted(os.listdir(tmp_path / "charts")) == ["folder.svg", "kept.svg", "notes.txt"]
    assert (tmp_path / "outside.svg").exists()
    (tmp_path / "page").symlink_to(tmp_path / "charts")
    with pytest.raises(UsageError, match="page: is a link"):
        remove_others(tmp_path, "page", ("svg",), ())
    assert (tmp_path / "charts" / "kept.svg").exists()


def test_of_a_link_nothing_is_removed(tmp_path: Path) -> None:
    write_text(tmp_path, "kept/a", "x")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    remove_folder(tmp_path / "link")
    assert (tmp_path / "kept" / "a").exists()


@pytest.mark.parametrize(
    "write", [lambda folder: write_text(folder, "a", "x"), lambda folder: open_log(folder, "a").close()]
)
def test_what_a_killed_command_left_half_written_is_removed(tmp_path: Path, write: Callable[[Path], object]) -> None:
    gone = [half(tmp_path, "items.parquet"), half(tmp_path, "lm-eval/")]
    young, held = half(tmp_path, "young", age_s=0.0), half(tmp_path, "held")
    link = tmp_path / f".link.{'0' * 16}.part"
    link.symlink_to(young)
    (tmp_path / ".config.part").write_text("a file whose name only looks so")
    handle = os.open(held, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    write(tmp_path)
    os.close(handle)
    assert not [path for path in gone if path.exists()]
    assert young.exists()
    assert held.exists()
    assert link.is_symlink()
    assert (tmp_path / ".config.part").exists()


def test_an_error_without_a_number_is_said_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match=r"a: cannot be written \(odd\)"):
        files.write_file(tmp_path, "a", Mock(side_effect=OSError("odd")))
