"""What things are called, and by what they are chosen."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from bench.records import Outcome
from tests.architecture.sources import File, Sources, at, within

PARTS = {"quality", "score", "cost", "latency", "time"}
"""Keys and nouns of a claim's parts."""
OUTCOMES = frozenset(map(str, Outcome))
FEW = 5
"""A constructor with more fields, and a call with more values, names them."""
LED = 2
"""So many fields may lead without their names: what the thing is, and its word."""


def class_names_are_unique(sources: Sources) -> Iterator[str]:
    """A public class has a name of its own in the whole package."""
    known: dict[str, str] = {}
    for file in sources.files:
        for node in file.nodes:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                if node.name in known:
                    yield at(file, node, f"class {node.name} is there already, in {known[node.name]}")
                known[node.name] = file.path


def compared(tree: ast.AST) -> Iterator[str]:
    """The texts that comparisons, `in` tuples included, and match cases choose by."""
    for node in ast.walk(tree):
        sides: list[ast.AST] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.match_case):
            sides = [node.pattern]
        for side in sides:
            wanted = ast.walk(side) if isinstance(side, ast.Tuple | ast.List | ast.Set | ast.pattern) else [side]
            yield from (n.value for n in wanted if isinstance(n, ast.Constant) and isinstance(n.value, str))


def parts_are_chosen_at_home(sources: Sources, elsewhere: Collection[str]) -> Iterator[str]:
    """A claim's part is chosen by its name in claims/parts/ alone.

    Also not by a mapping from two or more parts' keys, in what judges claims or shows verdicts.
    """
    for file in sources.files:
        if within(file.module, ("bench.claims.parts", *elsewhere)):
            continue
        yield from (f"{file.path}: chooses by '{word}'" for word in PARTS & set(compared(file.tree)))
        if within(file.module, ("bench.claims", "bench.gate", "bench.report.page.verdict", "bench.report.charts")):
            for node in file.nodes:
                keys = {k.value for k in node.keys if isinstance(k, ast.Constant)} if isinstance(node, ast.Dict) else ()
                if len(PARTS & set(keys)) > 1:
                    yield at(file, node, "maps parts by name")


def outcomes_are_members(sources: Sources, words: Collection[str]) -> Iterator[str]:
    """An outcome is `Outcome.X`: its value stands as a text in records/ alone, and where it is another word."""
    for file in sources.files:
        if file.room == "records" or file.module in words:
            continue
        for node in file.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in OUTCOMES:
                yield at(file, node, f"'{node.value}' is an outcome: Outcome.{node.value.upper()}")


def a_runs_record_is_typed(sources: Sources) -> Iterator[str]:
    """run.json is a `RunRecord` wherever it is read: nothing but its text is called manifest, and no key of one is
    looked up."""
    for file in sources.files:
        annotated = {id(node.target) for node in file.nodes if isinstance(node, ast.AnnAssign)}
        for node in file.nodes:
            if id(node) not in annotated:
                yield from (at(file, node, problem) for problem in _untyped(node))


def _untyped(node: ast.AST) -> Iterator[str]:
    names = ("manifest", "manifests")
    if isinstance(node, ast.arg | ast.AnnAssign):
        name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
        annotation = ast.unparse(node.annotation) if node.annotation else "nothing"
        if name.rpartition(".")[2] in names and annotation not in ("str", "RunRecord"):
            yield f"{name} is {annotation}"
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in names:
        yield f"{node.id} has no type"
    elif isinstance(node, ast.alias) and node.asname in names:
        yield f"{node.name} is imported as {node.asname}"
    elif isinstance(node, ast.Subscript) and ast.unparse(node.value).rpartition(".")[2] in names:
        yield "a key of a manifest is looked up"
    elif isinstance(node, ast.Attribute) and node.attr in ("get", "items", "keys", "values"):
        yield from (f"a manifest's {node.attr}()" for name in names if ast.unparse(node.value).endswith(name))


def many_fields_have_names(sources: Sources, rows: Collection[str]) -> Iterator[str]:
    """A record of more than FEW fields takes them by keyword, all or all but the first LED; `rows` do not.

    A NamedTuple cannot demand it, so its calls are looked at.
    """
    tuples: dict[str, str] = {}
    for file in sources.files:
        for node in file.nodes:
            if not isinstance(node, ast.ClassDef) or node.name in rows:
                continue
            fields = [n for n in node.body if isinstance(n, ast.AnnAssign) and "ClassVar" not in ast.unparse(n)]
            if len(fields) <= FEW:
                continue
            if any(ast.unparse(base).endswith("NamedTuple") for base in node.bases):
                tuples[node.name] = file.path
            decorators = [ast.unparse(d) for d in node.decorator_list if "dataclass" in ast.unparse(d)]
            led = [ast.unparse(n.annotation).endswith("KW_ONLY") for n in fields[: LED + 1]]
            if decorators and not any("kw_only=True" in d for d in decorators) and not any(led):
                yield at(file, node, f"{node.name} has {len(fields)} fields and takes them by position")
    for file in sources.files:
        for call in _calls(file):
            name = ast.unparse(call.func).rpartition(".")[2]
            if name in tuples and len(call.args) > LED:
                yield at(file, call, f"{name} has many fields: name them")


def many_values_have_names(sources: Sources, lists: Collection[str]) -> Iterator[str]:
    """A call of ours gives at most FEW values without their names; `lists` take any number of like ones."""
    defined = {
        node.name
        for file in sources.files
        for node in file.nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    for file in sources.files:
        for call in _calls(file):
            name = ast.unparse(call.func).rpartition(".")[2]
            if len(call.args) > FEW and name in defined and name not in lists:
                yield at(file, call, f"{name} is given {len(call.args)} values by position")


def _calls(file: File) -> Iterator[ast.Call]:
    return (node for node in file.nodes if isinstance(node, ast.Call))
