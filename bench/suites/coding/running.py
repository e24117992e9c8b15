"""Runs programs of our own making, references and their mutants, in this process. Never a model's."""

from __future__ import annotations

import ast
import json
import marshal
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench.sandbox import printed
from bench.scoring.database import script
from bench.suites.coding.family import LOOPS, Args

STEPS = 1_000
"""Thousands of SQLite's steps that a query may take."""
RAISED = "raised"
"""The answer of a program that raised an exception or did not end."""

_ENCODER = json.JSONEncoder(sort_keys=True)

Answer = Callable[[Args], str]
"""A program's answer to an input, as canonical JSON; `RAISED` if there is none."""


def canonical(value: object) -> str:
    """A value as JSON that is equal for equal values: 1, 1.0 and true differ, a tuple is a list."""
    return _ENCODER.encode(value)


def python_answer(source: str | ast.Module, loops: int = LOOPS) -> Answer:
    """The answers of the last function that `source` defines, which may make so many passes of loops for each. A tree
    is changed."""
    tree = ast.parse(source) if isinstance(source, str) else source
    function = tree.body[-1]
    assert isinstance(function, ast.FunctionDef)
    passes: Iterator[int] = iter(())
    namespace: dict[str, Any] = {"_tick": lambda: next(passes)}
    guarded = ast.fix_missing_locations(_LoopGuard().visit(tree))
    exec(compile(guarded, function.name, "exec"), namespace)

    def answer(args: Args) -> str:
        nonlocal passes
        passes = iter(range(loops))
        try:
            return canonical(namespace[function.name](*marshal.loads(marshal.dumps(args))))
        except Exception:
            return RAISED

    return answer


def printed_answer(source: str) -> Answer:
    """What the last function that `source` defines prints, as far as it counts: it returns the lines."""
    lines = python_answer(source)

    def answer(args: Args) -> str:
        given = lines(args)
        if given == RAISED:
            return RAISED
        try:
            return canonical(printed("\n".join(json.loads(given))))
        except TypeError:
            return RAISED

    return answer


class _LoopGuard(ast.NodeTransformer):
    """Makes every pass of a loop, and every call of a function inside the function, call `_tick`, which raises in the
    end."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        for inner in (each for each in node.body if isinstance(each, ast.FunctionDef)):
            inner.body.insert(0, ast.Expr(ast.Call(ast.Name("_tick", ast.Load()), [], [])))
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        return self._guard(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._guard(node)

    def _guard(self, node: ast.For | ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(ast.Call(ast.Name("_tick", ast.Load()), [], [])))
        return node


def sql_answer(query: str, tables: str, *, ordered: bool) -> Answer:
    """A query's rows on a database filled with the input; as a sorted list unless their order counts."""

    def answer(args: Args) -> str:
        database = sqlite3.connect(":memory:")
        left = iter(range(STEPS))
        database.set_progress_handler(lambda: next(left, None) is None, 1000)
        try:
            database.executescript(script(tables, args[0]))
            rows = database.execute(query).fetchall()
        except sqlite3.Error:
            return RAISED
        finally:
            database.close()
        return rows_text(rows, ordered=ordered)

    return answer


def rows_text(rows: Sequence[Sequence[Any]], *, ordered: bool) -> str:
    """Rows as canonical JSON; sorted unless their order counts."""
    texts = [canonical(row) for row in rows]
    return f"[{', '.join(texts if ordered else sorted(texts))}]"
