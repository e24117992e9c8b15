"""An agent's workspace: what goes in, and what is found there afterwards, whatever an agent has made of it."""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench import clean
from bench.agents.probe import owned
from bench.errors import BenchError, UsageError

MOST_FILES = 20_000
"""Files of a workspace that are looked at."""
MOST_BYTES = 64 * 2**20
"""Bytes of one changed file that are kept."""
ALL_BYTES = 2**30
"""Bytes of all files that are looked at, holes included."""
MOST_DEPTH = 64
"""Folders within folders that are looked into."""
_SKIPPED = frozenset(("__pycache__", ".git", "node_modules"))


def copy_in(source: Path, workspace: Path, most: int) -> None:
    """Copies a folder's regular files, and its links as they are. UsageError for what is neither, or is too much."""
    size, count, waiting = 0, 0, [(source, workspace, 0)]
    try:
        while waiting:
            place, copy, depth = waiting.pop()
            copy.mkdir()
            copy.chmod(0o755)  # the agent must enter it, whatever this process's umask
            if depth > MOST_DEPTH:
                raise UsageError(f"{source}: holds more than {MOST_DEPTH} folders in one another. Name another.")
            with os.scandir(place) as entries:
                for entry in entries:
                    count += 1
                    size += 0 if entry.is_symlink() else entry.stat(follow_symlinks=False).st_size
                    if size > most or count > MOST_FILES:
                        raise UsageError(
                            f"{source}: holds more than {most / 2**30:g} GiB or {MOST_FILES:,} entries, which is too "
                            "much for an agent. Name a smaller folder."
                        )
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((Path(entry.path), copy / entry.name, depth + 1))
                    else:
                        _copy_entry(entry, copy / entry.name)
    except OSError as error:
        raise UsageError(
            f"{clean.line(str(error.filename or source))}: cannot be copied ({error.strerror})."
        ) from error
    owned(workspace)


def _copy_entry(entry: os.DirEntry[str], target: Path) -> None:
    """Copies a file or a link. UsageError for anything else."""
    mode = entry.stat(follow_symlinks=False).st_mode
    if entry.is_symlink():
        target.symlink_to(Path(entry.path).readlink())
    elif stat.S_ISREG(mode):
        shutil.copyfile(entry.path, target, follow_symlinks=False)
        target.chmod(stat.S_IMODE(mode) & 0o777)
    else:
        raise UsageError(f"{clean.line(entry.path)}: is no file, folder or link. Take it away, or name another.")


def look(folder: Path) -> tuple[dict[str, str], int]:
    """The SHA-256 of the regular files below a folder by path, and how many entries were left out.

    Left out are links, pipes and devices, large files, names that are no clean text, and what lies too deep or beyond
    MOST_FILES and ALL_BYTES; caches of programs and git's own folder are passed over.
    """
    seen: dict[str, str] = {}
    left_out, size, waiting = 0, 0, [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as entries:
                listed = list(itertools.islice(entries, MOST_FILES + 1))
        except OSError:
            left_out += 1
            continue
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                if depth >= MOST_DEPTH or len(waiting) > MOST_FILES:
                    left_out += 1
                elif entry.name not in _SKIPPED:
                    waiting.append((Path(entry.path), depth + 1))
                continue
            name = os.path.relpath(entry.path, folder)
            plain = os.fsencode(name).decode("utf-8", "replace")
            within = len(seen) < MOST_FILES and size < ALL_BYTES
            data = contents(Path(entry.path)) if within and clean.line(plain) == name else None
            if data is None:
                left_out += 1
            else:
                size += len(data)
                seen[name] = hashlib.sha256(data).hexdigest()
    return seen, left_out


def contents(path: Path) -> bytes | None:
    """A file's bytes; None where it is none, is too large, or cannot be read. A link is not followed."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        return file.read() if stat.S_ISREG(about.st_mode) and about.st_size <= MOST_BYTES else None


def copy_out(workspace: Path, out: Path, changed: Iterable[str]) -> None:
    """What was changed, as new files below a folder of the user's."""
    for name in changed:
        data = contents(workspace / name)
        if data is not None:
            target = out / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            target.chmod(0o755 if (workspace / name).stat().st_mode & 0o100 else 0o644)


def lay_out(folder: Path, files: Mapping[str, str]) -> None:
    """Writes files by relative path, all of the same age. BenchError for a path that leads out."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BenchError(f"an item's file '{name}' is not below its folder. Mend the task.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        os.utime(path, (0, 0))
