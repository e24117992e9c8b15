"""What the probes of one endpoint or several found, side by side: Markdown, a page, JSON, and what code must change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from bench import clean
from bench.doctor.check import CheckStatus
from bench.doctor.tools.probe import NOT_ASKED, UNCLEAR
from bench.doctor.tools.row import Examined, Row
from bench.language import counted
from bench.report.text import column, frame, grid
from bench.report.text.column import Column, Table

TITLE = "What each endpoint does with tools"
LEGEND = (
    "A probe asks what an endpoint takes and how it answers; it is no score. ! code must change for it, !! it rules "
    "tools out; unclear: the model did not do its part, so nothing is known; not asked: it makes no sense here."
)


def lines(examined: Sequence[Examined]) -> Iterator[str]:
    """The table as Markdown, and what code must do."""
    yield from grid.section(_table(examined, TITLE))
    yield ""
    yield from (clean.markdown(_told(each)) for each in examined)
    yield from ("", f"## {clean.markdown(_heading(examined))}", "")
    yield from (f"- {clean.markdown(change)}" for change in _changes(examined) or [_nothing(examined)])


def html(examined: Sequence[Examined]) -> str:
    """The same as a page, with the request and the reply of each probe."""
    body = ['<div class="wide">', grid.html(_table(examined, ""), "tools"), f"</div><p>{clean.html(LEGEND)}</p>"]
    body += [f"<p>{clean.html(_told(each))}</p>" for each in examined]
    changes = _changes(examined) or [_nothing(examined)]
    body += [f"<h2>{clean.html(_heading(examined))}</h2>", "<ul>", *(f"<li>{clean.html(c)}</li>" for c in changes)]
    body += ["</ul>", "<h2>Requests and replies</h2>"]
    for each in examined:
        body += [_exchange(each.model, row) for row in each.rows if row.request is not None]
    return frame.page(TITLE, "\n".join(body))


def as_json(examined: Sequence[Examined]) -> dict[str, Any]:
    """The same as plain JSON; costs are texts, unknown is null."""
    models = [
        {**asdict(each), "cost_usd": None if each.cost_usd is None else f"{each.cost_usd:f}"} for each in examined
    ]
    return {"models": models, "changes": _changes(examined)}


def _table(examined: Sequence[Examined], title: str) -> Table:
    """A row a probe; of a single endpoint with what was seen."""
    rows = list(zip(*(each.rows for each in examined), strict=True))

    def verdict(at: int) -> Column[tuple[Row, ...]]:
        name = examined[at].model
        return column.label(name, name, lambda row: row[at].verdict + _mark(row[at]))

    columns: list[Column[tuple[Row, ...]]] = [
        column.label("probe", "probe", lambda row: row[0].question),
        *(verdict(at) for at in range(len(examined))),
        column.label("usual", "expected", lambda row: row[0].expected),
    ]
    if len(examined) == 1:
        columns.append(column.label("seen", "text", lambda row: row[0].text))
    return column.table(title, columns, rows, legend=LEGEND)


def _mark(row: Row) -> str:
    """What stands behind a verdict that rules tools out, or that code must be changed for."""
    return " !!" if row.status == CheckStatus.FAIL else " !" if row.cure else ""


def _told(each: Examined) -> str:
    cost = "cost unknown" if each.cost_usd is None else f"{each.cost_usd:f} USD"
    asked = f"{counted(each.requests, 'request')} in {each.took_s:.0f} s, {cost}"
    return f"{each.model}: {each.sent_as}, {each.protocol}'s wire format, {asked}."


def _heading(examined: Sequence[Examined]) -> str:
    if len(examined) == 1:
        return f"What code that calls {examined[0].model} must do"
    return "What your code must change: " + "; ".join(
        f"from {examined[0].model} to {other.model}" for other in examined[1:]
    )


def _nothing(examined: Sequence[Examined]) -> str:
    unknown = any(row.verdict == UNCLEAR for each in examined for row in each.rows)
    return "Nothing that the probes could see" + (", but some are unclear." if unknown else ".")


def _changes(examined: Sequence[Examined]) -> list[str]:
    """What the last endpoints ask for and the first does not; of a single one all that it asks for."""
    first, *others = examined
    found = []
    for other in others or [first]:
        for before, row in zip(first.rows, other.rows, strict=True):
            same = others and (before.verdict, before.cure) == (row.verdict, row.cure)
            if row.cure and not same and row.verdict != NOT_ASKED:
                found.append(f"{other.model}, {row.probe} {row.verdict}: {row.cure} ({row.text})")
            elif others and before.cure and not row.cure and row.verdict not in (UNCLEAR, NOT_ASKED):
                found.append(f"{other.model}, {row.probe} {row.verdict}: no longer needed: {before.cure}")
    return found


def _exchange(model: str, row: Row) -> str:
    told = f"{model}: {row.probe}: {row.verdict}. {row.text}"
    sent = f"<h3>Request</h3><pre>{clean.html(row.request or '')}</pre>"
    came = f"<h3>Reply</h3><pre>{clean.html(row.reply or 'none')}</pre>"
    return f"<details><summary>{clean.html(told)}</summary>{sent}{came}</details>"
