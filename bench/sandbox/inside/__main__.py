"""Starts the server as a script: only this folder is inside the sandbox, so the packages around it are stand-ins."""

from __future__ import annotations

import os
import sys
from types import ModuleType

for _name in ("bench", "bench.sandbox", "bench.sandbox.inside"):
    _package = sys.modules[_name] = ModuleType(_name)
    _package.__path__ = []
_package.__path__ = [os.path.dirname(os.path.abspath(__file__))]

from bench.sandbox.inside.server import main  # noqa: E402

if __name__ == "__main__":
    main(sys.argv[1:])
