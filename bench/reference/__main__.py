"""`python -m bench.reference [--check]`: writes the reference pages, or says which of them the code has left behind."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.reference import config, families, models, schemas, tables

PAGES: Mapping[Path, Callable[[], str]] = {
    Path("docs", "models.md"): models.page,
    Path("docs", "config.md"): config.page,
    Path("docs", "tables.md"): tables.page,
    Path("docs", "families", "coding.md"): families.coding_page,
    Path("docs", "families", "reasoning.md"): families.reasoning_page,
    **schemas.PAGES,
}
"""Where each page lies, below the repository's root, and what writes it."""


def main(arguments: list[str]) -> str | None:
    """Writes the pages, or with --check says which of them differ from what the code says."""
    stale = []
    for path, page in PAGES.items():
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page(), encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != page():
            stale.append(str(path))
    return f"{', '.join(stale)}: not what the code says. Run: make docs" if stale else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
