"""httpx without its command line, for which it loads rich and pygments: 6 MB and 40 ms of every start. Import it first.

Other programs in this process may still import that command line later, by its own name.
"""

from __future__ import annotations

import sys
from typing import Any

_COMMAND_LINE = "httpx._main"

if "httpx" not in sys.modules:
    modules: Any = sys.modules
    modules[_COMMAND_LINE] = None  # Python's own sign for a module that cannot be imported: httpx does without it then
    try:
        import httpx as httpx
    finally:
        del modules[_COMMAND_LINE]
