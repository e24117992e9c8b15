"""What the pages share: Markdown tables, and the docstrings of fields, which are the pages' texts."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from typing import Any


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """A table's lines."""
    return [_line(head), _line(("---",) * len(head)).replace(" ", ""), *map(_line, rows)]


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def cell(text: str) -> str:
    """A text that may stand in a table: in one line, its bars escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def field_docs(kind: type[Any]) -> dict[str, str]:
    """The docstrings of a class's fields, enum members and properties by name, inherited ones included."""
    docs: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("bench."):
            docs.update(_own_docs(base))
    return docs


def _own_docs(kind: type[Any]) -> Iterator[tuple[str, str]]:
    module = inspect.getmodule(kind)
    assert module is not None
    tree = ast.parse(inspect.getsource(module))
    [body] = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__]
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef):
            yield node.name, cell(ast.get_docstring(node) or "")
        name = _assigned(node)
        if name and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            yield name, cell(str(after.value.value))


def _assigned(node: ast.stmt) -> str | None:
    target = (
        node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
    )
    return target.id if isinstance(target, ast.Name) else None
