"""A folder's versions.json: what each task held at its version, so that content never changes under an equal one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bench import clean
from bench.errors import UsageError
from bench.records import write_text
from bench.registry.checks import TaskFinding
from bench.registry.files import Registry
from bench.registry.taskfile import TaskFile

VERSIONS = "versions.json"
"""Beside the tasks of a folder: each task's version and the sha256 of its content at that version."""


def edited(registry: Registry, files: Iterable[TaskFile]) -> Iterator[TaskFinding]:
    """The tasks whose content is another than recorded for their version. UsageError if the record is damaged."""
    for file in files:
        root = _root(registry, file)
        known = _recorded(root).get(file.name) if root else None
        if known and known["version"] == file.version and known["sha256"] != file.sha256:
            problem = f"its content changed, but metadata.version is still {file.version}."
            cure = "Raise it: results of the two must not be compared."
            yield TaskFinding(str(file.path), "metadata.version", problem, cure)


def record(registry: Registry, files: Sequence[TaskFile]) -> None:
    """Writes the versions of these tasks into their folders' records; tasks that are no longer there leave them."""
    for root in registry.folders:
        mine = {f.name: {"version": f.version, "sha256": f.sha256} for f in files if _root(registry, f) == root}
        kept = {name: entry for name, entry in _recorded(root).items() if name in registry.tasks}
        if mine:
            text = json.dumps({**kept, **mine}, indent=2, sort_keys=True)
            write_text(root, VERSIONS, text + "\n")


def _root(registry: Registry, file: TaskFile) -> Path | None:
    """The task folder that a file belongs to; None for stock tasks."""
    return next((root for root in registry.folders if file.path.is_relative_to(root)), None)


def _recorded(root: Path) -> Mapping[str, Mapping[str, str]]:
    path = root / VERSIONS
    try:
        versions: dict[str, dict[str, str]] = json.loads(clean.read_text(path, most=clean.MOST_SETTINGS))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not JSON ({error}). Restore it, or remove it and record anew.") from error
    sound = isinstance(versions, dict) and all(
        isinstance(entry, dict) and entry.keys() == {"version", "sha256"} for entry in versions.values()
    )
    if not sound:
        raise UsageError(f"{path}: is not a record of versions. Restore it, or remove it and record anew.")
    return versions
