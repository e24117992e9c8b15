"""What other people's texts and numbers pass through: `values` where they enter a record, `media` where they leave it.

A model's answer, a vendor's error, an imported table and a received run folder are hostile until they were here. An
ordinary text comes out as it went in.
"""

from __future__ import annotations

from bench.clean.media import html, markdown, markdown_cell, spreadsheet, spreadsheet_csv, terminal, tex, unguarded, xml
from bench.clean.values import MOST_COUNT, amount, count, json_value, line, line_or_none, text

__all__ = [
    "MOST_COUNT",
    "amount",
    "count",
    "html",
    "json_value",
    "line",
    "line_or_none",
    "markdown",
    "markdown_cell",
    "spreadsheet",
    "spreadsheet_csv",
    "terminal",
    "tex",
    "text",
    "unguarded",
    "xml",
]
