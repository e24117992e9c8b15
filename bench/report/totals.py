"""The published totals of an import, as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields

from bench.aggregates import AggregateRow
from bench.report.tables import UNKNOWN, count, percent
from bench.stats import Interval, proportion_interval

NAME = "totals.csv"
HEADERS = (
    "model", "suite", "n", "score (95 % interval)", "USD per item", "s per item", "calls per item", "date", "compares within",
)  # fmt: skip


def score_interval(row: AggregateRow) -> Interval | None:
    """The score with Wilson's interval, items taken as independent; without one where only a mean is known."""
    if row.score is None:
        return None
    if row.n is None or row.successes is None:
        return Interval(row.score, None, None, row.n or 0)
    solved = [1.0] * row.successes + [0.0] * (row.n - row.successes)
    return proportion_interval(solved, [str(at) for at in range(row.n)])


def markdown(rows: Sequence[AggregateRow]) -> str:
    """A table, best first within what may be compared."""
    lines = ["## Published totals", "", f"| {' | '.join(HEADERS)} |", "|---|---|" + "---:|" * 5 + "---|---|"]
    for row in sorted(rows, key=lambda one: (one.suite, one.comparable, -(one.score or 0), one.model)):
        value, bounds = percent(score_interval(row))
        each = None if row.cost_total_usd is None or not row.n else row.cost_total_usd / row.n
        cells = [
            row.model, row.suite, count(row.n), f"{value} ({bounds})" if bounds else value,
            *(UNKNOWN if number is None else f"{number:.3g}" for number in (each, row.latency_mean_s, row.calls_mean)),
            row.date or UNKNOWN, row.comparable,
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    note = (
        "Single items were not published, so models are compared by their totals alone, and only within the last column. "
        "Intervals take items as independent."
    )
    return "\n".join([*lines, "", note]) + "\n"


def csv_text(rows: Sequence[AggregateRow]) -> str:
    """All columns; unknown is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(AggregateRow)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return out.getvalue()
