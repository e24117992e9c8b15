"""The cache folder: where it is, what its files hash to, and whether there is room."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path

import platformdirs

from bench.errors import UsageError


def cache_dir() -> Path:
    """The folder for weights: `BENCH_WEIGHTS`, else `weights` in the user's cache folder. It may not exist yet."""
    chosen = os.environ.get("BENCH_WEIGHTS")
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("claimbench") / "weights"


def sha256_of_file(path: Path) -> str:
    """The file's sha256 in hex, from its bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_sha256(path: Path, marker: Path) -> str:
    """The file's sha256, remembered in `marker` for as long as the file's size and mtime stay the same."""
    stat = path.stat()
    seen = {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        saved = json.loads(marker.read_text())
        if {"size": saved["size"], "mtime_ns": saved["mtime_ns"]} == seen:
            return str(saved["sha256"])
    digest = sha256_of_file(path)
    # A read-only folder still serves its files; they are hashed at each start.
    with contextlib.suppress(OSError):
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.write_text(json.dumps({"sha256": digest, **seen}))
    return digest


def require_space(folder: Path, size: int) -> None:
    """Raises UsageError unless `folder` has `size` free bytes."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise UsageError(
            f"{folder} has {megabytes(free)} free, {megabytes(size)} are needed: "
            "make room or set BENCH_WEIGHTS to a folder on another disk."
        )


def megabytes(size: int) -> str:
    """A size in bytes as people read it, e.g. "491 MB"."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size:,} bytes"
