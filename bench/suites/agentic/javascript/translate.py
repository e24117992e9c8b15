"""Writes a module of a generated repository in JavaScript.

Knows the Python that these repositories are written in, and refuses what it does not know with ValueError.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from bench.suites.agentic.javascript.expressions import OPERATORS, Expressions, camel, text_of

LONG = 90
"""Characters of a list from which each of its members has a line."""
RAISED = {"ValueError": "RangeError", "KeyError": "RangeError"}
"""Errors, by their names here."""
COMMON = """/** What every module may need. */

/** What is left of a whole number when it is divided; never below 0 where the divisor is above. */
export function modulo(number, divisor) {
  return number - divisor * Math.floor(number / divisor);
}

/** A sorted copy, by one key or by several, numbers or texts; what is equal stays as it was. */
export function sortedBy(items, key) {
  const keyed = [...items].map((item) => [[key(item)].flat(), item]);
  keyed.sort(([left], [right]) => {
    const at = left.findIndex((each, index) => each !== right[index]);
    return at < 0 ? 0 : left[at] < right[at] ? -1 : 1;
  });
  return keyed.map(([, item]) => item);
}
"""
"""The module `common.js` of every package."""


def translated(text: str, path: str) -> str:
    """A module's text, at its path in the repository (`pkg/rules/cap.py`). ValueError for what is not known."""
    writer, body = _Module(path), ast.parse(text).body
    doc = [_doc(body[0])] if body and isinstance(body[0], ast.Expr) else []
    written = [writer.top(node) for node in body[len(doc) :]]
    imports = [line for part in written for line in part if line.startswith("import ")]
    rest = [[line for line in part if not line.startswith("import ")] for part in written]
    if writer.helpers:
        imports.append(f'import {{ {", ".join(sorted(writer.helpers))} }} from "{writer.near("common")}";')
    blocks = [*doc, "\n".join(sorted(imports)), *("\n".join(part) for part in rest)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _doc(node: ast.Expr) -> str:
    return f"/** {' '.join(text_of(node.value).split()).replace('None ', 'null ')} */"


class _Module(Expressions):
    """Writes one module's statements."""

    def near(self, name: str) -> str:
        """A module of the package's top, as this one names it."""
        return f"{'../' * (self.path.count('/') - 1) or './'}{name}.js"

    def top(self, node: ast.stmt) -> list[str]:
        """A statement of a module's top."""
        match node:
            case ast.Import(names=names):
                return [f'import * as {e.name} from "../{e.name}/index.js";' for e in names if e.name != "unittest"]
            case ast.ImportFrom(module=str(module), names=names):
                return self._imported(module, names)
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return [f"export {{ {', '.join(sorted(map(camel, ast.literal_eval(value))))} }};"]
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return f"export const {name} = {self._object(value)};".split("\n")
            case ast.FunctionDef():
                return self._function(node, "export ")
            case ast.ClassDef():
                return self._tests(node) if node.bases else self._class(node)
            case ast.If():  # unittest.main()
                return []
        raise ValueError(f"{self.path}:{node.lineno}: {type(node).__name__}")

    def _imported(self, module: str, names: Sequence[ast.alias]) -> list[str]:
        _, *parts = module.split(".")
        if not parts:
            self.modules |= {each.name for each in names}
            return [f'import * as {each.name} from "{self.near(each.name)}";' for each in names]
        if self.path.endswith("rules/__init__.py"):
            return [f'import * as {each.name} from "./{each.name}.js";' for each in names]
        home = self.near("rules/index" if parts == ["rules"] else "/".join(parts))
        given = ", ".join(camel(e.name) + (f" as {camel(e.asname)}" if e.asname else "") for e in names)
        return [f'import {{ {given} }} from "{home}";']

    def _object(self, value: ast.expr) -> str:
        """An object with a line for each member; what is none as it is."""
        if isinstance(value, ast.Dict) and value.keys:
            return "{\n" + "".join(f"  {pair},\n" for pair in self.pairs(value)) + "}"
        return self.written(value)

    def _class(self, node: ast.ClassDef) -> list[str]:
        doc, init = node.body
        assert isinstance(doc, ast.Expr)
        assert isinstance(init, ast.FunctionDef)
        init.args.args = init.args.args[1:]
        head = f"  constructor({self.parameters(init.args)}) {{"
        return [_doc(doc), f"export class {node.name} {{", head, *_indented(self._body(init.body), 4), "  }", "}"]

    def _tests(self, node: ast.ClassDef) -> list[str]:
        lines = ['import test from "node:test";', 'import assert from "node:assert/strict";']
        for each in node.body:
            if isinstance(each, ast.FunctionDef):
                name = each.name.removeprefix("test_").replace("_", " ")
                lines += ["", f'test("{name}", () => {{', *_indented(self._body(each.body)), "});"]
        return lines

    def _function(self, node: ast.FunctionDef, head: str) -> list[str]:
        kept, self.maps, self.sets = (self.maps, self.sets), {*self.maps}, {*self.sets}
        first = node.body[0]
        doc = [_doc(first)] if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else []
        inner = self._body(node.body[len(doc) :])
        self.maps, self.sets = kept
        begin = f"{head}function {camel(node.name)}({self.parameters(node.args)}) {{"
        return [*doc, begin, *_indented(inner), "}"]

    def _body(self, nodes: Sequence[ast.stmt]) -> list[str]:
        return [line for node in nodes for line in self._statement(node)]

    def _statement(self, node: ast.stmt) -> list[str]:
        match node:
            case ast.Assign(targets=[target], value=value):
                return [*self._assigned(target, value)]
            case ast.AugAssign(target=target, op=op, value=value):
                return [f"{self.written(target)} {OPERATORS[type(op)][0]}= {self.written(value)};"]
            case ast.Return(value=ast.Dict(keys=[_, _, *_]) as value):
                return f"return {self._object(value)};".split("\n")
            case ast.Return(value=ast.expr() as value):
                return [f"return {self.written(value)};"]
            case ast.Expr(value=value):
                return [f"{self.written(value)};"]
            case ast.Continue():
                return ["continue;"]
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name), args=[why])):
                return [f"throw new {RAISED[name]}({self.written(why)});"]
            case ast.FunctionDef():
                return self._function(node, "")
            case ast.If():
                return self._if(node)
            case ast.For():
                return self._for(node)
        raise ValueError(f"{self.path}:{node.lineno}: {type(node).__name__}")

    def _assigned(self, target: ast.expr, value: ast.expr) -> Iterator[str]:
        match target, value:
            case ast.Tuple(elts=names), ast.Tuple(elts=values):
                for name, each in zip(names, values, strict=True):
                    yield from self._assigned(name, each)
            case ast.Tuple(elts=[first, _, last]), ast.Call(func=ast.Attribute(attr="partition"), args=[mark]):
                yield f"const [{self.written(first)}, ...rest] = {self.written(value)};"
                yield f"const {self.written(last)} = rest.join({self.written(mark)});"
            case ast.Subscript(value=ast.Name(id=name), slice=key), _ if name in self.maps:
                yield f"{name}.set({self.written(key)}, {self.written(value)});"
            case ast.Name(id=name), _:
                yield from f"const {camel(name)} = {self._fresh(name, value)};".split("\n")
            case ast.Tuple(), _:
                yield f"const {self.written(target)} = {self.written(value)};"
            case _:
                yield f"{self.written(target)} = {self.written(value)};"

    def _fresh(self, name: str, value: ast.expr) -> str:
        match value:
            case ast.Dict(keys=[]):
                self.maps.add(name)
                return "new Map()"
            case ast.Call(func=ast.Name(id="set"), args=[]):
                self.sets.add(name)
                return "new Set()"
            case ast.Tuple():  # a key of a set or of a map
                return f"JSON.stringify({self.written(value)})"
            case ast.List(elts=elts) if len(ast.unparse(value)) > LONG:
                return "[\n" + "".join(f"  {self.written(each)},\n" for each in elts) + "]"
        return self.written(value)

    def _if(self, node: ast.If) -> list[str]:
        lines = [f"if ({self.written(node.test)}) {{", *_indented(self._body(node.body))]
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            head, *rest = self._if(node.orelse[0])
            return [*lines, f"}} else {head}", *rest]
        if node.orelse:
            lines += ["} else {", *_indented(self._body(node.orelse))]
        return [*lines, "}"]

    def _for(self, node: ast.For) -> list[str]:
        match node.target, node.iter:
            case ast.Tuple(elts=[number, ast.Name(id=each)]), ast.Call(func=ast.Name(id="enumerate")) as call:
                begins = f" + {self.written(call.keywords[0].value)}" if call.keywords else ""
                first = node.body[0]
                if ast.unparse(first) == f"{each} = {each}.strip()":
                    node.body[0] = ast.parse(f"{each} = {each}Read.strip()").body[0]
                    each = f"{each}Read"
                head = f"const [index, {each}] of {self.written(call.args[0])}.entries()"
                counted = [f"  const {self.written(number)} = index{begins};"]
            case target, rows:
                head, counted = f"const {self.written(target)} of {self.written(rows)}", []
        return [f"for ({head}) {{", *counted, *_indented(self._body(node.body)), "}"]


def _indented(lines: Sequence[str], by: int = 2) -> list[str]:
    return [" " * by + line for line in lines]
