"""Every small mistake that a program can be given: what hidden tests must notice, and what fix items show."""

from __future__ import annotations

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

Edit = Callable[[Any], None]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_SQL = (
    *((r"<=", "<"), (r">=", ">"), (r"<(?![=>])", "<="), (r"(?<!<)>(?!=)", ">="), (r"(?<![<>])=", "<>"), (r"<>", "=")),
    *((r"\bAND\b(?! \d)", "OR"), (r"\bOR\b", "AND"), (r"\bLEFT JOIN\b", "JOIN"), (r"\bDISTINCT ", "")),
    *((r" DESC\b", ""), (r"\bMIN\(", "MAX("), (r"\bMAX\(", "MIN("), (r"\bSUM\(", "MAX("), (r"\bNOT ", "")),
    *((r" \+ ", " - "), (r" - ", " + "), (r" \* ", " + "), (r"\bIS NULL", "IS NOT NULL")),
    *((r"\bIS NOT NULL", "IS NULL"), (r"COALESCE\((\w+(?:\.\w+)?), [^)]*\)", r"\1")),
    *((r"(?s)\b(?:WHERE|HAVING|ORDER BY)\b(?:(?!\b(?:GROUP|HAVING|ORDER|LIMIT|UNION)\b|\)\s+\w+\b).)*", ""),),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A program with one mistake."""

    source: str
    """Its text."""
    label: str
    """Where and what, equal for all instances of a family that only differ in their constants."""

    def digest(self, family: str) -> str:
        """Names it in the list of equivalent mutants."""
        return hashlib.sha256(f"{family}|{self.label}".encode()).hexdigest()[:12]


def python_mutants(source: str) -> Iterator[Mutant]:
    """Swapped comparisons, arithmetic and `and`/`or`, constants off by one, negated tests, deleted statements."""
    return (Mutant(ast.unparse(tree) + "\n", label) for tree, label in python_trees(source))


def python_trees(source: str) -> Iterator[tuple[ast.Module, str]]:
    """The same as syntax trees with their labels, for what only runs them: writing them out takes as long as this."""
    tree = ast.parse(source)
    places = _places(tree)
    counts: Counter[str] = Counter()
    for index, node in enumerate(ast.walk(tree)):
        for what, edit in _edits(node):
            mutant = ast.parse(source)  # 20 times as fast as a copy of the tree
            edit(next(islice(ast.walk(mutant), index, None)))
            label = f"{places[index]} | {what}"
            counts[label] += 1
            yield mutant, f"{label} {counts[label]}"


def count(program: str, *, sql: bool) -> int:
    """How many mutants the functions of a text, or a query, can be given; none of them is made."""
    if sql:
        return sum(1 for _ in _sql_edits(program))
    functions = [node for node in ast.parse(program).body if isinstance(node, ast.FunctionDef)]
    return sum(1 for function in functions for node in ast.walk(function) for _ in _edits(node))


def sql_mutants(query: str) -> Iterator[Mutant]:
    """Swapped comparisons and functions, numbers off by one, clauses and words left out."""
    counts: Counter[str] = Counter()
    for match, new, what in _sql_edits(query):
        text = query[: match.start()] + new + query[match.end() :]
        label = f"{_constants_hidden(query)} | {what}"
        counts[label] += 1
        yield Mutant(text, f"{label} {counts[label]}")


def _sql_edits(query: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """A place, what is to stand there, and how to call it."""
    for pattern, new in _SQL:
        for match in re.finditer(pattern, query):
            yield match, match.expand(new), f"{_constants_hidden(match[0])} -> {_constants_hidden(match.expand(new))}"
    for match in re.finditer(r"\b\d+\b", query):
        yield match, str(int(match[0]) + 1), "one more"
        yield match, str(int(match[0]) - 1), "one less"


def _constants_hidden(text: str) -> str:
    return re.sub(r"\b\d+\b", "#", re.sub(r"'[^']*'", "'#'", text))


def _places(tree: ast.Module) -> list[str]:
    """For every node, in `ast.walk`'s order, the first line of its statement."""
    lines: dict[ast.AST, str] = {tree: ""}
    places = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            lines[node] = _constants_hidden(ast.unparse(node).partition("\n")[0])
        for child in ast.iter_child_nodes(node):
            lines[child] = lines[node]
        places.append(lines[node])
    return places


def _edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    if isinstance(node, ast.Compare):
        yield from _comparison_edits(node)
    elif not isinstance(node, ast.Module):
        yield from _deletions(node)
        yield from _value_edits(node)


def _comparison_edits(node: ast.Compare) -> Iterator[tuple[str, Edit]]:
    for place, old in enumerate(node.ops):
        for new in _COMPARISONS[type(old)]:

            def edit(target: ast.Compare, place: int = place, new: type[ast.cmpop] = new) -> None:
                target.ops[place] = new()

            yield f"{type(old).__name__} -> {new.__name__}", edit


def _deletions(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    for block in ("body", "orelse"):
        statements = getattr(node, block, None)
        for place, statement in enumerate(statements if isinstance(statements, list) else []):

            def edit(target: Any, block: str = block, place: int = place) -> None:
                kept = getattr(target, block)
                kept[place : place + 1] = [] if len(kept) > 1 else [ast.Pass()]

            yield f"delete {_constants_hidden(ast.unparse(statement).partition(chr(10))[0])}", edit


def _value_edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            yield "one more", lambda n: setattr(n, "value", value + 1)
            yield "one less", lambda n: setattr(n, "value", value - 1)
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in _ARITHMETIC:
            other = _ARITHMETIC[type(op)]
            yield f"{type(op).__name__} -> {other.__name__}", lambda n: setattr(n, "op", other())
        case ast.BoolOp(op=op):
            swapped = ast.Or if isinstance(op, ast.And) else ast.And
            yield f"-> {swapped.__name__}", lambda n: setattr(n, "op", swapped())
        case ast.Call(func=ast.Name(id=name)) if name in _CALLS:
            yield f"{name} swapped", lambda n: setattr(n.func, "id", _CALLS[name])
        case ast.If() | ast.IfExp() | ast.While():
            yield "negated", lambda n: setattr(n, "test", ast.UnaryOp(ast.Not(), n.test))
        case ast.comprehension(ifs=[_, *_]):
            yield "filter negated", lambda n: setattr(n, "ifs", [ast.UnaryOp(ast.Not(), n.ifs[0]), *n.ifs[1:]])
