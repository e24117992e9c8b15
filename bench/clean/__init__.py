"""What other people's files, texts and numbers pass through: `files` where they are opened, `values` where they enter a
record, `media` where they leave it.

A model's answer, a vendor's error, an imported table and a received run folder are hostile until they were here. An
ordinary text comes out as it went in.
"""

from __future__ import annotations

from bench.clean.files import MOST_SETTINGS, MOST_TABLE, open_file, read_bytes, read_text
from bench.clean.media import html, markdown, markdown_cell, spreadsheet, spreadsheet_csv, terminal, tex, unguarded, xml
from bench.clean.values import (
    LEAST_AMOUNT,
    MOST_AMOUNT,
    MOST_COUNT,
    amount,
    are_lines,
    count,
    each_text,
    json_value,
    line,
    line_or_none,
    text,
    toml,
)

__all__ = [
    "LEAST_AMOUNT",
    "MOST_AMOUNT",
    "MOST_COUNT",
    "MOST_SETTINGS",
    "MOST_TABLE",
    "amount",
    "count",
    "each_text",
    "html",
    "json_value",
    "line",
    "are_lines",
    "line_or_none",
    "markdown",
    "markdown_cell",
    "open_file",
    "read_bytes",
    "read_text",
    "spreadsheet",
    "spreadsheet_csv",
    "terminal",
    "tex",
    "text",
    "toml",
    "unguarded",
    "xml",
]
