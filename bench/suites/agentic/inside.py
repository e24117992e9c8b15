"""A repository in memory, and calls of it. This text runs in the sandbox; our own repositories run by it here, too.

No file is read or written: there is no stale bytecode, no conftest, no sitecustomize. It imports nothing of ours.
"""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import json
import marshal
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, ModuleType
from typing import Any

ROOT = "/repository/"
"""Where the files seem to lie."""


class Files(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds modules among texts by path."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.paths: dict[str, tuple[str, str, bool]] = {}
        self.data = {f"{ROOT}{path}": text.encode() for path, text in texts.items()}
        for path, text in texts.items():
            if path.endswith(".py"):
                name = path[:-3].replace("/", ".")
                package = name.endswith(".__init__")
                self.paths[name.removesuffix(".__init__")] = (path, text, package)
        for name in list(self.paths):
            for parent in _parents(name):
                self.paths.setdefault(parent, (parent.replace(".", "/") + "/__init__.py", "", True))

    def find_spec(self, fullname: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """Where a module of the repository is."""
        if fullname not in self.paths:
            return None
        path, _text, package = self.paths[fullname]
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=f"{ROOT}{path}", is_package=package)
        if package:
            spec.submodule_search_locations = [f"{ROOT}{path.rpartition('/')[0]}"]
        spec.has_location = True
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """The usual module."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs its text."""
        path, text, _ = self.paths[module.__name__]
        exec(_code(text, f"{ROOT}{path}"), module.__dict__)

    def get_data(self, path: str) -> bytes:
        """What a file holds, as `pkgutil.get_data` asks."""
        if path not in self.data:
            raise FileNotFoundError(path)
        return self.data[path]

    def get_source(self, fullname: str) -> str:
        """A module's text."""
        return self.paths[fullname][1]

    def below(self, folder: str) -> Below:
        """What `pkgutil.iter_modules` asks of a folder of the repository; ImportError for any other."""
        if not folder.startswith(ROOT):
            raise ImportError(folder)
        return Below(self, folder.removeprefix(ROOT).replace("/", "."))

    def __enter__(self) -> Files:
        sys.meta_path.insert(0, self)
        sys.path_hooks.insert(0, self.below)
        return self

    def __exit__(self, *_: object) -> None:
        sys.meta_path.remove(self)
        sys.path_hooks.remove(self.below)
        for place in [each for each in sys.path_importer_cache if each.startswith(ROOT)]:
            del sys.path_importer_cache[place]
        for name in self.paths:
            sys.modules.pop(name, None)


class Below:
    """The modules of one package."""

    def __init__(self, files: Files, package: str) -> None:
        self._files, self._package = files, package

    def find_spec(self, fullname: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        """Where a module is."""
        return self._files.find_spec(fullname)

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """Names of its modules, and whether they are packages."""
        for name in sorted(self._files.paths):
            parent, _, last = name.rpartition(".")
            if parent == self._package:
                yield prefix + last, self._files.paths[name][2]


@functools.lru_cache(maxsize=1024)
def _code(text: str, path: str) -> CodeType:
    return compile(text, path, "exec", dont_inherit=True)


class Source:
    """What costs a read each, or a read a page. `ask` hands out rows by key and counts; neither is kept here."""

    def __init__(self, ask: Callable[[list[str]], Any]) -> None:
        self._ask = ask

    def fetch(self, key: str) -> Any:
        """The row of a key, or None: one read."""
        return self._ask([key]).get(key)

    def fetch_many(self, keys: Sequence[str]) -> Any:
        """Rows by key, those that there are, of at most 20 keys: one read."""
        keys = list(keys)
        if len(keys) > 20:
            raise ValueError("at most 20 keys")
        return self._ask(keys)


class SourceChannel:
    """Asks whoever is at the other end: a line of JSON goes out, a marshalled value comes back."""

    def __init__(self, going: int, coming: int) -> None:
        self._going, self._coming = going, coming
        self._lock = threading.Lock()

    def __call__(self, keys: list[str]) -> Any:
        """Rows by key."""
        with self._lock:
            line = json.dumps([-1, "asked", ["list", *keys]]).encode() + b"\n"
            while line:
                line = line[os.write(self._going, line) :]
            return marshal.loads(self._read(int.from_bytes(self._read(8), "little")))

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = os.read(self._coming, size - len(data))
            if not part:
                raise SystemExit(1)
            data += part
        return data


def _parents(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def called(
    module: str, function: str, args: tuple[Any, ...], ask: Callable[[list[str]], Any] | None = None
) -> list[Any]:
    """The answer of a function: `["value", it]`, or `["raised", the exception's name]`.

    With `ask`, its first argument is a source that asks there.
    """
    try:
        if ask is not None:
            args = (Source(ask), *args)
        value = getattr(importlib.import_module(module), function)(*args)
    except BaseException as error:
        return ["raised", type(error).__name__]
    return ["value", value]


def metered(module: str, function: str, args: tuple[Any, ...]) -> list[Any]:
    """As `called`, with a source at the sandbox's channel."""
    return called(module, function, args, SourceChannel(3, 3))


def verdict(module: str) -> str:
    """Whether a file of tests "passes", "fails", or has "none": functions `test...`, and classes of unittest's."""
    import unittest

    try:
        found = importlib.import_module(module)
    except BaseException:
        return "fails"
    cases = [
        unittest.FunctionTestCase(each)
        if not isinstance(each, type)
        else unittest.defaultTestLoader.loadTestsFromTestCase(each)
        for name, each in list(vars(found).items())
        if (name.startswith("test") and callable(each) and not isinstance(each, type))
        or (isinstance(each, type) and issubclass(each, unittest.TestCase) and each.__module__ == module)
    ]
    result = unittest.TestResult()
    unittest.TestSuite(cases).run(result)
    if not result.wasSuccessful():
        return "fails"
    left = len(result.skipped) + len(result.expectedFailures)
    return "passes" if result.testsRun > left else "none"
