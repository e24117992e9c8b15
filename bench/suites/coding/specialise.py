"""Makes an instance's program of a family's reference: `p.name` becomes its value, branches that it decides go."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from bench.suites.coding.family import LEVELS, Params

_JUMPS = (ast.Continue, ast.Break, ast.Return)
_FOLDED = (ast.Compare, ast.BinOp, ast.UnaryOp)


def entry_point(reference: Callable[..., Any]) -> str:
    """The name of the function to write."""
    return reference.__name__.removeprefix("_")


def program(reference: Callable[..., Any], p: Params, inner: Sequence[Callable[..., Any]] = ()) -> str:
    """The reference as source text that runs on its own, for these parameters; `inner` stands at its head."""
    drawn = reference, (*inner,), repr(sorted(vars(p).items()))
    if drawn not in _MADE:
        _MADE[drawn] = _specialised(reference, p, inner)
    return _MADE[drawn]


_MADE: dict[tuple[Callable[..., Any], tuple[Callable[..., Any], ...], str], str] = {}
"""Programs by reference and parameters: a family with few instances draws the same ones again and again."""


def _specialised(reference: Callable[..., Any], p: Params, inner: Sequence[Callable[..., Any]]) -> str:
    function = _parsed(reference)
    del function.args.args[0]
    function.body[:0] = [_parsed(each) for each in inner]
    names = {each.__name__: entry_point(each) for each in inner}
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    inlined = _Inline(p).visit(function)
    return ast.unparse(ast.fix_missing_locations(inlined)) + "\n"


def _parsed(function: Callable[..., Any]) -> ast.FunctionDef:
    """The function's tree, under the name that an item has for it."""
    tree = ast.parse(_source(function)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.name = entry_point(function)
    return tree


@functools.cache
def _source(reference: Callable[..., Any]) -> str:
    return textwrap.dedent(inspect.getsource(reference))


class _Inline(ast.NodeTransformer):
    def __init__(self, p: Params) -> None:
        self._p = p
        self._above = vars(p).get("level", 0) > max(LEVELS)
        self._tests: set[ast.AST] = set()

    def visit(self, node: ast.AST) -> Any:
        """Notes first which of its expressions are asked only whether they are true."""
        tested = [node.test] if isinstance(node, ast.If | ast.IfExp | ast.While) else []
        tested += node.ifs if isinstance(node, ast.comprehension) else []
        tested += [node.operand] if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else []
        tested += node.values if isinstance(node, ast.BoolOp) and node in self._tests else []
        self._tests.update(tested)
        return super().visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """From level 5 on, what a function takes and returns is named without an import: anything is an `object`."""
        named = [*(each.annotation for each in node.args.args), node.returns] if self._above else []
        for part in (part for each in named if each for part in ast.walk(each)):
            if isinstance(part, ast.Name) and part.id == "Any":
                part.id = "object"
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "p":
            return ast.parse(repr(getattr(self._p, node.attr)), mode="eval").body
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call of another function of the family, `_name(p, x)`, is `name(x)`."""
        if (
            isinstance(node.func, ast.Name)
            and node.args
            and isinstance(node.args[0], ast.Name)
            and node.args[0].id == "p"
        ):
            node.func.id = node.func.id.removeprefix("_")
            del node.args[0]
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> Any:
        self.generic_visit(node)
        return (node.body if node.test.value else node.orelse) if isinstance(node.test, ast.Constant) else node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        return (node.body if node.test.value else node.orelse) if isinstance(node.test, ast.Constant) else node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """`x and True` is `x` only where no more than its truth counts; `True and x` is `x` everywhere."""
        self.generic_visit(node)
        decides = isinstance(node.op, ast.Or)
        tested = node in self._tests
        rest: list[ast.expr] = []
        for value in node.values:
            if not isinstance(value, ast.Constant) or (rest and not tested):
                rest.append(value)
            elif bool(value.value) is decides:
                return value
        if not rest:
            return node.values[-1]
        node.values = rest
        return node if len(rest) > 1 else rest[0]

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Folds what has become a constant, and drops what stands behind a jump."""
        super().generic_visit(node)
        for block in ("body", "orelse"):
            statements: Any = getattr(node, block, None)
            for at, statement in enumerate(statements if isinstance(statements, list) else []):
                if isinstance(statement, _JUMPS):
                    del statements[at + 1 :]
        negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        if isinstance(node, _FOLDED) and not negative and _is_constant(node):
            value = eval(compile(ast.fix_missing_locations(ast.Expression(node)), "constant", "eval"))
            return ast.parse(repr(value), mode="eval").body
        return node


def _is_constant(node: ast.AST) -> bool:
    leaves = (ast.operator, ast.unaryop, ast.cmpop, ast.expr_context, ast.Constant, ast.Tuple, ast.List, *_FOLDED)
    return all(isinstance(part, leaves) for part in ast.walk(node))
