"""Price lists made up for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.prices import PriceBook, load

PEAK = {
    "multiplier": "2",
    "windows_utc": [["01:00", "04:00"]],
    "weekdays": [0, 1, 2, 3, 4],
    "utc_offset_hours": 8,
    "holidays": "cn",
    "source_url": "https://acme.test/hours",
}
HOLIDAYS = {"cn": {"dates": ["2026-10-01"], "covers_through": "2026-12-31", "source_url": "https://acme.test"}}


def row(**changes: Any) -> dict[str, Any]:
    """A row of acme's list."""
    return {"provider": "acme", "model": "small", "input": "1", "output": "2", **changes}


def snapshot(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A whole snapshot with these rows."""
    head = {
        "as_of": "2026-11-01",
        "regions": {},
        "schedules": {"peak": PEAK},
        "holidays": HOLIDAYS,
        "rates": [],
        "gaps": [],
    }
    return {**head, **changes, "rows": list(rows)}


def book(folder: Path, *rows: dict[str, Any], own: str | None = None, **changes: Any) -> PriceBook:
    """A price list read from files, with the user's own rows as TOML."""
    path = folder / "snapshot.json"
    path.write_text(json.dumps(snapshot(*rows, **changes)))
    override = folder / "prices.toml"
    if own is not None:
        override.write_text(own)
    return load(override if own is not None else None, path)
