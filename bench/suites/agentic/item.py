"""What an item of the suite `agentic` is: a small repository, a task on it, and what is asked of the result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

NODE = "node"
"""The toolchain of items in JavaScript."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenCall:
    """One call that is made on the result, with the answer that is right."""

    module: str
    """The module of the repository that has the function; in JavaScript, its path."""
    function: str
    """Its name."""
    args: tuple[Any, ...]
    """What it is called with: plain values."""
    value: Any
    """The right answer: `["value", it]`, or `["raised", "ValueError"]`. It never enters the sandbox."""
    most_reads: int | None = None
    """The most reads of the paid source whose rows are the first argument, and stay on the trusted side; None where
    none is handed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """Other definitions of what a package is to call, and what must change with them: a copy does not change."""

    appended: Mapping[str, str]
    """Text put at the end of modules, by path."""
    calls: tuple[HiddenCall, ...]
    """Calls, and what is right with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What a result must pass to score 1. All of it stays on the trusted side."""

    calls: tuple[HiddenCall, ...] = ()
    """Hidden calls."""
    swaps: tuple[Swap, ...] = ()
    """Hidden calls of the result with shared functions exchanged."""
    structure: tuple[tuple[str, ...], ...] = ()
    """Rules on the source text, each a rule's name and its arguments; see `structure.py`."""
    tests: str = ""
    """The file of tests that the task asks for; empty where it asks for none."""
    right: tuple[Mapping[str, str], ...] = ()
    """Changed files of implementations that the tests must pass."""
    wrong: tuple[Mapping[str, str], ...] = ()
    """Changed files of implementations that the tests must fail."""
    document: str = ""
    """The file whose text is read by `facts`; empty for none."""
    facts: Any = None
    """What must be read from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgenticItem:
    """One item."""

    id: str
    """Its name, e.g. "report-3"."""
    family: str
    """What kind of work it is."""
    level: int
    """1 to 4: how many files and rules the work concerns."""
    cluster: str
    """The statistical cluster: items of one template are alike."""
    prompt: str
    """The task, as an agent reads it."""
    files: Mapping[str, str]
    """The repository that the agent gets, by relative path."""
    allowed: tuple[str, ...]
    """Which files of its result count: patterns in which `*` stands for any text, `/` included."""
    protected: tuple[str, ...]
    """Files that the task tells to leave alone, as patterns: a change is reported. All that does not count is put back
    as it was, whether it is among them or not."""
    toolchain: str = "python"
    """What the repository's code is run by."""
    solution: Mapping[str, str | None] = field(repr=False)
    """The files that the reference solution changes; None takes a file away."""
    checks: Checks = field(repr=False)
    """What the result must pass."""
    planted: Mapping[str, Mapping[str, str | None]] = field(repr=False)
    """Wrong solutions by name, as `solution` is written: each must score 0."""

    def changed(self, changes: Mapping[str, str | None]) -> dict[str, bytes]:
        """The workspace that the changes of a solution lead to."""
        files = {**self.files, **changes}
        return {path: text.encode() for path, text in files.items() if text is not None}

    def sha256(self) -> str:
        """The SHA-256 of all of it, hidden parts included."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgenticGrade:
    """What became of a result."""

    score: float
    """1 where everything holds, else 0."""
    partial: float
    """The share of what was checked that holds; 0 where nothing could be checked."""
    tampering: tuple[str, ...]
    """What the result did to files that are none of its business, e.g. "changed tests/test_rules.py". It cannot move
    the score, as none of it is used."""
    detail: str
    """What failed first; empty where nothing did. Holds no expected value."""
    infrastructure: bool = False
    """Whether the sandbox failed rather than the result: then the score says nothing."""
    final: bool = True
    """False where a limit of wall time ended it: another try may end otherwise."""
