"""The package's files as syntax trees: what the rules of the architecture read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class File:
    """One source file."""

    path: str
    """From the repository's root, with slashes."""
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    """Everything in the tree."""

    @classmethod
    def of(cls, path: str, text: str) -> File:
        """A file by its text."""
        tree = ast.parse(text)
        return cls(path, text, tree, tuple(ast.walk(tree)))

    @property
    def module(self) -> str:
        """The dotted name."""
        parts = self.path.removesuffix(".py").split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        """The folder of bench/ it stands in, or a loose file's own name."""
        return room(self.module)

    def imports(self) -> set[str]:
        """Everything it imports, at once, lazily or for its types: `from a import b` gives a and a.b."""
        return {name for node in self.nodes for name in _imported(node)}

    def called(self) -> set[str]:
        """The last name of everything it calls."""
        calls = [node.func for node in self.nodes if isinstance(node, ast.Call)]
        return {f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, ast.Name | ast.Attribute)}

    def taken_of(self, module: str) -> Iterator[ast.Attribute]:
        """What it takes of a module, as `os.fork`."""
        for node in self.nodes:
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module:
                yield node


@dataclass(frozen=True, slots=True)
class Sources:
    """Files to check, and every module there is."""

    files: tuple[File, ...]
    modules: frozenset[str]

    def under(self, *packages: str) -> Iterator[File]:
        """The files in these rooms, or modules, of bench."""
        names = tuple(f"bench.{name}" for name in packages)
        return (file for file in self.files if within(file.module, names))

    def ours(self, file: File) -> set[str]:
        """The modules of ours that a file imports."""
        names: set[str] = set()
        for node in file.nodes:
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
        return {self._nearest(name) for name in names if within(name, ("bench",))} - {file.module}

    def _nearest(self, name: str) -> str:
        while name not in self.modules:
            name = name.rpartition(".")[0]
        return name

    def planted(self, texts: Mapping[str, str]) -> Sources:
        """These files alone, in a tree that has the others' names too."""
        files = tuple(File.of(path, text) for path, text in texts.items())
        return Sources(files, self.modules | {file.module for file in files})


def read() -> Sources:
    """The package as it is."""
    paths = sorted((ROOT / "bench").rglob("*.py"))
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    files = tuple(File.of(path, text) for path, text in texts.items())
    return Sources(files, frozenset(file.module for file in files))


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports are not used here"
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def within(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a dotted name is one of these packages or in one."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def room(name: str) -> str:
    """The room of a module: a folder of bench/, or a loose file."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "bench"


def at(file: File, node: ast.AST, problem: str) -> str:
    """A violation: where, and what."""
    return f"{file.path}:{getattr(node, 'lineno', 1)}: {problem}"
