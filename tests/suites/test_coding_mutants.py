"""The hidden calls must tell wrong code from right: every small mutation of every reference fails one of them."""

from __future__ import annotations

import ast
import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.suites.coding.build import PROBLEMS

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.json")
LOOPS = 10_000

Edit = Callable[[Any], None]

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
SWAPPED_CALLS = {"min": "max", "max": "min"}


def comparison_edits(node: ast.Compare) -> Iterator[tuple[str, Edit]]:
    for place, old in enumerate(node.ops):
        for new in COMPARISONS[type(old)]:

            def edit(target: ast.Compare, place: int = place, new: type[ast.cmpop] = new) -> None:
                target.ops[place] = new()

            yield f"{type(old).__name__} {place} -> {new.__name__}", edit


def deletion_edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    for block in ("body", "orelse"):
        statements = getattr(node, block, None)
        for place, statement in enumerate(statements if isinstance(statements, list) else []):

            def edit(target: Any, block: str = block, place: int = place) -> None:
                getattr(target, block)[place] = ast.Pass()

            yield f"delete line {statement.lineno}", edit


def value_edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            yield f"{value} -> {value + 1}", lambda n: setattr(n, "value", value + 1)
            yield f"{value} -> {value - 1}", lambda n: setattr(n, "value", value - 1)
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in ARITHMETIC:
            other = ARITHMETIC[type(op)]
            yield f"{type(op).__name__} -> {other.__name__}", lambda n: setattr(n, "op", other())
        case ast.BoolOp(op=op):
            swapped = ast.Or if isinstance(op, ast.And) else ast.And
            yield f"-> {swapped.__name__}", lambda n: setattr(n, "op", swapped())
        case ast.Call(func=ast.Name(id=name)) if name in SWAPPED_CALLS:
            yield f"{name} swapped", lambda n: setattr(n.func, "id", SWAPPED_CALLS[name])
        case ast.If() | ast.IfExp() | ast.While():
            yield "negated", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
        case ast.comprehension(ifs=[_, *_]):
            yield "filter negated", lambda n: setattr(n, "ifs", [ast.UnaryOp(ast.Not(), n.ifs[0]), *n.ifs[1:]])


def edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    if isinstance(node, ast.Compare):
        yield from comparison_edits(node)
    elif not isinstance(node, ast.Module):
        yield from deletion_edits(node)
        yield from value_edits(node)


def mutants(source: str) -> Iterator[tuple[str, ast.Module]]:
    """Every mutant with a label that says where and what, independent of the Python version."""
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        where = f"{getattr(node, 'lineno', 0)}:{getattr(node, 'col_offset', 0)}#{index}"
        for what, edit in edits(node):
            mutant = copy.deepcopy(tree)
            for place, target in enumerate(ast.walk(mutant)):
                if place == index:
                    edit(target)
                    break
            yield f"{where} {what}", ast.fix_missing_locations(mutant)


class LoopGuard(ast.NodeTransformer):
    """Makes every pass of a loop call `_tick`, so that a mutant cannot run forever."""

    def visit_For(self, node: ast.For) -> ast.AST:
        return self._guard(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._guard(node)

    def _guard(self, node: ast.For | ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, ast.Expr(ast.Call(ast.Name("_tick", ast.Load()), [], [])))
        return node


def survives(mutant: ast.Module, item: dict[str, Any]) -> bool:
    """Whether the mutant returns the expected value for every hidden call."""
    passes = iter(range(LOOPS))
    namespace: dict[str, Any] = {"_tick": lambda: next(passes)}
    exec(compile(ast.fix_missing_locations(LoopGuard().visit(mutant)), item["id"], "exec"), namespace)
    for call in item["calls"]:
        try:
            got = json.dumps(namespace[item["entry_point"]](*copy.deepcopy(call["args"])), sort_keys=True)
        except Exception:
            return False
        if got != json.dumps(call["value"], sort_keys=True):
            return False
    return True


def test_every_mutant_of_every_reference_is_killed_or_known_to_be_equivalent() -> None:
    survivors: dict[str, str] = {}
    total = 0
    for problem in PROBLEMS:
        item = problem.item()
        assert survives(ast.parse(item["reference"]), item), problem.id
        for label, mutant in mutants(item["reference"]):
            total += 1
            if survives(mutant, item):
                name = hashlib.sha256(f"{problem.id}|{item['reference']}|{label}".encode()).hexdigest()[:12]
                survivors[name] = f"{problem.id} {label}"
    equivalent = json.loads(EQUIVALENT.read_text(encoding="utf-8"))
    assert total > 400
    assert survivors.keys() == equivalent.keys(), {
        "add a call that kills it, or list it as equivalent": {
            k: v for k, v in survivors.items() if k not in equivalent
        },
        "no longer needed in the list": sorted(equivalent.keys() - survivors.keys()),
    }
    assert all(entry["mutant"] == survivors[name] and entry["reason"] for name, entry in equivalent.items())
