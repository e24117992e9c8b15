"""The page that GitHub shows for a step of a workflow."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "GITHUB_STEP_SUMMARY"
"""Names the file that GitHub reads the page from."""


def append(markdown: str) -> None:
    """Adds Markdown to the step's page; does nothing outside a workflow. OSError if the file cannot be written."""
    named = os.environ.get(VARIABLE)
    if not named:
        return
    with Path(named).open("a", encoding="utf-8") as page:
        page.write(markdown.rstrip("\n") + "\n\n")
