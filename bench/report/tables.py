"""The comparison as text: the table's cells, Markdown, CSV, JSON, and the notes that belong to it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace

from bench.report.comparison import Comparison, SuiteRow, as_records, flat_records
from bench.stats import Interval

HEADERS = (
    "model", "suite", "n", "score", "TTFAT p50 / p95 (s)", "E2E p50 / p95 (s)", "output tok/s",
    "tokens in / out", "USD per 1,000 items", "truncated", "missing",
)  # fmt: skip
BLOCKS = ((0, 1, 2, 3, 9, 10), (0, 1, 4, 5), (0, 1, 6, 7, 8))
"""HEADERS by number, in blocks narrow enough for a terminal: quality, latency, cost."""
UNKNOWN = "unknown"


def cells(row: SuiteRow) -> list[tuple[str, str]]:
    """A row's cells under HEADERS: (value, its 95 % interval or remark; empty if there is none)."""
    return [
        (row.model, ""),
        (row.suite, ""),
        (str(row.n), f"of {row.planned}" if row.n != row.planned else ""),
        _interval(row.score and _scaled(row.score, 100), "{:.0f}", " %"),
        _pair(row.ttfat_p50_s, row.ttfat_p95_s),
        _pair(row.e2e_p50_s, row.e2e_p95_s),
        _interval(row.output_tok_s, "{:.0f}"),
        _tokens(row),
        _interval(row.cost_per_1000_usd, "{:.3g}"),
        (str(row.truncated), f"{row.repeating} repeating" if row.repeating else ""),
        (str(row.missing), ""),
    ]


def _scaled(interval: Interval, by: float) -> Interval:
    low, high = (None if b is None else b * by for b in (interval.low, interval.high))
    return replace(interval, estimate=interval.estimate * by, low=low, high=high)


def _interval(interval: Interval | None, form: str, unit: str = "") -> tuple[str, str]:
    if interval is None:
        return UNKNOWN, ""
    return form.format(interval.estimate) + unit, _bounds(interval, form.format)


def _bounds(interval: Interval, form: Callable[[float], str]) -> str:
    if interval.low is None and interval.high is None:
        return "no interval"
    low, high = ("?" if b is None else form(b) for b in (interval.low, interval.high))
    return f"{low} to {high}"


def _seconds(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _pair(middle: Interval | None, tail: Interval | None) -> tuple[str, str]:
    if middle is None or tail is None:
        return UNKNOWN, ""
    values = f"{_seconds(middle.estimate)} / {_seconds(tail.estimate)}"
    return values, f"{_bounds(middle, _seconds)} / {_bounds(tail, _seconds)}"


def _tokens(row: SuiteRow) -> tuple[str, str]:
    if row.tokens_in is None or row.tokens_out is None:
        return UNKNOWN, ""
    bounds = " / ".join(_bounds(i, "{:.0f}".format) for i in (row.tokens_in, row.tokens_out))
    return f"{row.tokens_in.estimate:.0f} / {row.tokens_out.estimate:.0f}", bounds


def notes(comparison: Comparison) -> list[str]:
    """What a reader must know beside the table: dates, prices, caps, sampling, and every reservation."""
    manifest = comparison.manifest
    lines = [
        f"Run {manifest['run']}, started {manifest['started_at']}, claimbench {manifest['versions']['claimbench']}. "
        "Second values are 95 % intervals; items of one family count as one cluster. "
        "TTFAT: time to first answer token; E2E: send to end of answer."
    ]
    for suite, about in manifest["suites"].items():
        lines.append(
            f"{suite}: {about['items_planned']} of {about['items_available']} items, the same for every model."
        )
    lines += [_model_note(label, model) for label, model in manifest["models"].items()]
    for row in comparison.rows:
        lines += _reservations(row)
    for label, why in (manifest.get("stopped") or {}).items():
        lines.append(f"{label} was stopped: {why}")
    return lines


def _model_note(label: str, model: dict[str, object]) -> str:
    cap = model["max_tokens"]
    parts = [f"answers capped at {cap} tokens" if cap else "the tasks' own token caps"]
    if str(model["model"]).startswith("weights/"):
        rate = model["usd_per_hour"]
        cost = "cost unknown: no usd_per_hour" if rate is None else f"cost from {rate:g} USD per machine hour"
        cache = "on" if model["prompt_cache"] else "off"
        parts += [cost, f"{model['slots']} slot(s), prompt cache {cache}, on this machine"]
    else:
        parts.append("cost unknown: no price")
    return f"{label} is {model['model']}: {'; '.join(parts)}."


def _reservations(row: SuiteRow) -> list[str]:
    where = f"{row.model} on {row.suite}"
    found = []
    if row.overridden:
        found.append(f"{where}: {row.overridden} truncated or refused answers count 0, though their text would score.")
    if row.unparsable or row.refused:
        found.append(f"{where}: {row.unparsable} unparsable and {row.refused} refused answers count 0.")
    if row.missing:
        found.append(f"{where}: {row.missing} of {row.planned} answers are missing and in no number.")
    if row.timed < row.n:
        found.append(f"{where}: {row.n - row.timed} answers were reused from earlier runs and are in no latency.")
    if row.timed and not row.latency_is_clean:
        found.append(f"{where}: only {row.clean} of {row.timed} timings are clean; this machine was busy.")
    return found


def markdown(comparison: Comparison) -> str:
    """comparison.md: the table, then the notes."""
    lines = [f"| {' | '.join(HEADERS)} |", "|---|---|" + "---:|" * (len(HEADERS) - 2)]
    for row in comparison.rows:
        texts = [f"{value} ({aside})" if aside else value for value, aside in cells(row)]
        lines.append(f"| {' | '.join(texts)} |")
    return "\n".join([*lines, "", *(f"- {note}" for note in notes(comparison))]) + "\n"


def csv_text(comparison: Comparison) -> str:
    """comparison.csv: one row per model and suite; unknown is empty."""
    records = flat_records(comparison)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(records[0]) if records else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()


def json_text(comparison: Comparison) -> str:
    """comparison.json: rows and notes; unknown is null."""
    return json.dumps({"rows": as_records(comparison), "notes": notes(comparison)}, indent=2, ensure_ascii=False) + "\n"
