"""`@task`: a task whose items, and if need be whose grader, are Python."""

from __future__ import annotations

import importlib.util
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from bench.errors import TaskError
from bench.records import Graded, sha256_of
from bench.registry.items import strict_json
from bench.registry.own import items
from bench.scoring.graders import Grader

if TYPE_CHECKING:
    from bench.registry.taskfile import TaskFile

Items = Callable[[], Iterable[Mapping[str, Any]]]
Judge = Callable[[Mapping[str, Any], str], float | Graded]


@dataclass(frozen=True, slots=True, kw_only=True)
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
    """Makes a task of a function that yields items (as in `bench.registry.own.items`), named after the function.

    `grade(item, text)` returns a score in [0, 1] or a `Graded`; without it the items' own fields decide. `oracle`
    writes an answer that must score 1, for `bench tasks lint`. Put the function into a file `task_*.py`.
    """

    def made(function: Items) -> PythonTask:
        called = name or getattr(function, "__name__", "")
        items.check_name(called)
        return PythonTask(
            items=function,
            name=called,
            version=version,
            licence=licence,
            max_tokens=max_tokens,
            system=system,
            grade=grade,
            oracle=oracle,
            runs_code=runs_code,
        )

    return made


class _FromSource(SourceFileLoader):
    """Loads what the file says now: bytecode is held to its size and whole second, which an edit may leave alike."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def python_tasks(path: Path) -> list[TaskFile]:
    """The tasks of one file, which is imported for that. UsageError if it cannot be, or holds none."""
    name = f"bench_user_{sha256_of(str(path))[:12]}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_FromSource(name, str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickles of the user's look their module up
    try:
        with redirect_stdout(sys.stderr):  # what a file prints must not stand in the middle of --json
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise TaskError(path, "file", f"cannot be imported ({_why(error)}).") from error
    values = {id(value): value for value in vars(module).values() if isinstance(value, PythonTask)}
    own = [value for value in values.values() if value.items.__module__ == spec.name]
    if not own:
        raise TaskError(path, "file", "holds no @task function. Add one, or give the file another name.")
    return [_task_file(path, value) for value in own]


def _why(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _task_file(path: Path, own: PythonTask) -> TaskFile:
    from bench.registry.taskfile import TaskFile

    made = _made(path, own)
    if made != _made(path, own):
        raise TaskError(path, "file", f"{own.name}() yields other items each time. Seed what it draws at random.")
    rows = [(f"{path}: {own.name}() item:{number}", row) for number, row in enumerate(made, 1)]
    if not rows:
        raise TaskError(path, "file", f"{own.name}() yields no items.")
    items.check(rows, graded=own.grade is None)
    config = items.config_of(
        own.name,
        version=own.version,
        licence=own.licence,
        max_tokens=own.max_tokens,
        cluster=items.cluster_of(rows),
        system=own.system,
        description=inspect.getdoc(own.items) or "",
    )
    sha256 = sha256_of([config, made, path.read_text(encoding="utf-8")])
    return TaskFile(
        name=own.name,
        path=path,
        config=config,
        sha256=sha256,
        build=items.builder(config, rows, _grader(own)),
        count=len(rows),
    )


def _made(path: Path, own: PythonTask) -> list[dict[str, Any]]:
    """The items as JSON keeps them, so that tuples are lists. UsageError naming the item that is not JSON."""
    try:
        with redirect_stdout(sys.stderr):
            yielded = list(own.items())
    except Exception as error:
        raise TaskError(path, "file", f"{own.name}() failed ({_why(error)}).") from error
    made = []
    for number, row in enumerate(yielded, 1):
        try:
            kept = strict_json(json.dumps(row))
        except (TypeError, ValueError, RecursionError) as error:
            raise TaskError(path, "item", f"{own.name}() item:{number}: is not JSON ({error}).") from error
        if not isinstance(kept, dict):
            raise TaskError(path, "item", f"{own.name}() item:{number}: must be a dict.")
        made.append(kept)
    return made


def _grader(own: PythonTask) -> Grader | None:
    """The task's own grader; None where the items' fields decide."""
    judge = own.grade
    if judge is None:
        return None

    def graded(item: Mapping[str, Any], text: str) -> Graded:
        verdict = judge(item, text)
        if isinstance(verdict, Graded):
            return verdict if verdict.score is None else replace(verdict, score=_share(verdict.score))
        return Graded(score=_share(verdict), extracted=text or None)

    graded.__name__, graded.__doc__ = own.name, judge.__doc__
    return Grader(graded, oracle=own.oracle, sandboxed=own.runs_code)


def _share(score: object) -> float:
    if not isinstance(score, int | float) or not 0 <= score <= 1:
        raise ValueError(f"grade() gave {score!r}, which is not a number from 0 to 1")
    return float(score)
