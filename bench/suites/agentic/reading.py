"""Rules on the text of a repository, and tables of a page. It runs in the sandbox, and imports nothing of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase


def broken(files: dict[str, str], rule: tuple[str, ...]) -> list[str]:
    """Where a repository breaks a rule: the rule's name, patterns of files, and what it is about."""
    name, pattern, *about = rule
    if name == "exists":
        return [] if pattern in files else [f"{pattern}: is not there"]
    chosen = {path: ast.parse(text) for path, text in files.items() if _named(path, pattern)}
    return sorted(found for path, tree in chosen.items() for found in _RULES[name](path, tree, about))


def table_rows(text: str) -> list[list[str]]:
    """The rows of a page's tables, heads included, sorted, without rulers, blanks around cells and marks of code."""
    rows = [line.strip().strip("|").split("|") for line in text.split("\n") if line.strip().startswith("|")]
    cells = [[cell.strip().strip("`").strip() for cell in row] for row in rows]
    return sorted(row for row in cells if not all(cell.strip("-: ") == "" for cell in row))


def _named(path: str, pattern: str) -> bool:
    wanted, *but = pattern.split(" but ")
    return fnmatchcase(path, wanted) and not any(fnmatchcase(path, each) for each in but)


def _without_operator(path: str, tree: ast.AST, about: list[str]) -> Iterator[str]:
    """No arithmetic of some kinds, e.g. FloorDiv, Mod; nor what does the same."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op).__name__ in about:
            yield f"{path}: {type(node.op).__name__}"
        elif isinstance(node, ast.Name) and node.id in ("divmod", "round"):
            yield f"{path}: {node.id}"
        elif isinstance(node, ast.Attribute) and node.attr in _METHODS:
            yield f"{path}: {node.attr}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            level = 0 if isinstance(node, ast.Import) else node.level
            yield from (f"{path}: {name}" for name in names if not level and name.partition(".")[0] in _MODULES)


_METHODS = tuple(f"__{kind}{name}__" for kind in ("", "r", "i") for name in ("floordiv", "mod", "divmod", "round"))
_MODULES = ("math", "operator", "_operator", "decimal", "_decimal", "fractions")


def _at_most(path: str, tree: ast.AST, about: list[str]) -> Iterator[str]:
    """Has an operator at most so often."""
    kind, most = about
    found = sum(
        type(node.op).__name__ == kind for node in ast.walk(tree) if isinstance(node, ast.BinOp | ast.AugAssign)
    )
    if found > int(most):
        yield f"{path}: {found} times {kind}"


def _defines(path: str, tree: ast.AST, about: list[str]) -> Iterator[str]:
    """Defines functions of some names at its top."""
    assert isinstance(tree, ast.Module)
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    yield from (f"{path}: no {name}" for name in about if name not in there)


_RULES = {
    "without operator": _without_operator,
    "at most": _at_most,
    "defines": _defines,
}
