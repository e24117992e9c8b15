"""What a user can do something about: one clear line, the cure, and an exit code.

BenchError
├── UsageError        exit 2: the command line, bench.toml, a task file or the machine needs a change first
│   └── TaskError     a task file, or one that it reads, with the field at fault
└── IncompleteError   exit 5: the run stopped early; what was answered is kept and `bench run` continues it
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class BenchError(Exception):
    """An error whose message is written for the user and shown without a traceback."""

    exit_code = 1


class UsageError(BenchError):
    """The configuration, the command line or the machine cannot do what was asked (exit 2)."""

    exit_code = 2


class TaskError(UsageError):
    """A task file, or one that it reads, is at fault; as text "path: problem"."""

    def __init__(self, path: Path | str, field: str, problem: str) -> None:
        """`path` may end in a line, after a colon; `field`: the key at fault, "file" for the whole."""
        super().__init__(f"{path}: {problem}")
        self.path = str(path)
        self.field = field
        self.problem = problem


class IncompleteError(BenchError):
    """The run stopped before its plan was finished; it can be continued (exit 5)."""

    exit_code = 5


def suggest(name: str, known: Iterable[str]) -> str:
    """The end of an "unknown name" message: the nearest known name, or all of them.

    Returns text that begins with a space, for appending to a sentence.
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f" Did you mean '{near[0]}'?"
    return f" Known: {', '.join(names)}." if names else " None is defined."
