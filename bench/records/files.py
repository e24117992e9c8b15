"""The one room that writes below a run folder: files whole or not at all, and no link is ever followed.

A run folder may come from others. Its own path is the user's and taken as it is; every part below it is opened from a
descriptor of the folder that holds it, and refused by name if it is a link. A file is written under a random name and
then renamed, so that what stood in its place, a hard link too, is replaced and never written into.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from bench.errors import IncompleteError, UsageError

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_HALF = re.compile(r"\..+\.[0-9a-f]{16}\.part", re.DOTALL)
"""Names of files and folders while they are written."""
_HALF_S = 10.0
"""What is younger may be held any moment."""


@contextmanager
def lock_folder(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """One process at a time in a folder; the lock goes with the process, however it ends."""
    name = ".begin.lock" if wait else ".lock"
    try:
        with _opened(folder, ()) as inside:
            _refuse_link(folder, (), name, inside)
            handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=inside)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror}). Choose another folder with -o.") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise UsageError(
                f"{folder}: another `bench run` is working on this run. Wait for it, or stop it."
            ) from None
        yield
    finally:
        os.close(handle)


def hold_beside(path: Path, *, alone: bool) -> int:
    """A lock on the file `path`.lock, shared or of one process alone, until the descriptor that it gives is closed.

    BlockingIOError where others hold it, OSError where it cannot be made.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    handle = os.open(f"{path}.lock", flags, 0o600)
    try:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


def write_file(folder: Path, name: str, write: Callable[[IO[bytes]], object]) -> None:
    """Writes the file `name` below a folder, e.g. "charts/levels.svg", so that a crash leaves the old file or the new.

    Raises UsageError if a part of the name is a link, IncompleteError if the disk is full or it cannot be written.
    """
    with _reported(folder / name):
        part = NewFile(folder, name)
        try:
            write(part.file)
            part.keep()
        finally:
            part.close()


def write_text(folder: Path, name: str, text: str) -> None:
    """`write_file` for UTF-8 text."""
    write_bytes(folder, name, text.encode("utf-8"))


def write_bytes(folder: Path, name: str, content: bytes) -> None:
    """`write_file` for what is known already."""
    write_file(folder, name, lambda file: file.write(content))


class NewFile:
    """A file below a folder while it is written: it has a random name until it is kept."""

    def __init__(self, folder: Path, name: str, *, private: bool = False) -> None:
        """Makes it, and the folders that hold it; `private`: nobody but its owner may read it.

        UsageError if a part of the name is a link, else OSError.
        """
        *parents, self._name = _parts(name)
        self._temporary = f".{self._name}.{secrets.token_hex(8)}.part"
        with _opened(folder, parents) as inside:
            _refuse_link(folder, parents, self._name, inside)
            _remove_halves(inside)
            self._inside = os.dup(inside)
        try:
            handle = os.open(self._temporary, _NEW, 0o600 if private else 0o666, dir_fd=self._inside)
            _hold(handle)
        except OSError:
            os.close(self._inside)
            raise
        self.file: IO[bytes] = os.fdopen(handle, "w+b")
        """What to write to, and read back from."""
        self._kept = self._closed = False

    def keep(self) -> None:
        """Gives it its name; what stood there is replaced."""
        self.file.flush()
        os.replace(self._temporary, self._name, src_dir_fd=self._inside, dst_dir_fd=self._inside)
        self._kept = True

    def close(self) -> None:
        """Ends it; a file that was not kept is gone."""
        if self._closed:
            return
        self._closed = True
        if not self._kept:
            with contextlib.suppress(OSError):
                os.unlink(self._temporary, dir_fd=self._inside)
        with contextlib.suppress(OSError):  # its last bytes were flushed where they matter
            self.file.close()
        os.close(self._inside)


def open_log(folder: Path, name: str) -> IO[bytes]:
    """A new file below a folder that has its name at once and grows; an older one is replaced.

    UsageError if a part of the name is a link, IncompleteError if it cannot be written.
    """
    with _reported(folder / name):
        part = NewFile(folder, name)
        try:
            part.keep()
            return os.fdopen(os.dup(part.file.fileno()), "wb")
        finally:
            part.close()


@contextmanager
def new_folder(folder: Path, name: str) -> Iterator[Path]:
    """A folder for others' code to write into; at the end it takes the place of the one below `folder` called `name`;
    without anything in it, there is none afterwards.

    UsageError if that is a link, IncompleteError if it cannot be made.
    """
    with _reported(folder / name), _opened(folder, ()) as inside:
        _refuse_link(folder, (), name, inside)
        _remove_halves(inside)
        temporary = f".{name}.{secrets.token_hex(8)}.part"
        os.mkdir(temporary, dir_fd=inside)
        lock = os.open(temporary, _FOLDER | os.O_NOFOLLOW, dir_fd=inside)
        _hold(lock)
    try:
        yield folder / temporary
        with _reported(folder / name), _opened(folder, ()) as inside:
            _refuse_link(folder, (), name, inside)
            shutil.rmtree(name, ignore_errors=True, dir_fd=inside)
            if any((folder / temporary).iterdir()):
                os.replace(temporary, name, src_dir_fd=inside, dst_dir_fd=inside)
    finally:
        shutil.rmtree(folder / temporary, ignore_errors=True)
        os.close(lock)


def real_folder(parent: Path, name: str) -> Path:
    """The folder `name` below another, made if it is missing. UsageError if it is a link or cannot be made."""
    try:
        with _opened(parent, _parts(name)):
            return parent / name
    except OSError as error:
        raise UsageError(f"{parent / name}: a folder cannot be made there ({error.strerror}).") from error


def fresh_folder(parent: Path, name: str) -> Path:
    """A new, empty folder below another: `name`, or where that is taken `name`-2, `name`-3 and so on.

    UsageError if it cannot be made.
    """
    try:
        with _opened(parent, ()) as inside:
            for number in itertools.count(1):
                free = name if number == 1 else f"{name}-{number}"
                with contextlib.suppress(FileExistsError):
                    os.mkdir(free, dir_fd=inside)
                    return parent / free
    except OSError as error:
        raise UsageError(f"{parent}: a folder cannot be made there ({error.strerror}).") from error
    raise AssertionError("numbers have no end")


def remove_folder(folder: Path) -> None:
    """Removes a folder that this command made; of a link nothing is removed."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_others(folder: Path, name: str, kinds: Collection[str], keep: Collection[str]) -> None:
    """Removes the files below `folder`/`name` that end in one of `kinds`, all but those called as in `keep`.

    UsageError if that folder is a link; links in it are removed themselves, never what they point to.
    """
    if not os.path.lexists(folder / name):
        return
    with _reported(folder / name), _opened(folder, _parts(name)) as inside:
        for entry in sorted(os.listdir(inside)):
            unwanted = entry.rpartition(".")[2] in kinds and entry not in keep
            if unwanted and not stat.S_ISDIR(os.lstat(entry, dir_fd=inside).st_mode):
                os.unlink(entry, dir_fd=inside)


def _hold(handle: int) -> None:
    """Says that a half is being written; where a file system knows no locks, no half is ever removed."""
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_halves(inside: int) -> None:
    """Removes what a killed command left half-written in a folder; what is being written is locked, and stays."""
    for entry in os.listdir(inside):
        if not _HALF.fullmatch(entry):
            continue
        with contextlib.suppress(OSError):  # a link, another's, or gone by now
            handle = os.open(entry, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=inside)
            try:
                about = os.fstat(handle)
                if time.time() - about.st_mtime < _HALF_S:
                    continue
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if stat.S_ISDIR(about.st_mode):
                    shutil.rmtree(entry, dir_fd=inside)
                else:
                    os.unlink(entry, dir_fd=inside)
            finally:
                os.close(handle)


def _parts(name: str) -> tuple[str, ...]:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise UsageError(f"{name!r}: is not the name of a file below a folder.")
    return parts


@contextmanager
def _opened(folder: Path, parents: Collection[str]) -> Iterator[int]:
    """A descriptor of a folder below `folder`, made if it is missing. UsageError if one of `parents` is a link."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, _FOLDER)
    try:
        for at, part in enumerate(parents):
            with contextlib.suppress(FileExistsError):
                os.mkdir(part, dir_fd=handle)
            try:
                inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
            except OSError:
                _refuse_link(folder, [*parents][:at], part, handle)
                raise
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def _refuse_link(folder: Path, parents: Collection[str], name: str, inside: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISLNK(os.lstat(name, dir_fd=inside).st_mode):
            raise UsageError(
                f"{folder.joinpath(*parents, name)}: is a link, and nothing is written through one. "
                "Remove it, then run the same command again."
            )


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise IncompleteError(
            f"{path}: cannot be written ({why}). Every answer is safe in the journal; "
            "make room or access, then run the same command again."
        ) from error
