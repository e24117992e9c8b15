"""The comparison's tables for papers and pages: LaTeX and HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace

from bench import claims
from bench.report.numbers.comparison import Comparison
from bench.report.text import grid, tables
from bench.report.text.grid import Column, Table

ABOUT_SPEED = tables.COLUMNS[5:9]
"""Columns that LaTeX gets as a table of their own: a page is not wide enough for all."""
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 14px/1.5 system-ui, sans-serif; margin: 2em; color: #1a1a1a; background: #fff; }}
table {{ border-collapse: collapse; margin: 1.5em 0 .5em; }}
caption {{ text-align: left; font-weight: bold; padding: .3em 0; }}
td:nth-child(-n+2) {{ white-space: nowrap; }}
th, td {{ padding: .3em .7em; text-align: left; border-bottom: 1px solid #ddd; }}
p, li {{ max-width: 60em; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}<h2>Notes</h2>
<ul>
{notes}</ul>
</body>
</html>
"""
"""comparison.html's frame."""


def latex(comparison: Comparison) -> str:
    """comparison.tex: a `table` environment for each table, claims and notes as comments above them."""
    first, *others = tables.every(comparison)
    told = [*claims.lines(comparison.ruling, comparison.manifest), *tables.notes(comparison)]
    split = [
        replace(_without(first, ABOUT_SPEED), title="Score and cost"),
        replace(_without(first, [c for c in first.columns[2:] if c not in ABOUT_SPEED]), title="Latency and tokens"),
    ]
    found = [grid.latex(table, f"tab:claimbench-{number}") for number, table in enumerate([*split, *others], 1)]
    return "\n".join(["% Needs \\usepackage{booktabs}.", *(f"% {line}" for line in told), "", *found])


def _without(table: Table, columns: Sequence[Column]) -> Table:
    kept = [at for at, column in enumerate(table.columns) if column not in columns]
    rows = tuple(tuple(row[at] for at in kept) for row in table.rows)
    return replace(table, columns=tuple(table.columns[at] for at in kept), rows=rows)


def page(comparison: Comparison) -> str:
    """comparison.html: tables, claims and notes without scripts or pictures, to paste from."""
    body = []
    for number, table in enumerate(tables.every(comparison)):
        body.append(grid.html(table, f"table{number}"))
        body += [f"<p>{html.escape(line)}</p>\n" for line in table.legend.splitlines()]
        if number == 0:
            told = claims.lines(comparison.ruling, comparison.manifest)
            body += [f"<p>{html.escape(line)}</p>\n" for line in told]
    notes = "".join(f"<li>{html.escape(note)}</li>\n" for note in tables.notes(comparison))
    title = html.escape(f"Comparison {comparison.manifest['run']}")
    return PAGE.format(title=title, body="".join(body), notes=notes)
