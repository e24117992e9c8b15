"""Names of a package that are imported when first used, so that its import costs only what everybody needs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def late(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """What a package sets as its `__getattr__`.

    `homes` has a module, of the package (".book") or any other by its whole name, with the names that come from it,
    separated by spaces. A name is looked up once and then stands in the package itself. AttributeError for any other.
    """
    home_of = {name: home for home, names in homes.items() for name in names.split()}

    def __getattr__(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(home_of[name], package), name)
        vars(sys.modules[package])[name] = value
        return value

    return __getattr__
