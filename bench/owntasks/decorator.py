"""`@task`: a task whose items, and if need be whose grader, are Python."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError
from bench.owntasks import items
from bench.records import Graded, sha256_of

if TYPE_CHECKING:
    from bench.registry.files import TaskFile

Items = Callable[[], Iterable[Mapping[str, Any]]]
Judge = Callable[[Mapping[str, Any], str], float | Graded]


@dataclass(frozen=True, slots=True)
class PythonTask:
    """A decorated function: what `@task` leaves in its module."""

    items: Items
    """Makes the items, the same ones every time."""
    name: str
    """The task's name."""
    version: int
    """Raise it whenever items, prompts or grader change."""
    licence: str
    """May others use the items?"""
    max_tokens: int
    """Tokens granted to an answer."""
    system: str
    """The system prompt of every item; empty for none."""
    grade: Judge | None
    """Grades an answer; None: by the items' own fields."""
    oracle: Callable[[Mapping[str, Any]], str | None]
    """An answer to an item that must score 1."""
    runs_code: bool
    """Whether `grade` runs an answer in the sandbox."""


def task(
    *,
    version: int,
    name: str = "",
    licence: str = "private",
    max_tokens: int = 512,
    system: str = "",
    grade: Judge | None = None,
    oracle: Callable[[Mapping[str, Any]], str | None] = lambda item: item.get("example"),
    runs_code: bool = False,
) -> Callable[[Items], PythonTask]:
    """Makes a task of a function that yields items (as in `bench.owntasks.items`), named after the function.

    `grade(item, text)` returns a score in [0, 1] or a `Graded`; without it the items' own fields decide. `oracle`
    writes an answer that must score 1, for `bench tasks lint`. Put the function into a file `task_*.py`.
    """

    def made(function: Items) -> PythonTask:
        called = name or getattr(function, "__name__", "")
        items.check_name(called)
        return PythonTask(function, called, version, licence, max_tokens, system, grade, oracle, runs_code)

    return made


def python_tasks(path: Path) -> list[TaskFile]:
    """The tasks of one file, which is imported for that. UsageError if it cannot be, or holds none."""
    spec = importlib.util.spec_from_file_location(f"bench_user_{sha256_of(str(path))[:12]}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickles of the user's look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"{path}: cannot be imported ({type(error).__name__}: {error}).") from error
    found = [value for value in vars(module).values() if isinstance(value, PythonTask)]
    if not found:
        raise UsageError(f"{path}: holds no @task function. Add one, or give the file another name.")
    return [_task_file(path, one) for one in found]


def _task_file(path: Path, one: PythonTask) -> TaskFile:
    from bench.registry.files import TaskFile

    try:
        made = list(one.items())
    except Exception as error:
        raise UsageError(f"{path}: {one.name}() failed ({type(error).__name__}: {error}).") from error
    rows = [(f"{path}: {one.name}() item:{number}", row) for number, row in enumerate(made, 1)]
    if not rows:
        raise UsageError(f"{path}: {one.name}() yields no items.")
    items.check(rows, graded=one.grade is None)
    config = items.config_of(
        one.name,
        version=one.version,
        licence=one.licence,
        max_tokens=one.max_tokens,
        cluster=items.cluster_of(rows),
        system=one.system,
        description=inspect.getdoc(one.items) or "",
    )
    sha256 = sha256_of([config, [dict(row) for _, row in rows], path.read_text(encoding="utf-8")])

    def build() -> Any:
        from bench.registry.chat import ChatTask

        data = items.checked_dataset(rows, graded=one.grade is None)
        return ChatTask({**config, "custom_dataset": lambda **_: {"test": data}, "process_results": _grader(one, rows)})

    return TaskFile(one.name, path, config, sha256, build, len(rows))


def _grader(one: PythonTask, rows: items.Rows) -> Any:
    from bench.scoring import graders

    judge = one.grade
    if judge is None:
        return graders.own_with_code if items.runs_code(rows) else graders.own

    def graded(item: Mapping[str, Any], text: str) -> Graded:
        verdict = judge(item, text)
        return verdict if isinstance(verdict, Graded) else Graded(score=float(verdict), extracted=text or None)

    graded.__name__, graded.__doc__ = one.name, judge.__doc__
    return graders.Grader(graded, oracle=one.oracle, sandboxed=one.runs_code)
