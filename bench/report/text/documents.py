"""The comparison's tables for papers and pages: LaTeX and HTML."""

from __future__ import annotations

from bench import claims, clean
from bench.language import language, tr
from bench.report.numbers.comparison import RunComparison
from bench.report.text import grid, tables
from bench.report.text.measures import SPEED, Group

PAGE = """<!doctype html>
<html lang="{language}">
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
{body}<h2>{heading}</h2>
<ul>
{notes}</ul>
</body>
</html>
"""
"""comparison.html's frame."""


def latex(comparison: RunComparison) -> str:
    """comparison.tex: a `table` environment for each table, claims and notes as comments above them."""
    first, *others = tables.every(comparison)
    remarks = [*claims.lines(comparison.ruling, comparison.record), *map(str, tables.notes(comparison))]
    split = [
        first.only(tr("Score and cost"), lambda column: column.group not in SPEED),
        first.only(tr("Latency and tokens"), lambda column: column.group in (Group.NAMES, *SPEED)),
    ]
    made = [grid.latex(table, f"tab:claimbench-{number}") for number, table in enumerate([*split, *others], 1)]
    return "\n".join(["% Needs \\usepackage{booktabs}.", *(f"% {clean.line(line)}" for line in remarks), "", *made])


def page(comparison: RunComparison) -> str:
    """comparison.html: tables, claims and notes without scripts or pictures, to paste from."""
    title = clean.html(tr("Comparison {run}", run=comparison.record.run))
    parts = {"body": fragment(comparison), "notes": _notes(comparison), "heading": tr("Notes")}
    return PAGE.format(title=title, language=language(), **parts)


def fragment(comparison: RunComparison) -> str:
    """Tables and claims as HTML elements, to stand in a page or a notebook."""
    body = []
    for number, table in enumerate(tables.every(comparison)):
        body.append(grid.html(table, f"table{number}"))
        body += [f"<p>{clean.html(line)}</p>\n" for line in table.legend.splitlines()]
        if number == 0:
            stated = claims.lines(comparison.ruling, comparison.record)
            body += [f"<p>{clean.html(line)}</p>\n" for line in stated]
    return "".join(body)


def _notes(comparison: RunComparison) -> str:
    return "".join(f"<li>{clean.html(str(note))}</li>\n" for note in tables.notes(comparison))
