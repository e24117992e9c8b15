"""The comparison as text: the table's cells, Markdown, CSV, JSON, and the notes that belong to it."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from dataclasses import asdict

from bench import claims
from bench.report.numbers import languages
from bench.report.numbers.comparison import Comparison, SuiteRow, as_records, flat_records
from bench.report.text import grid, marks, money, pairtables
from bench.report.text.clocks import clock_notes
from bench.report.text.grid import Column, Entry, Table
from bench.report.text.imported import import_notes
from bench.report.text.machine import machine_notes
from bench.stats import Interval

Cell = tuple[str, str]
"""A value, and what belongs in parentheses after it: its 95 % interval or a remark; empty if there is none."""
COLUMNS = (
    Column("model", words=True), Column("suite", words=True), Column("n"), Column("score (95 % interval)", "up"),
    Column("truncated", "down"), Column("TTFAT p50 / p95 (s)", "down"), Column("E2E p50 / p95 (s)", "down"),
    Column("output tok/s", "up"), Column("tokens in / out per item"), Column("USD per 1,000 items", "down"),
    Column("missing", "down"),
)  # fmt: skip
"""The comparison's columns; `columns` adds one for repeats."""
MARKED = {COLUMNS[3]: marks.SCORE, COLUMNS[9]: marks.COST}
"""The columns that are compared pair by pair, and may have a best."""
MARKS = (
    "↑ more is better, ↓ less is better. Bold: better than every other model on the suite beyond chance, pair by pair; "
    "italic: the best estimate, which may be chance."
)
UNKNOWN = "unknown"


def columns(repeats: int) -> list[Column]:
    """The columns: pass@k follows the score where every item was asked k > 1 times."""
    return [*COLUMNS[:4], *([Column(f"pass@{repeats}", "up")] if repeats > 1 else []), *COLUMNS[4:]]


def headers(repeats: int) -> list[str]:
    """The columns' headers."""
    return [column.header for column in columns(repeats)]


def cells(row: SuiteRow) -> list[Cell]:
    """A row's cells under `headers`."""
    return [
        (row.model, ""),
        (row.suite, ""),
        planned(row),
        percent(row.score),
        *([percent(row.pass_at_k)] if row.repeats > 1 else []),
        (count(row.truncated), f"{row.repeating} repeating" if row.repeating else ""),
        _pair(seconds(row.ttfat_p50_s), seconds(row.ttfat_p95_s)),
        _pair(seconds(row.e2e_p50_s), seconds(row.e2e_p95_s)),
        whole(row.output_tok_s),
        _pair(whole(row.tokens_in), whole(row.tokens_out)),
        dollars(row.cost_per_1000_usd),
        (str(row.missing), ""),
    ]


def planned(row: SuiteRow) -> Cell:
    """Scored items, and of how many planned where some are missing; with repeats, of how many answers."""
    if row.repeats == 1:
        return str(row.n), f"of {row.planned}" if row.n != row.planned else ""
    missing = f", {row.n} of {row.planned} answers" if row.n != row.planned else ""
    return str(row.items), f"× {row.repeats}{missing}"


def count(number: int | None) -> str:
    """A count."""
    return UNKNOWN if number is None else str(number)


def percent(interval: Interval | None) -> Cell:
    """A score, to whole or tenth points."""
    digits = 0 if interval is None else min(1, _decimals(interval, 100) or 0)
    value, bounds = _interval(interval, lambda share: f"{100 * share:.{digits}f}")
    return (value if interval is None else f"{value} %"), bounds


def seconds(interval: Interval | None) -> Cell:
    """A latency."""
    return _amount(interval)


def whole(interval: Interval | None) -> Cell:
    """Tokens, or tokens per second."""
    return _interval(interval, lambda value: f"{value:.0f}")


def dollars(interval: Interval | None) -> Cell:
    """USD."""
    return _amount(interval)


def _amount(interval: Interval | None) -> Cell:
    """Two or three significant digits, as many as the interval warrants; three without one."""
    if interval is None or interval.estimate < 1e-4:
        return _interval(interval, lambda value: f"{value:.3g}")
    place = math.floor(math.log10(interval.estimate))
    warranted = _decimals(interval)
    digits = max(0, 2 - place if warranted is None else min(max(warranted, 1 - place), 2 - place))
    return _interval(interval, lambda value: f"{value:,.{digits}f}")


def _decimals(interval: Interval, scale: float = 1) -> int | None:
    """Decimals whose last is worth at most half of the interval's half-width; None without an interval."""
    if interval.low is None or interval.high is None or interval.high <= interval.low:
        return None
    return max(0, -math.floor(math.log10(scale * (interval.high - interval.low) / 4)))


def _interval(interval: Interval | None, form: Callable[[float], str]) -> Cell:
    """A bound that too few values leave open is "?"."""
    if interval is None:
        return UNKNOWN, ""
    bounds = ["?" if bound is None else form(bound) for bound in (interval.low, interval.high)]
    return form(interval.estimate), "?" if bounds == ["?", "?"] else "–".join(bounds)


def _pair(first: Cell, second: Cell) -> Cell:
    if UNKNOWN in (first[0], second[0]):
        return UNKNOWN, ""
    return f"{first[0]} / {second[0]}", f"{first[1]} / {second[1]}"


def _shared(comparison: Comparison, suite: str) -> str:
    """Whether every model has every item; an import need not."""
    uneven = comparison.manifest.get("imported") and any(r.unasked for r in comparison.rows if r.suite == suite)
    return "not all of them of every model" if uneven else "the same for every model"


def notes(comparison: Comparison) -> list[str]:
    """What a reader must know beside the table: dates, prices, caps, sampling, and every reservation."""
    manifest = comparison.manifest
    lines = [
        f"Run {manifest['run']}, started {manifest['started_at'][:19]}Z, "
        f"claimbench {manifest['versions']['claimbench']}. "
        "In parentheses: 95 % intervals, items of one family as one cluster; ? is a bound that so few answers cannot "
        "give. TTFAT: time to first answer token; E2E: send to end of answer."
    ]
    for suite, about in manifest["suites"].items():
        lines.append(
            f"{suite}: {about['items_planned']} of {about['items_available']} items, {_shared(comparison, suite)}."
        )
    lines += clock_notes(manifest)
    lines += money.derived_notes(manifest)
    if not manifest.get("imported"):
        lines += [_model_note(label, model, comparison) for label, model in manifest["models"].items()]
    lines += import_notes(manifest)
    lines += comparison.sampling
    lines += machine_notes(manifest)
    lines += comparison.unbridged
    lines += _truncation_warnings(comparison)
    if manifest["settings"]["repeats"] > 1:
        lines.append(_repeats_note(manifest["settings"]["repeats"]))
    for row in comparison.rows:
        lines += _reservations(row, bool(manifest.get("imported")))
    for suite, why in (manifest.get("refused") or {}).items():
        lines.append(f"WARNING: {suite} was left out. {why}")
    if "unsafe" in (manifest.get("sandbox") or ""):
        lines.append("WARNING: model-written code ran without a sandbox, because --unsafe-no-sandbox said so.")
    for label, why in (manifest.get("stopped") or {}).items():
        lines.append(f"{label} was stopped: {why}")
    return lines


def _truncation_warnings(comparison: Comparison) -> list[str]:
    """Where answers of one side were cut more often: a cap, and no lack of skill, may make that side's score."""
    found = []
    for suite in dict.fromkeys(row.suite for row in comparison.rows):
        rows = [row for row in comparison.rows if row.suite == suite and row.n]
        if len({row.truncated / row.n for row in rows if row.truncated is not None}) > 1:
            counts = ", ".join(f"{row.model} {row.truncated} of {row.n}" for row in rows)
            found.append(
                f"WARNING: on {suite} answers were truncated unequally ({counts}). Truncated answers score 0, so the "
                "token cap may be part of the difference; max_tokens of a model raises it."
            )
    return found


def _repeats_note(repeats: int) -> str:
    return (
        f"Every item was asked {repeats} times. Scores are means over items of each item's mean, pass@{repeats} is the "
        f"share of items solved at least once (unbiased, over items with all {repeats} answers), latencies take one "
        "answer of each item: repeats are never counted as items."
    )


def _model_note(label: str, model: dict[str, object], comparison: Comparison) -> str:
    cap = model["max_tokens"]
    parts = [f"answers capped at {cap} tokens" if cap else "the tasks' own token caps"]
    if str(model["model"]).startswith("weights/"):
        rate = model["usd_per_hour"]
        cost = "cost unknown: no usd_per_hour" if rate is None else f"cost from {rate:g} USD per machine hour"
        cache = "on" if model["prompt_cache"] else "off"
        parts += [cost, f"{model['slots']} slot(s), prompt cache {cache}, on this machine"]
    else:
        priced = any(row.cost_per_1000_usd for row in comparison.rows if row.model == label)
        as_of = comparison.manifest.get("prices", {}).get("as_of")
        parts.append(f"cost from list prices as of {as_of}" if priced and as_of else "cost unknown: no price")
    return f"{label} is {model['model']}: {'; '.join(parts)}."


def _reservations(row: SuiteRow, imported: bool) -> list[str]:
    where = f"{row.model} on {row.suite}"
    found = []
    if row.overridden:
        found.append(f"{where}: {row.overridden} truncated or refused answers count 0, though their text would score.")
    if row.unparsable or row.refused:
        found.append(f"{where}: {row.unparsable} unparsable and {row.refused} refused answers count 0.")
    if row.missing:
        found.append(f"{where}: {row.missing} of {row.planned} answers are missing and in no number.")
    if row.unasked:
        none = "answers are not in the source" if imported else "planned answers were asked of no model yet"
        found.append(f"{where}: {row.unasked} of {row.planned} {none}.")
    if row.timed < row.n and not imported:
        found.append(f"{where}: {row.n - row.timed} answers were reused from earlier runs and are in no latency.")
    if row.timed and not row.latency_is_clean and not imported:
        found.append(f"{where}: only {row.clean} of {row.timed} timings are clean; this machine was busy.")
    return found


def sheet(comparison: Comparison) -> Table:
    """The comparison: a row per model and suite."""
    shown = columns(comparison.manifest["settings"]["repeats"])
    best = marks.best(comparison)
    rows = [
        tuple(
            Entry(value, aside, best.get((row.suite, row.model, MARKED.get(column, "")), ""))
            for column, (value, aside) in zip(shown, cells(row), strict=True)
        )
        for row in comparison.rows
    ]
    return Table("", tuple(shown), tuple(rows), MARKS)


def every(comparison: Comparison) -> list[Table]:
    """The comparison, pairs of models, the frontier, and the bridges from list price to the bill."""
    return [
        sheet(comparison),
        *pairtables.tables(comparison.differences, comparison.places),
        *languages.tables(comparison.languages),
        *money.tables(comparison.bridges),
    ]


def markdown(comparison: Comparison) -> str:
    """comparison.md: the table, the claims, the notes, pairs of models, the bridges from list price to the bill."""
    table = sheet(comparison)
    lines = [*grid.markdown(table), "", table.legend]
    lines += [text for claim in claims.lines(comparison.ruling, comparison.manifest) for text in ("", claim)]
    lines += ["", *(f"- {note}" for note in notes(comparison))]
    lines += [*pairtables.markdown(comparison.differences, comparison.places)]
    lines += [*languages.markdown(comparison.languages), *money.markdown(comparison.bridges)]
    return "\n".join(lines) + "\n"


def csv_text(comparison: Comparison) -> str:
    """comparison.csv: one row per model and suite; unknown is empty."""
    records = flat_records(comparison)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(records[0]) if records else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()


def json_text(comparison: Comparison) -> str:
    """comparison.json: rows, claims in brief, pairs of models, the frontier and the rest; unknown is null."""
    content = {
        "rows": as_records(comparison),
        "claims": claims.lines(comparison.ruling, comparison.manifest),
        "differences": [asdict(one) for one in comparison.differences],
        "frontier": [asdict(one) for one in comparison.places],
        "language_gaps": [asdict(one) for one in comparison.languages],
        "notes": notes(comparison),
        "bridges": [asdict(bridge) for bridge in comparison.bridges],
        "latency": [asdict(probe) for probe in comparison.latency],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
