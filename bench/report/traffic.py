"""Where the money of a log goes, in tables: for the terminal, and as a page of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import clean
from bench.records import write_text
from bench.report.text import column, frame, grid
from bench.report.text.column import Column, Table
from bench.traffic import SpendLine, TrafficSpend, reasons

__all__ = ["PAGE", "headline", "remarks", "tables", "write"]

PAGE = "traffic.html"
"""The page's file, beside the table of calls."""
TITLE = "Where the money goes"
"""The page's heading."""
UNKNOWN = "unknown"
MONTH = "month"
"""The dimension that is shown whole, in order."""
LEGEND = (
    "In parentheses: calls whose value is known, where not all are. List USD: at the list price of each call's day; "
    "logged USD: as the log says. The whole log is counted, not a sample: no interval."
)


def _of(line: SpendLine, known: int, text: str | None) -> tuple[str, str] | str:
    """A value, and of how many calls it is known where that is not all of them."""
    if text is None:
        return UNKNOWN
    return text if known == line.calls else (text, f"{known:,}")


def _usd(value: float | None) -> str | None:
    """USD to the cent, or to three digits below ten cents."""
    if value is None:
        return None
    return f"{value:,.2f}" if value >= 0.1 or value == 0 else f"{value:#.3g}"


def _count(value: int | None) -> str | None:
    return None if value is None else f"{value:,}"


COLUMNS: tuple[Column[SpendLine], ...] = (
    Column(name="calls", key="calls", cell=lambda line: f"{line.calls:,}"),
    Column(name="list USD", key="usd", cell=lambda line: _of(line, line.priced, _usd(line.usd))),
    Column(name="share", key="share", cell=lambda line: "" if line.share is None else f"{line.share:.0%}"),
    Column(name="logged USD", key="logged_usd", cell=lambda line: _of(line, line.logged, _usd(line.logged_usd))),
    Column(name="tokens in", key="tokens_in", cell=lambda line: _of(line, line.tokens_in_n, _count(line.tokens_in))),
    Column(
        name="cached",
        key="cache_share",
        cell=lambda line: _of(line, line.cache_n, None if line.cache_share is None else f"{line.cache_share:.0%}"),
    ),
    Column(
        name="tokens out", key="tokens_out", cell=lambda line: _of(line, line.tokens_out_n, _count(line.tokens_out))
    ),
    Column(
        name="median s",
        key="latency_s",
        cell=lambda line: _of(line, line.latency_n, None if line.latency_s is None else f"{line.latency_s:.2f}"),
    ),
)


def tables(found: TrafficSpend, top: int | None = None) -> Iterator[Table]:
    """A table a dimension; `top`: so many groups of each at most, months always all of them."""
    for dimension, lines in found.groups.items():
        shown = lines if dimension == MONTH or top is None else lines[:top]
        rest = len(lines) - len(shown)
        columns = (column.label(dimension, "name", lambda line: line.name[:60]), *COLUMNS)
        yield column.table(f"By {dimension}", columns, shown, legend=f"and {rest:,} more" if rest else "")


def headline(found: TrafficSpend) -> Iterator[str]:
    """What the whole log comes to."""
    total = found.total
    span = f", {found.first[:10]} to {(found.last or '')[:10]}" if found.first else ", no times"
    people = "".join(f", {n:,} {what}" for n, what in ((found.sessions, "sessions"), (found.users, "users")) if n)
    yield f"{total.calls:,} calls{span}{people}"
    listed, logged = _known(total.usd, total.priced, total.calls), _known(total.logged_usd, total.logged, total.calls)
    yield f"By list price: {listed}; as logged: {logged}"
    if found.both:
        yield (
            f"Of {found.both:,} calls both are known: {_usd(found.both_usd)} USD by list, "
            f"{_usd(found.both_logged_usd)} USD by the log."
        )


def remarks(found: TrafficSpend) -> Iterator[str]:
    """What to know beside the tables."""
    silent = found.total.calls - found.total.cache_n
    if silent and found.total.usd is not None:
        yield f"{silent:,} calls do not report cache reads: their list USD counts the whole prompt, an upper bound."
    if found.cost_unknown:
        yield f"List USD is unknown where: {reasons(found.cost_unknown)}."
    yield LEGEND


def write(found: TrafficSpend, folder: Path) -> Path:
    """Writes the page beside the table. UsageError if there is a link in its place."""
    body = [f"<p>{clean.html(line)}</p>" for line in headline(found)]
    for number, table in enumerate(tables(found)):
        body += ['<div class="wide">', grid.html(table, f"table{number}"), "</div>"]
    body += [f"<p>{clean.html(line)}</p>" for line in remarks(found)]
    write_text(folder, PAGE, frame.page(TITLE, "\n".join(body)))
    return folder / PAGE


def _known(usd: float | None, known: int, calls: int) -> str:
    return UNKNOWN if usd is None else f"{_usd(usd)} USD for {known:,} of {calls:,} calls"
