"""Files of a run folder, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.errors import IncompleteError, UsageError


@contextmanager
def lock_folder(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """One process at a time in a folder; the lock goes with the process, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / (".begin.lock" if wait else ".lock")).open("w")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({error.strerror}). Choose another folder with -o.") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise UsageError(
                f"{folder}: another `bench run` is working on this run. Wait for it, or stop it."
            ) from None
        yield


def write_file(path: Path, write: Callable[[Path], object]) -> None:
    """Writes through a temporary file beside it, so that a crash leaves the old file or the new one.

    Raises IncompleteError if the disk is full or the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise IncompleteError(
            f"{path}: cannot be written ({why}). Every answer is safe in the journal; "
            "make room or access, then run the same command again."
        ) from error


def write_text(path: Path, text: str) -> None:
    """`write_file` for UTF-8 text."""
    write_file(path, lambda part: part.write_text(text, encoding="utf-8"))


def remove_folder(folder: Path) -> None:
    """Removes a folder that is made from other data, before it is written anew."""
    shutil.rmtree(folder, ignore_errors=True)
