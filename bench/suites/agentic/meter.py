"""A paid source: its rows and the count of its reads stay on the trusted side, whoever reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PAGE = 20
"""Keys that one read may ask for."""


class SourceMeter:
    """Hands out rows by key, and counts."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self._rows = rows
        self.reads = 0

    def __call__(self, keys: Any) -> Any:
        """Rows by key, those that there are: one read. ValueError for what is no list of at most 20 keys."""
        if not isinstance(keys, list) or len(keys) > PAGE or any(isinstance(key, list | dict | set) for key in keys):
            raise ValueError(f"a read of what is no list of at most {PAGE} keys")
        self.reads += 1
        return {key: dict(self._rows[key]) for key in keys if key in self._rows}
