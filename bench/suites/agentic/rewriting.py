"""Rewrites calls of a module's functions as expressions: how copies of arithmetic, and uses of a new version, "
"are made."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Mapping

Body = tuple[list[str], str]
"""A function as an expression: its parameters, and what is written where it is called."""


class _Calls(ast.NodeTransformer):
    def __init__(self, bodies: Mapping[str, Body], imports: Callable[[ast.ImportFrom], bool]) -> None:
        self._bodies, self._imports = bodies, imports

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id not in self._bodies:
            return node
        names, text = self._bodies[node.func.id]
        given: dict[str, ast.expr] = dict(zip(names, node.args, strict=True))
        made: ast.AST = _Names(given).visit(ast.parse(text, mode="eval").body)
        return made

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if self._imports(node) else node


class _Names(ast.NodeTransformer):
    def __init__(self, given: Mapping[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self._given.get(node.id, node)


def rewritten(
    text: str,
    bodies: Mapping[str, Body],
    imports: Callable[[ast.ImportFrom], bool],
    homes: Mapping[str, str] | None = None,
) -> str:
    """A module with the calls rewritten, the named imports taken out, and those of `homes` (name to module) put in."""
    tree = ast.fix_missing_locations(_Calls(bodies, imports).visit(ast.parse(text)))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {*(homes or {})}
    by_home: dict[str, list[str]] = {}
    for name in sorted(used):
        by_home.setdefault((homes or {})[name], []).append(name)
    lines = [f"from {home} import {', '.join(names)}" for home, names in sorted(by_home.items())]
    doc, *rest = tree.body
    kept = [ast.unparse(node) for node in rest if isinstance(node, ast.ImportFrom)]
    others = [_quoted(ast.unparse(node)) for node in rest if not isinstance(node, ast.ImportFrom)]
    head = "\n".join(sorted([*lines, *kept]))
    return (
        f'"""{ast.literal_eval(ast.unparse(doc))}"""\n\n' + "\n\n\n".join([*([head] if head else []), *others]) + "\n"
    )


def _quoted(text: str) -> str:
    """A text of Python with double quotes where that is all that changes."""
    lines = text.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.STRING and token.string[0] == "'" and not {'"', "\n", "\\"} & {*token.string}:
            (row, begin), (_, end) = token.start, token.end
            lines[row - 1] = f'{lines[row - 1][:begin]}"{token.string[1:-1]}"{lines[row - 1][end:]}'
    return "\n".join(lines)
