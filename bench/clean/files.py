"""Files of others, opened within bounds: regular files only, none larger than it may be, and no link below a folder.

Every error is an OSError, whose `strerror` is fit for a message: no caller needs another way to report it.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

MOST_BYTES = 256 << 20
"""Of a file that is read as a whole, unless the reader says otherwise."""
MOST_TABLE = 4 << 30
"""Of a table's file."""
MOST_SETTINGS = 16 << 20
"""Of a file of settings that somebody writes by hand."""
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY
_LINKED = (errno.ELOOP, errno.ENOTDIR, errno.EMLINK)
"""What systems say of a link where none may be followed."""


def open_file(path: Path, *, below: Path | None = None, most: int | None = None) -> io.BufferedReader:
    """A regular file of at most so many bytes, for reading; any size by default.

    `below` is a folder that holds it and may come from others: no link is followed from there on, none in its place
    neither. Without it the path is the user's own, and may be a link. OSError if it is a link there, a device, a pipe
    or a folder, or larger; a pipe is never waited for.
    """
    handle = os.open(path, _FLAGS) if below is None else _opened(below, path)
    try:
        about = os.fstat(handle)
        if stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "is a device or a pipe, not a file", str(path))
        if most is not None and about.st_size > most:
            raise _too_large(path, most)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_bytes(path: Path, *, below: Path | None = None, most: int = MOST_BYTES) -> bytes:
    """A whole file, as `open_file` opens it."""
    with open_file(path, below=below, most=most) as file:
        content = file.read(most + 1)  # it may grow meanwhile
    if len(content) > most:
        raise _too_large(path, most)
    return content


def read_text(
    path: Path, *, below: Path | None = None, most: int = MOST_BYTES, encoding: str = "utf-8", errors: str = "strict"
) -> str:
    """A whole text file, its line ends as `Path.read_text` gives them. OSError as above, or UnicodeDecodeError."""
    content = read_bytes(path, below=below, most=most)
    return io.TextIOWrapper(io.BytesIO(content), encoding, errors).read()


def _opened(below: Path, path: Path) -> int:
    """A descriptor of a file below a folder, every part of its path opened from the one that holds it."""
    *parents, name = path.relative_to(below).parts or (".",)
    folder = os.open(below, _FOLDER)
    try:
        for part in parents:
            inner = _part(part, _FOLDER, folder, path)
            os.close(folder)
            folder = inner
        return _part(name, _FLAGS, folder, path)
    finally:
        os.close(folder)


def _part(name: str, flags: int, folder: int, path: Path) -> int:
    try:
        return os.open(name, flags | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno in _LINKED and stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode):
            why = f"{name} is a link, and none is followed there; put the file itself in its place"
            raise OSError(errno.ELOOP, why, str(path)) from error
        if error.errno == errno.ENXIO:  # a socket
            raise OSError(errno.EINVAL, "is a device or a pipe, not a file", str(path)) from error
        error.filename = str(path)
        raise


def _too_large(path: Path, most: int) -> OSError:
    return OSError(errno.EFBIG, f"is larger than {most >> 20} MiB", str(path))
