"""The comparison's columns: a new measure of a run is one entry here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Any

from bench.language import tr, tr_later
from bench.records import Outcome
from bench.report.numbers.comparison import SuiteRow
from bench.report.text import formats
from bench.report.text.column import Column, Output, label


class Group(IntEnum):
    """What a column of the comparison speaks of, in the order of the tables."""

    NAMES = 0
    """Model and suite."""
    SCORE = 1
    """Items, scores, and how answers ended."""
    FIRST_TOKEN = 2
    """Time to the first answer token."""
    DURATION = 3
    """Time to the end of the answer, and the pace between."""
    TOKENS = 4
    """Tokens."""
    COST = 5
    """Cost."""
    GAPS = 6
    """What is missing."""


SPEED = (Group.FIRST_TOKEN, Group.DURATION, Group.TOKENS)
"""Groups that LaTeX gets as a table of their own: a page is not wide enough for all."""
TERMINAL = (
    ((Group.SCORE, Group.GAPS),),
    ((Group.FIRST_TOKEN,), (Group.DURATION,)),
    ((Group.TOKENS, Group.COST),),
)
"""A terminal's tables, each of sets of groups that are never torn apart; two sets share a table where it is wide."""
NOT_MEASURED = tr_later("not measured")
"""What stands in place of a score where nothing grades the items."""
SPLIT = Output.TERMINAL | Output.CSV
"""A terminal has a column for each of two numbers that documents put into one cell."""


def planned(row: SuiteRow) -> tuple[str, str]:
    """Scored items, and of how many planned where some are missing; with repeats, of how many answers."""
    if row.repeats == 1:
        return str(row.n), tr("of {planned}", planned=row.planned) if row.n != row.planned else ""
    missing = tr(", {n} of {planned} answers", n=row.n, planned=row.planned) if row.n != row.planned else ""
    return str(row.items), f"× {row.repeats}{missing}"


def _truncated(row: SuiteRow) -> tuple[str, str]:
    return formats.count(row.truncated), tr("{repeating} repeating", repeating=row.repeating) if row.repeating else ""


def _interval(name: str, key: str, form: formats.Form, group: Group, **more: Any) -> Column[SuiteRow]:
    """A column of the row's field called `key`, an Interval or None."""

    def cell(row: SuiteRow) -> tuple[str, str]:
        return form(getattr(row, key))

    def alike(rows: Sequence[SuiteRow]) -> Callable[[SuiteRow], tuple[str, str]]:
        same = formats.alike(form, [getattr(row, key) for row in rows])
        return lambda row: same(getattr(row, key))

    return Column(name=name, key=key, cell=cell, alike=alike, group=group, spread=True, **more)


def _pair(name: str, keys: tuple[str, str], form: formats.Form, group: Group, **more: Any) -> Column[SuiteRow]:
    """Two of the row's intervals in one cell of a document; its number is the first's."""

    def cell(row: SuiteRow) -> tuple[str, str]:
        return formats.beside(form(getattr(row, keys[0])), form(getattr(row, keys[1])))

    def alike(rows: Sequence[SuiteRow]) -> Callable[[SuiteRow], tuple[str, str]]:
        same = formats.alike(form, [getattr(row, key) for row in rows for key in keys])
        return lambda row: formats.beside(same(getattr(row, keys[0])), same(getattr(row, keys[1])))

    return Column(name=name, key=keys[0], cell=cell, alike=alike, group=group, shown=Output.DOCUMENT, **more)


def _score(row: SuiteRow, form: formats.Form) -> tuple[str, str]:
    """The score; of items that nothing grades there is none to be known."""
    return (tr(NOT_MEASURED), "") if row.ungraded and row.score is None else form(row.score)


def _scores(rows: Sequence[SuiteRow]) -> Callable[[SuiteRow], tuple[str, str]]:
    same = formats.alike(formats.percent, [row.score for row in rows])
    return lambda row: _score(row, same)


def _count(key: str, group: Group = Group.GAPS, shown: Output = Output.CSV, **more: Any) -> Column[SuiteRow]:
    """A column of the row's field called `key`, a number or None."""

    def cell(row: SuiteRow) -> str:
        return formats.count(getattr(row, key))

    return Column(name=key, key=key, cell=cell, group=group, shown=shown, **more)


_NAMED = Output.DOCUMENT | Output.CSV
COLUMNS: tuple[Column[SuiteRow], ...] = (
    label("model", "model", lambda row: row.model, shown=_NAMED, group=Group.NAMES),
    label("suite", "suite", lambda row: row.suite, shown=_NAMED, group=Group.NAMES),
    Column(name="n", key="n", cell=planned, group=Group.SCORE),
    _count("planned"),
    _count("repeats"),
    replace(
        _interval("score", "score", formats.percent, Group.SCORE, aside=tr_later("95 % interval"), better="up"),
        cell=lambda row: _score(row, formats.percent),
        alike=_scores,
    ),
    _interval("pass@k", "pass_at_k", formats.percent, Group.SCORE, better="up"),
    _pair(
        "TTFAT p50 / p95", ("ttfat_p50_s", "ttfat_p95_s"), formats.amount, Group.FIRST_TOKEN, unit="s", better="down"
    ),
    _interval("TTFAT p50", "ttfat_p50_s", formats.amount, Group.FIRST_TOKEN, unit="s", better="down", shown=SPLIT),
    _interval("TTFAT p95", "ttfat_p95_s", formats.amount, Group.FIRST_TOKEN, unit="s", better="down", shown=SPLIT),
    _pair("E2E p50 / p95", ("e2e_p50_s", "e2e_p95_s"), formats.amount, Group.DURATION, unit="s", better="down"),
    _interval("E2E p50", "e2e_p50_s", formats.amount, Group.DURATION, unit="s", better="down", shown=SPLIT),
    _interval("E2E p95", "e2e_p95_s", formats.amount, Group.DURATION, unit="s", better="down", shown=SPLIT),
    _interval(tr_later("output tok/s"), "output_tok_s", formats.whole, Group.DURATION, unit="tok/s", better="up"),
    _pair(
        tr_later("tokens in / out per item"), ("tokens_in", "tokens_out"), formats.whole, Group.TOKENS, unit="tokens"
    ),
    _interval(tr_later("tokens in"), "tokens_in", formats.whole, Group.TOKENS, unit="tokens", shown=SPLIT),
    _interval(tr_later("tokens out"), "tokens_out", formats.whole, Group.TOKENS, unit="tokens", shown=SPLIT),
    _interval(
        tr_later("USD per 1,000 items"), "cost_per_1000_usd", formats.amount, Group.COST, unit="USD", better="down"
    ),
    replace(_count(str(Outcome.TRUNCATED), Group.SCORE, Output.DOCUMENT, better="down"), cell=_truncated),
    _count(str(Outcome.TRUNCATED), Group.SCORE, SPLIT, better="down"),
    _count("repeating", Group.SCORE, SPLIT, better="down"),
    _count(str(Outcome.REFUSED)),
    _count(str(Outcome.UNPARSABLE)),
    _count("missing", shown=Output.ALL, better="down"),
    _count("overridden"),
    _count("timed"),
    _count("clean"),
)
"""The comparison's columns, in the order of the CSV file."""


def columns(repeats: int) -> tuple[Column[SuiteRow], ...]:
    """The columns of a table: pass@k follows the score where every item was asked k > 1 times."""
    return tuple(
        replace(column, name=f"pass@{repeats}") if column.key == "pass_at_k" else column
        for column in COLUMNS
        if repeats > 1 or column.key != "pass_at_k"
    )
