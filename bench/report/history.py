"""history/ in the results: a page, a chart a suite and the points as JSON of one plan's runs and baselines."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import clean
from bench.language import ENGLISH, language, tr, tr_later, writing
from bench.records import write_text
from bench.report import charts
from bench.report.numbers.history import HistoryPoint, PlanHistory, history
from bench.report.text import column, formats, frame, grid
from bench.report.text.column import Column, Table

__all__ = ["FOLDER", "HistoryPoint", "as_json", "history", "lines", "write"]

FOLDER = "history"
"""Where it is written, below the folder of results."""
TITLE = tr_later("Score, cost, tokens and latency over time")
"""The page's heading."""
LEGEND = tr_later(
    "In parentheses: 95 % intervals, items of one cluster as dependent; ? is a bound that is not known: a "
    "baseline's file keeps neither clusters nor single times. A point's own interval says nothing of the difference to "
    "another: bench gate judges that."
)
COLUMNS: tuple[Column[HistoryPoint], ...] = (
    column.label("started", "started_at", lambda point: point.started_at[:16].replace("T", " ")),
    column.label("model", "model", lambda point: point.model),
    column.label("served as", "served", lambda point: ", ".join(point.served) or tr("not reported")),
    column.label("run", "run", lambda point: point.run + (tr(" (baseline)") if point.baseline else "")),
    Column(name="score", key="score", cell=lambda point: formats.percent(point.score)),
    Column(name="USD per 1,000 items", key="cost_per_1000_usd", cell=lambda p: formats.amount(p.cost_per_1000_usd)),
    Column(name="tokens out", key="tokens_out", cell=lambda point: formats.whole(point.tokens_out)),
    Column(name="E2E p50", key="e2e_p50_s", unit="s", cell=lambda point: formats.amount(point.e2e_p50_s)),
    Column(name="n", key="n", cell=lambda point: formats.count(point.score.n if point.score else None)),
)


def tables(found: PlanHistory) -> Iterator[Table]:
    """A table a suite, its points by time."""
    for suite in dict.fromkeys(point.suite for point in found.points):
        yield column.table(suite, COLUMNS, [point for point in found.points if point.suite == suite], legend=tr(LEGEND))


def lines(found: PlanHistory) -> Iterator[str]:
    """The tables as Markdown, and what was left out."""
    for table in tables(found):
        yield from grid.section(table)
    yield from (f"- {clean.markdown(line)}" for line in _left_out(found))


def as_json(found: PlanHistory) -> dict[str, Any]:
    """The points as plain JSON; unknown is null."""
    return {"points": [asdict(point) for point in found.points], "left_out": dict(found.left_out)}


def write(found: PlanHistory, results: Path) -> list[Path]:
    """Writes history/ below the results: history.html, history.json, and a chart of each suite as SVG, PNG and CSV."""
    body: list[str] = []
    files: list[Path] = []
    for number, table in enumerate(tables(found)):
        name = charts.file_name(table.title)
        with writing(language() if charts.has_font() else ENGLISH):
            caption = _caption(found, table.title)
            drawn = charts.write_history(found.points, table.title, caption, results / FOLDER / name)
        picture = base64.b64encode(clean.read_bytes(drawn[0])).decode()
        alt = clean.html(tr("{suite} over time; the table below has the same numbers", suite=table.title))
        body += [f"<h2>{clean.html(table.title)}</h2>", f'<img alt="{alt}" src="data:image/svg+xml;base64,{picture}">']
        body += ['<div class="wide">', grid.html(table, f"table{number}"), f"</div><p>{clean.html(table.legend)}</p>"]
        files += drawn
    body += [f"<p>{clean.html(line)}</p>" for line in _left_out(found)]
    text = clean.terminal(json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n")
    for name, content in (("history.html", frame.page(tr(TITLE), "\n".join(body))), ("history.json", text)):
        write_text(results / FOLDER, name, content)
        files.append(results / FOLDER / name)
    return files


def _left_out(found: PlanHistory) -> Sequence[str]:
    return [tr("left out: {name} {why}.", name=name, why=why) for name, why in found.left_out.items()]


def _caption(found: PlanHistory, suite: str) -> str:
    mine = [point for point in found.points if point.suite == suite]
    sizes = sorted({point.score.n for point in mine if point.score})
    count = tr(" to ").join(map(str, dict.fromkeys((sizes[0], sizes[-1])))) if sizes else ""
    items = tr("n = {count} {most:item|items}", count=count, most=sizes[-1]) if sizes else tr("no scores")
    runs = len({point.run for point in mine})
    return tr(
        "{runs} {runs:run or baseline|runs and baselines}, {items}; medians of latency, means of the rest",
        runs=runs,
        items=items,
    )
