"""Modules that lm-eval imports at once and that few tasks use: loaded when something of them is used."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from importlib.metadata import version
from types import ModuleType
from typing import Any

NAMES: Mapping[str, tuple[str, ...]] = {
    "datasets": ("load_dataset",),
    "datasets.utils.metadata": ("MetadataConfigs",),
    "sacrebleu": (),
}
"""Each with the names that lm-eval imports from it: 0.5 s, half of what a run takes until it asks."""


class _Name:
    """In the place of what a module defines, until it is called or asked for something."""

    def __init__(self, module: str, name: str) -> None:
        self._late = (module, name)

    def _real(self) -> Any:
        module, name = self._late
        return vars(_loaded(module))[name]

    def __call__(self, *values: object, **named: object) -> Any:
        return self._real()(*values, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)


class _Late(ModuleType):
    """In the place of a module until something of it is used.

    Not importlib.util.LazyLoader: before Python 3.13 that loads a module at the next import statement that names it.
    """

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":  # asked for by each `from ... import`
            raise AttributeError(name)
        return getattr(_loaded(self.__name__), name)


def _loaded(module: str) -> ModuleType:
    """The module itself; nothing of its package is stood in for any more."""
    package = module.partition(".")[0]
    for name in [name for name, each in sys.modules.items() if isinstance(each, _Late)]:
        if name.partition(".")[0] == package:
            del sys.modules[name]
    return importlib.import_module(module)


def load_late() -> None:
    """Stands in for the modules in NAMES that are there and not yet loaded."""
    for module, names in NAMES.items():
        package = module.partition(".")[0]
        if isinstance(sys.modules.get(package, late := _Late(module)), _Late) and module not in sys.modules:
            spec = importlib.util.find_spec(module) if module == package else None
            if spec is not None:
                late.__spec__, late.__file__, late.__path__ = spec, spec.origin, spec.submodule_search_locations or []
                vars(late)["__version__"] = version(module)  # which lm-eval asks of each task
            vars(late).update({name: _Name(module, name) for name in names})
            sys.modules[module] = late
