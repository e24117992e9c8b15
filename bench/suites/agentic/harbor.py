"""Items as task folders of Harbor: https://harborframework.com/docs/tasks."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.errors import IncompleteError, UsageError
from bench.records import write_text
from bench.suites.agentic import harborgrade, inside, reading
from bench.suites.agentic.exam import INSTANCES, LEVELS, SHIPPED_SEED, instance
from bench.suites.agentic.families import families as every_family
from bench.suites.agentic.item import NODE, AgenticItem

__all__ = ["SHIPPED_SEED", "chosen", "texts", "write"]
MINUTES = 15.0
"""How long an agent may work, as in our own runs."""
DOCKERFILE = """FROM python:3.12-slim
{node}WORKDIR /app
COPY app/ /app/
"""
WITH_NODE = "RUN apt-get update && apt-get install -y --no-install-recommends nodejs && rm -rf /var/lib/apt/lists/*\n"
TASK = """schema_version = "1.1"

[task]
name = "claimbench/{item.id}"
description = "claimbench, suite agentic, family {item.family}, level {item.level}"
keywords = ["{item.family}", "{item.toolchain}"]

[metadata]
category = "programming"
family = "{item.family}"
level = {item.level}
cluster = "{item.cluster}"
exam_seed = {exam_seed}
item_sha256 = "{sha256}"

[verifier]
timeout_sec = 1800.0

[agent]
timeout_sec = {seconds}

[environment]
build_timeout_sec = 600.0
cpus = 1
memory_mb = 2048
storage_mb = 4096
"""
TEST = """#!/bin/bash
python3 /tests/grade.py /app /logs/verifier
"""
SOLVE = """#!/bin/bash
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
cd "${1:-/app}"
cp -r "$here/files/." .
"""


def chosen(
    exam_seed: int, instances: int | None = None, families: Sequence[str] = (), levels: Sequence[str] = ()
) -> list[AgenticItem]:
    """The items of an exam that are named; all where nothing is. UsageError for a family or level that there is not."""
    known = {"--families": [*every_family()], "--levels": [str(level) for level in LEVELS]}
    for option, words in (("--families", families), ("--levels", levels)):
        if odd := [word for word in words if word not in known[option]]:
            raise UsageError(f"{option}: there is no {odd[0]!r}. Choose of {', '.join(known[option])}.")
    places = range(instances or INSTANCES)
    wanted = [at for at in places if not levels or str(LEVELS[at % len(LEVELS)]) in levels]
    return [instance(name, exam_seed, at) for name in (families or known["--families"]) for at in wanted]


def texts(item: AgenticItem, exam_seed: int) -> dict[str, str]:
    """The files of an item's task folder, by path in it. Hidden parts lie in `tests` and `solution` alone."""
    kept = {path: text for path, text in item.solution.items() if text is not None}
    gone = "".join(f"rm -f {path}\n" for path, text in item.solution.items() if text is None)
    hidden = {
        "files": dict(item.files),
        "toolchain": item.toolchain,
        "allowed": item.allowed,
        "protected": item.protected,
        "checks": asdict(item.checks),
    }
    return {
        "instruction.md": f"{item.prompt}\n",
        "task.toml": TASK.format(item=item, exam_seed=exam_seed, sha256=item.sha256(), seconds=60 * MINUTES),
        "environment/Dockerfile": DOCKERFILE.format(node=WITH_NODE if item.toolchain == NODE else ""),
        **{f"environment/app/{path}": text for path, text in item.files.items()},
        "tests/test.sh": TEST,
        "tests/grade.py": inspect.getsource(harborgrade),
        "tests/inside.py": inspect.getsource(inside),
        "tests/reading.py": inspect.getsource(reading),
        "tests/item.json": json.dumps(hidden),
        "solution/solve.sh": SOLVE + gone,
        **{f"solution/files/{path}": text for path, text in kept.items()},
    }


def write(items: Iterable[AgenticItem], exam_seed: int, folder: Path) -> int:
    """Writes a task folder for each item into a new folder; how many. UsageError where it is there, or cannot "
    "be made."""
    written = 0
    try:
        folder.mkdir(parents=True)
        for item in items:
            for path, text in texts(item, exam_seed).items():
                place = folder / item.id / path
                place.parent.mkdir(parents=True, exist_ok=True)
                write_text(place.parent, place.name, text)
            written += 1
    except FileExistsError as error:
        raise UsageError(f"{folder}: is there already. Name a new folder.") from error
    except (OSError, IncompleteError) as error:
        raise UsageError(f"{folder}: cannot be written ({error}).") from error
    return written
