"""How long files and functions are, and that everything public is explained."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.sources import Sources, at

FUNCTION, FILE, DATA = 80, 350, 400
"""Most lines of a function, of a file, and of one that only holds data."""


def short(sources: Sources) -> Iterator[str]:
    """Files and functions stay short."""
    for file in sources.files:
        lines = len(file.text.splitlines())
        if lines > (DATA if only_holds_data(file.tree) else FILE):
            yield f"{file.path}: {lines} lines"
        for node in file.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                if node.end_lineno - node.lineno >= FUNCTION:
                    yield at(file, node, f"{node.name} has {node.end_lineno - node.lineno + 1} lines")


def only_holds_data(tree: ast.Module) -> bool:
    """Whether a module is imports, constants and classes whose methods are a docstring and a statement or two."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return not {*tree.body} & {*functions} and all(len(node.body) <= 3 for node in functions)


def explained(sources: Sources) -> Iterator[str]:
    """Everything public has a docstring."""
    for file in sources.files:
        yield from (f"{file.path}: {name} is not explained" for name in undocumented(file.tree))


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Public names without a docstring: the module, functions, classes and their methods, dataclass fields."""
    if tree.body and not ast.get_docstring(tree):
        yield "the module"
    yield from _undocumented_in(tree, "")


def _undocumented_in(parent: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    for place, node in enumerate(parent.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            if not ast.get_docstring(node):
                yield prefix + node.name
            if isinstance(node, ast.ClassDef):
                yield from _undocumented_in(node, f"{prefix}{node.name}.")
        elif isinstance(parent, ast.ClassDef) and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            private = node.target.id.startswith("_") or "ClassVar" in ast.unparse(node.annotation)
            after = parent.body[place + 1] if place + 1 < len(parent.body) else None
            if not private and not _is_text(after):
                yield f"{prefix}{node.target.id}"


def _is_text(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
