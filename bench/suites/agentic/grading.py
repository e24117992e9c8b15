"""Grades what an agent left: only files that count are taken, all else is the original's, and it runs in the sandbox.

Hidden calls, expected answers and mutants never enter the agent's workspace, nor expected answers the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from bench import clean
from bench.sandbox import Grade, Limits, ProgramVerdict, ServedCall, TestCall, grade_node, grade_served
from bench.sandbox import grade as grade_calls
from bench.suites.agentic import documents, structure, tests
from bench.suites.agentic.item import NODE, AgenticGrade, AgenticItem, HiddenCall
from bench.suites.agentic.meter import SourceMeter
from bench.suites.agentic.running import program

LIMITS = Limits(cpu_s=10.0)
"""What the calls of one result may use."""
MOST_BYTES = 256 * 2**10
"""Bytes of one file that counts."""
ALL_BYTES = 2 * 2**20
"""Bytes of all of them."""
MOST_FILES = 200
"""How many files may count."""
HOOKS = ("conftest.py", "sitecustomize.py", "usercustomize.py", "pytest.ini", "tox.ini", "setup.cfg")
"""Files that change how tests or the interpreter run: none is used, and each is reported."""
NODE_HOOKS = ("package.json", ".npmrc", ".noderc", "tsconfig.json")
"""The same of node's; and all below a folder `node_modules`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFiles:
    """What is taken of a result."""

    files: Mapping[str, str]
    """The repository that is graded."""
    tampering: tuple[str, ...]
    """What was done to files that do not count."""
    fault: str = ""
    """Why the result cannot be graded; empty where it can."""


def taken(item: AgenticItem, workspace: Mapping[str, bytes]) -> ResultFiles:
    """The repository that is graded: files that count from the result, all others as they were."""
    files = {path: text for path, text in item.files.items() if not counts(item, path)}
    size = count = 0
    fault = ""
    for path in sorted(path for path in workspace if counts(item, path)):
        data = workspace[path]
        size, count = size + len(data), count + 1
        if len(data) > MOST_BYTES or size > ALL_BYTES or count > MOST_FILES:
            fault = fault or "more or larger files than are read"
            continue
        try:
            files[path] = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            fault = fault or f"{path}: is no text in UTF-8"
    return ResultFiles(files=files, tampering=(*_tampering(item, workspace),), fault=fault)


def counts(item: AgenticItem, path: str) -> bool:
    """Whether a file of a result counts: named by an allowed pattern, by no protected one, a plain relative path."""
    parts = path.split("/")
    plain = clean.line(path) == path and "\\" not in path and not {"", ".", ".."} & {*parts}
    hidden = bool({"__pycache__", "node_modules"} & {*parts}) or any(part.startswith(".") for part in parts)
    return plain and not hidden and _named(path, item.allowed) and not _named(path, item.protected)


def _named(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)


def _tampering(item: AgenticItem, workspace: Mapping[str, bytes]) -> Iterator[str]:
    for path, text in item.files.items():
        if _named(path, item.protected) and workspace.get(path) != text.encode():
            yield f"{'changed' if path in workspace else 'removed'} {path}"
    for path in sorted(workspace):
        parts = PurePosixPath(path).parts
        of_node = item.toolchain == NODE and (parts[-1] in NODE_HOOKS or "node_modules" in parts)
        if path not in item.files and (of_node or parts[-1] in HOOKS or parts[-1].endswith(".pth")):
            yield f"added {clean.line(path)}"


def grade(item: AgenticItem, workspace: Mapping[str, bytes]) -> AgenticGrade:
    """The grade of a result: the regular files of the agent's workspace, by relative path.

    Runs in the sandbox in use (`bench.sandbox.using`). Safe to call from several threads.
    """
    result = taken(item, workspace)
    if result.fault:
        return AgenticGrade(score=0.0, partial=0.0, tampering=result.tampering, detail=result.fault)
    passed = total = 0
    detail, lost, final = "", False, True
    for part in _parts(item, result.files):
        passed, total = passed + part.passed, total + part.total
        if part.passed < part.total:
            detail = detail or part.detail
        lost |= part.verdict is ProgramVerdict.SANDBOX_FAILURE
        final &= part.final
    return AgenticGrade(
        score=float(passed == total and not lost),
        partial=passed / total,
        tampering=result.tampering,
        detail=detail,
        infrastructure=lost,
        final=final,
    )


def _parts(item: AgenticItem, files: Mapping[str, str]) -> Iterator[Grade]:
    checks = item.checks
    if checks.calls and item.toolchain == NODE:
        yield grade_node(files, [TestCall((c.module, c.function, c.args), c.value) for c in checks.calls], LIMITS)
    elif checks.calls:
        yield _calls(files, checks.calls)
    for swap in checks.swaps:
        there = {path: f"{files[path]}{text}" for path, text in swap.appended.items() if path in files}
        yield _calls({**files, **there}, swap.calls)
    if checks.tests:
        yield from tests.grades(files, checks, LIMITS)
    if checks.structure:
        yield structure.grade(files, checks.structure)
    if checks.document:
        yield documents.grade(checks.document, files.get(checks.document, ""), checks.facts)


def _calls(files: Mapping[str, str], calls: Sequence[HiddenCall]) -> Grade:
    plain = [TestCall((c.module, c.function, c.args), c.value) for c in calls if c.most_reads is None]
    if plain:
        return grade_calls(program(files), "called", plain, LIMITS)
    return grade_served(program(files), "metered", [_served(call, call.most_reads or 0) for call in calls], LIMITS)


def _served(call: HiddenCall, most: int) -> ServedCall:
    return ServedCall(
        args=(call.module, call.function, call.args[1:]),
        value=call.value,
        serving=lambda: SourceMeter(call.args[0]),
        fine=lambda meter: isinstance(meter, SourceMeter) and meter.reads <= most,
    )
