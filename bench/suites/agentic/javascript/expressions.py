"""Expressions of generated repositories' Python, in JavaScript."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable

_BINDING = {"or": 1, "and": 2, "compare": 4, "add": 6, "mul": 7, "unary": 8, "call": 10}
"""How strongly operators bind, as JavaScript has it."""
OPERATORS: dict[type, tuple[str, str]] = {ast.Add: ("+", "add"), ast.Sub: ("-", "add"), ast.Mult: ("*", "mul")}
"""Signs, and how strongly they bind."""
_COMPARED: dict[type, str] = {ast.Eq: "===", ast.NotEq: "!==", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_FUNCTIONS = {"int": "Number", "str": "String", "min": "Math.min", "max": "Math.max"}
_METHODS = {
    "strip": "trim",
    "lower": "toLowerCase",
    "startswith": "startsWith",
    "replace": "replaceAll",
    "append": "push",
    "ljust": "padEnd",
    "partition": "split",
    "items": "entries",
    "assertEqual": "deepEqual",
}
"""Methods by their names here."""
_TESTED = {"isascii": r"/^[\x00-\x7f]*$/", "isdigit": "/^[0-9]+$/"}
Bound = tuple[str, str]
"""A text, and how strongly its outermost operator binds."""


def camel(name: str) -> str:
    """A name as JavaScript writes it."""
    if name == "self":
        return "this"
    if name.startswith("_"):
        return f"inner{name[1:].capitalize()}"
    head, *rest = [name] if name.isupper() else name.split("_")
    return "".join([head, *(part.capitalize() for part in rest)])


def key_of(name: str) -> str:
    """A key of an object."""
    return name if re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) else json.dumps(name, ensure_ascii=False)


def text_of(node: ast.expr | None) -> str:
    """The text that a node is. ValueError where it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError("no text")


class Expressions:
    """Writes expressions of one module; knows which of its names are maps, sets and modules."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.helpers = set[str]()
        """Functions of `common.js` that were used."""
        self.maps, self.sets, self.modules = set[str](), set[str](), set[str]()

    def written(self, node: ast.expr, least: str = "") -> str:
        """An expression, in parentheses where it binds less than what is around it. ValueError for an unknown kind."""
        writer: Callable[[ast.expr], Bound] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if writer is None:
            raise ValueError(f"{self.path}:{node.lineno}: {ast.unparse(node)}")
        text, binding = writer(node)
        return f"({text})" if least and _BINDING[binding] < _BINDING[least] else text

    def _all(self, nodes: list[ast.expr]) -> str:
        return ", ".join(map(self.written, nodes))

    def _constant(self, node: ast.Constant) -> Bound:
        return json.dumps(node.value, ensure_ascii=False), "call"

    def _name(self, node: ast.Name) -> Bound:
        return node.id if node.id in self.modules else camel(node.id), "call"

    def _attribute(self, node: ast.Attribute) -> Bound:
        return f"{self.written(node.value, 'call')}.{camel(node.attr)}", "call"

    def _unaryop(self, node: ast.UnaryOp) -> Bound:
        sign = "!" if isinstance(node.op, ast.Not) else "-"
        return f"{sign}{self.written(node.operand, 'unary')}", "unary"

    def _boolop(self, node: ast.BoolOp) -> Bound:
        if isinstance(node.op, ast.And):
            return " && ".join(self.written(each, "and") for each in node.values), "and"
        parts = [self.written(each, "compare" if isinstance(each, ast.BoolOp) else "and") for each in node.values]
        return " || ".join(parts), "or"

    def _binop(self, node: ast.BinOp) -> Bound:
        left, right = node.left, node.right
        if isinstance(node.op, ast.FloorDiv):
            return f"Math.floor({self.written(left, 'mul')} / {self.written(right, 'unary')})", "call"
        if isinstance(node.op, ast.Mod) and "amount" in ast.unparse(left):  # may be below 0
            self.helpers.add("modulo")
            return f"modulo({self.written(left)}, {self.written(right)})", "call"
        if isinstance(node.op, ast.Mod):
            return f"{self.written(left, 'mul')} % {self.written(right, 'unary')}", "mul"
        sign, binding = OPERATORS[type(node.op)]
        after = "unary" if binding == "mul" else "mul" if sign == "-" else binding
        return f"{self.written(left, binding)} {sign} {self.written(right, after)}", binding

    def _compare(self, node: ast.Compare) -> Bound:
        lefts = [node.left, *node.comparators]
        parts = [self._pair(*each) for each in zip(lefts, node.ops, node.comparators, strict=False)]
        return " && ".join(parts), "and" if len(parts) > 1 else "compare" if " " in parts[0] else "unary"

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> str:
        if isinstance(op, ast.Is | ast.IsNot):
            return f"{self.written(left, 'add')} {'!=' if isinstance(op, ast.IsNot) else '=='} null"
        if not isinstance(op, ast.In | ast.NotIn):
            return f"{self.written(left, 'add')} {_COMPARED[type(op)]} {self.written(right, 'add')}"
        no, among = "!" if isinstance(op, ast.NotIn) else "", self.written(right)
        if isinstance(right, ast.Tuple):
            return f"{no}{among}.includes({self.written(left)})"
        if isinstance(right, ast.Name) and right.id in self.maps | self.sets:
            return f"{no}{among}.has({self.written(left)})"
        return f"{no}Object.hasOwn({among}, {self.written(left)})"

    def _ifexp(self, node: ast.IfExp) -> Bound:
        parts = (self.written(each, "or") for each in (node.test, node.body, node.orelse))
        return "{} ? {} : {}".format(*parts), "or"

    def _list(self, node: ast.List) -> Bound:
        return f"[{self._all(node.elts)}]", "call"

    def _tuple(self, node: ast.Tuple) -> Bound:
        return f"[{self._all(node.elts)}]", "call"

    def _dict(self, node: ast.Dict) -> Bound:
        pairs = self.pairs(node)
        return (f"{{ {', '.join(pairs)} }}" if pairs else "{}"), "call"

    def pairs(self, node: ast.Dict) -> list[str]:
        """The members of an object; a map among them leaves as an object."""
        pairs = []
        for key, value in zip(node.keys, node.values, strict=True):
            text = self.written(value)
            if ast.unparse(value).startswith("report.totals("):
                text = f"Object.fromEntries({text})"
            pairs.append(f"{key_of(text_of(key))}: {text}")
        return pairs

    def _subscript(self, node: ast.Subscript) -> Bound:
        value, key = node.value, node.slice
        if isinstance(key, ast.Slice):
            raise ValueError(f"{self.path}:{node.lineno}: {ast.unparse(node)}")
        if isinstance(value, ast.Name) and value.id in self.maps:
            return f"{self.written(value)}.get({self.written(key)})", "call"
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return f"{self.written(value, 'call')}.{key.value}", "call"
        return f"{self.written(value, 'call')}[{self.written(key)}]", "call"

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> Bound:
        (over,) = node.generators
        if over.ifs:
            raise ValueError(f"{self.path}:{node.lineno}: {ast.unparse(node)}")
        return f"{self.written(over.iter)}.map(({self.written(over.target)}) => {self.written(node.elt)})", "call"

    def _generatorexp(self, node: ast.GeneratorExp) -> Bound:
        return self._listcomp(node)

    def _lambda(self, node: ast.Lambda) -> Bound:
        return f"({self.parameters(node.args)}) => {self.written(node.body)}", "or"

    def parameters(self, args: ast.arguments) -> str:
        """A function's parameters; options that may be left out are an empty object."""
        given = [None] * (len(args.args) - len(args.defaults)) + list(args.defaults)
        return ", ".join(self._parameter(a.arg, d) for a, d in zip(args.args, given, strict=True))

    def _parameter(self, name: str, usual: ast.expr | None) -> str:
        if usual is None:
            return camel(name)
        return f"{camel(name)} = {'{}' if name == 'options' else self.written(usual)}"

    def _call(self, node: ast.Call) -> Bound:
        args = self._all(node.args)
        if isinstance(node.func, ast.Attribute):
            return self._method(node.func.value, node.func.attr, node.args)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "len":
            return f"{self.written(node.args[0], 'call')}.length", "call"
        if name == "sorted":
            self.helpers.add("sortedBy")
            return f"sortedBy({args}, {self.written(node.keywords[0].value)})", "call"
        if name[:1].isupper():
            return f"new {name}({args})", "call"
        return f"{_FUNCTIONS.get(name) or self.written(node.func, 'call')}({args})", "call"

    def _method(self, value: ast.expr, name: str, args: list[ast.expr]) -> Bound:
        of, given = self.written(value, "call"), self._all(args)
        if name in _TESTED:
            return f"{_TESTED[name]}.test({self.written(value)})", "call"
        if name == "get" and len(args) == 2:
            return f"{of}.get({self.written(args[0])}) ?? {self.written(args[1], 'call')}", "or"
        if name == "join":
            return f"{given}.join({of})", "call"
        if name == "zfill":
            return f'{of}.padStart({given}, "0")', "call"
        if name == "assertEqual":
            of = "assert"
        return f"{of}.{_METHODS.get(name, name)}({given})", "call"
