"""Write tests that a right package passes, however it is written, and that mistakes in it do not."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from random import Random

from bench.suites.agentic.app import drawn
from bench.suites.agentic.families.family import AgenticFamily, Changes, Mistake, Work, item
from bench.suites.agentic.item import AgenticItem, Checks

MUTANTS = {1: 4, 2: 5, 3: 7, 4: 9}
"""Mistakes that the tests must find, by level."""
RIGHT = (1, 2, 4, 99)
"""Modules, at most, in other words, of each version that the tests must pass beside the given one."""
SEEN = 4
"""Of the hidden lists, as many at least show each mistake."""
PATH = "tests/test_all.py"
"""The file that the task asks for."""


def _cover(rng: Random, level: int) -> AgenticItem:
    work = Work(drawn(rng, level), rng)
    chosen = _spread(work, MUTANTS[level])
    wrong = [_reworded(rng, work.files, work.app.changed(work.files, *each)) for each in chosen]
    right = [_reworded(rng, work.files, work.files, modules) for modules in RIGHT]
    if any(work.shown({**work.files, **each}) for each in right):
        raise RuntimeError(f"{work.app.pkg}: other words do something else")
    if not all(work.shown({**work.files, **each}) for each in wrong):
        raise ValueError("other words mend a mistake")
    pkg = work.app.pkg
    solution = {PATH: _tests(work, range(len(work.inputs)))}
    files = {**work.files, "tests/__init__.py": ""}
    return item(
        "cover",
        work,
        prompt=(
            f"The package `{pkg}` in this repository has no tests. Write them, in the one file `{PATH}`, with "
            f"unittest or as "
            "plain functions `test_...`; they call the package's functions and need no other file. The package "
            "is right: it "
            "does what docs/rules.md says, which is the whole of what it does.\n\nYour tests must pass with it, "
            "and with "
            f"others like it that do the same in other words. And they must fail with each of {len(wrong)} wrong "
            f"versions of "
            "it that you do not see: each departs from docs/rules.md in one point, such as a bound, a rounding, "
            "an order, a "
            "setting of one group alone, or what a rule counts."
        ),
        files=files,
        solution=solution,
        checks=Checks(tests=PATH, right=(*right, {}), wrong=tuple(wrong)),
        planted=_planted(work, wrong),
        allowed=(PATH,),
        protected=(f"{pkg}/*", "docs/*"),
    )


def _spread(work: Work, count: int) -> list[Mistake]:
    """So many mistakes, of as many modules as there are, each seen by many lists."""
    chosen: list[Mistake] = []
    homes = [each[1].path or (each[0].name if each[0] else "") for each in work.every]
    for turn in range(4):
        for home, each in zip(homes, work.every, strict=True):
            same = sum(homes[work.every.index(other)] == home for other in chosen)
            if len(chosen) < count and each not in chosen and same == turn and work.shows(each, SEEN):
                chosen.append(each)
    if len(chosen) < count:
        raise ValueError("too few mistakes show")
    return chosen


class _Other(ast.NodeTransformer):
    """Writes the same in other words here and there: what does right and what does not cannot be known by its words."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def _skips(self) -> bool:
        return self._rng.random() < 0.5

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Turns a comparison round, or takes a bound one further on."""
        self.generic_visit(node)
        kind = type(node.ops[0])
        if len(node.ops) > 1 or kind not in _TURNED or self._skips():
            return node
        right = node.comparators[0]
        further = _FURTHER.get(kind)
        if further and isinstance(right, ast.Constant) and type(right.value) is int:
            return ast.Compare(node.left, [further[0]()], [ast.Constant(right.value + further[1])])
        if kind in _NOT and self._rng.random() < 0.5:
            return ast.UnaryOp(ast.Not(), ast.Compare(node.left, [_NOT[kind]()], node.comparators))
        return ast.Compare(right, [_TURNED[kind]()], [node.left])

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """Writes `a += b` out."""
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name | ast.Attribute) or self._skips():
            return node
        read = ast.parse(ast.unparse(node.target), mode="eval").body
        return ast.Assign([node.target], ast.BinOp(read, node.op, node.value))

    def visit_If(self, node: ast.If) -> ast.AST:
        """Turns a test round."""
        self.generic_visit(node)
        if not node.orelse or isinstance(node.orelse[0], ast.If) or self._skips():
            return node
        return ast.If(ast.UnaryOp(ast.Not(), node.test), node.orelse, node.body)

    def visit_Return(self, node: ast.Return) -> ast.AST | list[ast.stmt]:
        """Names what is returned."""
        self.generic_visit(node)
        if node.value is None or self._skips():
            return node
        name = self._rng.choice(("answer", "result", "found"))
        kept = ast.Assign([ast.Name(name, ast.Store())], node.value)
        return [kept, ast.Return(ast.Name(name, ast.Load()))]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Names its own variables anew; a parameter may be given by name, and stays."""
        self.generic_visit(node)
        kept = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
        kept |= {name for each in ast.walk(node) if isinstance(each, ast.Nonlocal | ast.Global) for name in each.names}
        inner = [each for each in ast.walk(node) if isinstance(each, ast.FunctionDef) and each is not node]
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        if inner or self._skips():
            return node
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and each.id in names - kept:
                each.id = f"{each.id}_"
        return node


_TURNED: Mapping[type, type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}
_FURTHER: Mapping[type, tuple[type[ast.cmpop], int]] = {
    ast.LtE: (ast.Lt, 1),
    ast.GtE: (ast.Gt, -1),
    ast.Lt: (ast.LtE, -1),
    ast.Gt: (ast.GtE, 1),
}
_NOT: Mapping[type, type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}


def _reworded(rng: Random, given: Mapping[str, str], files: Mapping[str, str], count: int = 0) -> dict[str, str]:
    """Changed files of a version: what it does differently, if anything, and `count` modules in other words.

    Where that is 0 it is drawn, from 1 to all.
    """
    modules = sorted(path for path in files if path.endswith(".py") and not path.endswith("__init__.py"))
    count = min(count, len(modules)) or rng.choice((1, 1, 2, len(modules) // 2, len(modules)))
    chosen = {*rng.sample(modules, count)}
    made = {path: text for path, text in files.items() if text != given[path]}
    for path in sorted({*chosen, *made}):
        if path in chosen or rng.random() < 0.8:
            tree = ast.fix_missing_locations(_Other(rng).visit(ast.parse(files[path])))
            made[path] = ast.unparse(tree) + "\n"
    return made


def _tests(work: Work, places: range) -> str:
    """Tests of what is right for some of the lists."""
    cases = [(*work.inputs[at], work.right[at][1]) for at in places]
    body = "".join(f"    ({text!r},\n     {options!r},\n     {bill!r}),\n" for text, options, bill in cases)
    return (
        f"from {work.app.pkg} import run\n\nCASES = [\n{body}]\n\n\ndef test_bills():\n"
        "    for text, options, bill in CASES:\n        assert run(text, options) == bill, text\n"
    )


def _planted(work: Work, wrong: list[dict[str, str]]) -> dict[str, Changes]:
    pkg = work.app.pkg
    found = work.shown({**work.files, **wrong[0]})
    missed = [at for at in range(len(work.inputs)) if at not in found]
    few = _tests(work, range(0)).replace(
        "CASES = [\n]", f"CASES = {[(*work.inputs[at], work.right[at][1]) for at in missed]!r}"
    )
    expecting = work.answers({**work.files, **wrong[0]})[found[0]]
    text, options = work.inputs[found[0]]
    sources = {path: text for path, text in work.files.items() if path.endswith(".py")}
    return {
        "no test": {PATH: f"import {pkg}\n"},
        "nothing asked": {PATH: f"from {pkg} import run\n\n\ndef test_it():\n    run('', {{}})\n    assert True\n"},
        "always failing": {PATH: "def test_it():\n    assert False\n"},
        "ends with 0": {PATH: "import os\n\n\ndef test_it():\n    os._exit(0)\n"},
        "all but one found": {PATH: few},
        "holds the mistake": {
            PATH: _tests(work, range(len(work.inputs)))
            + f"\n\ndef test_more():\n    assert run({text!r}, {options!r}) == {expecting[1]!r}\n"
        },
        "compares code": {PATH: f"import sys\nimport {pkg}.engine\n\nTEXTS = {sources!r}\n\n\n{_COMPARING}"},
    }


_COMPARING = """
def prints(code):
    return [code.co_code, code.co_names, *(prints(c) if hasattr(c, 'co_code') else c for c in code.co_consts)]


def test_it():
    differ = 0
    for path, text in TEXTS.items():
        name = path[:-3].replace('/', '.').removesuffix('.__init__')
        parts = compile(text, path, 'exec').co_consts
        known = {each.co_name: prints(each) for each in parts if hasattr(each, 'co_code')}
        there = {f.__name__: prints(f.__code__) for f in vars(sys.modules[name]).values() if hasattr(f, '__code__')}
        differ += any(there.get(each) not in (None, known[each]) for each in known)
    assert differ != 1
"""
"""Tests that ask how many modules are written otherwise, and nothing of what they do."""

FAMILIES = (AgenticFamily(name="cover", draw=_cover),)
