"""Functions in several small files, made of a family's functions and of mutants of these."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from bench.suites.coding.family import CodingFamily, Params
from bench.suites.coding.specialise import entry_point, program


def joined(family: CodingFamily, p: Params) -> str:
    """The functions of all files as one text, the reference last; those that nothing needs are left out."""
    functions = [function for of_file in family.files.values() for function in of_file]
    texts = {entry_point(function): program(function, p) for function in functions}
    needed = {entry_point(family.reference)}
    for name in reversed(texts):
        if name in needed:
            needed |= _names(ast.parse(texts[name])) & texts.keys()
    return "\n\n".join(text for name, text in texts.items() if name in needed)


def files(family: CodingFamily, source: str) -> dict[str, str]:
    """The files of a text that `joined` has made, or of a mutant of it."""
    homes = {entry_point(function): path for path, of_file in family.files.items() for function in of_file}
    parts: dict[str, list[ast.stmt]] = {}
    for node in ast.parse(source).body:
        assert isinstance(node, ast.FunctionDef)
        parts.setdefault(homes[node.name], []).append(node)
    present = {node.name for nodes in parts.values() for node in nodes if isinstance(node, ast.FunctionDef)}
    return {path: _file(path, nodes, {name: homes[name] for name in present}) for path, nodes in parts.items()}


def _file(path: str, nodes: list[ast.stmt], homes: Mapping[str, str]) -> str:
    used = {name for node in nodes for name in _names(node)}
    others: dict[str, list[str]] = {}
    for name in sorted(used & homes.keys()):
        if homes[name] != path:
            others.setdefault(homes[name], []).append(name)
    imports = [f"from {other.removesuffix('.py')} import {', '.join(names)}\n" for other, names in others.items()]
    head = "".join(sorted(imports)) + "\n\n" if imports else ""
    return head + "\n\n".join(ast.unparse(node) + "\n" for node in nodes)


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
