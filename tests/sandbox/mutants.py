"""Seeded small changes to a program: some break it, some do not."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator

Change = Callable[[], None]

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Div, ast.Div: ast.FloorDiv,
    ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult,
}  # fmt: skip


def mutant(source: str, function: str, chance: random.Random) -> str:
    """The source with one change in the function of that name, which must have room for one."""
    tree = ast.parse(source)
    chosen = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
    chance.choice([*_changes(chosen)])()
    return ast.unparse(ast.fix_missing_locations(tree))


def _changes(function: ast.FunctionDef) -> Iterator[Change]:
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
            yield _setting(node, "ops", [_COMPARISONS[type(node.ops[0])](), *node.ops[1:]])
        elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
            yield _setting(node, "op", _OPERATORS[type(node.op)]())
        elif isinstance(node, ast.BoolOp):
            yield _setting(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            yield _setting(node, "value", node.value + 1)
            yield _setting(node, "value", node.value - 1)
        elif isinstance(node, ast.If | ast.While | ast.IfExp):
            yield _setting(node, "test", ast.UnaryOp(ast.Not(), copy.deepcopy(node.test)))
        elif isinstance(node, ast.Return) and node.value is not None:
            yield _setting(node, "value", None)
            yield _setting(node, "value", ast.List([node.value], ast.Load()))
            yield _setting(node, "value", ast.Call(ast.Name("iter", ast.Load()), [node.value], []))


def _setting(node: ast.AST, field: str, value: object) -> Change:
    return lambda: setattr(node, field, value)
