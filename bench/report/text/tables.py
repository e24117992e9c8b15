"""The comparison as text: Markdown, CSV, JSON, and the notes that belong to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from bench import claims, clean
from bench.language import tr, tr_later
from bench.records import RecordedLane, RecordedModel, RecordedSuite, slice_words
from bench.records.note import Note, info, warning
from bench.report.numbers import languages, likeness
from bench.report.numbers.comparison import RunComparison, SuiteRow, as_records
from bench.report.numbers.costless import Costless
from bench.report.text import column, grid, marks, measures, money, pairtables
from bench.report.text.clocks import clock_notes
from bench.report.text.column import Table
from bench.report.text.imported import import_notes
from bench.report.text.machine import machine_notes
from bench.report.text.shape import ComparisonJson
from bench.report.text.throttled import throttling, throttling_notes

MARKS = tr_later(
    "↑ more is better, ↓ less is better. Bold: better than every other model on the suite "
    "beyond chance, pair by pair; italic: the best estimate, which may be chance."
)
COSTLESS = {
    Costless.NO_ANSWER: tr_later("cost unknown: no answer of it counts"),
    Costless.NO_PRICE: tr_later("cost unknown: no price"),
    Costless.NO_RATE: tr_later("cost unknown: no exchange rate for the currency of its price"),
    Costless.NO_CLASS: tr_later("cost unknown: its price leaves out a kind of tokens that was used"),
    Costless.NO_TOKENS: tr_later("cost unknown: of some calls, retries included, the tokens were never reported"),
    Costless.BEYOND: tr_later("cost unknown: some calls were billed beyond their tokens, or in another tier"),
}
"""What is said of a model's costs."""


def _slice(about: RecordedSuite, seed: int | None) -> str:
    """What drew the items, where not all were asked."""
    if seed is None or about.items_planned == about.items_available:
        return ""
    return tr(" (a sample, drawn with seed {seed})", seed=seed)


def _shared(comparison: RunComparison, suite: str) -> str:
    """Whether every model has every item; an import need not."""
    uneven = comparison.record.imported and any(r.unasked for r in comparison.rows if r.suite == suite)
    return tr("not all of them of every model") if uneven else tr("the same for every model")


def notes(comparison: RunComparison) -> list[Note]:
    """What a reader must know beside the table: dates, prices, caps, sampling, and every reservation."""
    record = comparison.record
    lines: list[str | Note] = [warning(tr(record.remark))] if record.remark else []
    lines += [
        tr(
            "Run {run}, started {started_at}Z, claimbench {version}. In parentheses: 95 % intervals, "
            "items of one family as one cluster; ? is a bound that so few answers cannot give. "
            "TTFAT: time to first answer token; E2E: send to end of answer.",
            run=record.run,
            started_at=record.started_at[:19],
            version=record.versions.get("claimbench"),
        )
    ]
    settings = record.settings
    for suite, about in record.suites.items():
        sliced = _slice(about, record.settings.slice_seed)
        shared = _shared(comparison, suite)
        chosen = (
            tr(" of {words}", words=words)
            if (words := slice_words(settings.levels, settings.families, settings.kinds))
            else ""
        )
        lines.append(
            tr(
                "{suite}: {items_planned} of {items_available} {items_available:item|items}{chosen}{sliced}, {shared}.",
                suite=suite,
                items_planned=about.items_planned,
                items_available=about.items_available,
                chosen=chosen,
                sliced=sliced,
                shared=shared,
            )
        )
    lines += clock_notes(record)
    lines += money.derived_notes(record)
    if not record.imported:
        lines += [_model_note(label, model, comparison) for label, model in record.models.items()]
    lines += import_notes(record)
    lines += comparison.sampling
    lines += machine_notes(record)
    lines += throttling_notes(record)
    lines += comparison.oddities
    lines += comparison.unbridged
    lines += [comparison.uncompared] if comparison.uncompared else []
    lines += _truncation_warnings(comparison)
    lines += comparison.routes
    if record.settings.repeats > 1:
        lines.append(_repeats_note(record.settings.repeats))
    for row in comparison.rows:
        lines += _reservations(row, bool(record.imported), bool(record.models[row.model].batch))
    for suite, why in record.refused.items():
        lines.append(warning(tr("{suite} was left out. {why}", suite=suite, why=why)))
    if "unsafe" in (record.sandbox or ""):
        lines.append(warning(tr("model-written code ran without a sandbox, because --unsafe-no-sandbox said so.")))
    for label, why in record.stopped.items():
        lines.append(tr("{label} was stopped: {why}", label=label, why=why))
    return [line if isinstance(line, Note) else info(line) for line in lines]


def _truncation_warnings(comparison: RunComparison) -> Iterator[Note]:
    """Where answers of one side were cut more often: a cap, and no lack of skill, may make that side's score."""
    for suite in dict.fromkeys(row.suite for row in comparison.rows):
        rows = [row for row in comparison.rows if row.suite == suite and row.n and row.score]
        if len({row.truncated / row.n for row in rows if row.truncated is not None}) > 1:
            counts = ", ".join(
                tr("{model} {truncated} of {n}", model=row.model, truncated=row.truncated, n=row.n) for row in rows
            )
            yield warning(
                tr(
                    "on {suite} answers were truncated unequally ({counts}). Truncated answers score 0, so "
                    "the token cap may be part of the difference; max_tokens of a model raises it.",
                    suite=suite,
                    counts=counts,
                )
                if not any(comparison.record.models[row.model].agent for row in rows)
                else tr(
                    "on {suite} caps ended the models' work unequally ({counts}). Such work scores 0, so the caps may "
                    "be part of the difference; agent_turns, agent_minutes and agent_usd of [run] raise them.",
                    suite=suite,
                    counts=counts,
                )
            )


def _repeats_note(repeats: int) -> str:
    return tr(
        "Every item was asked {repeats} times. Scores are means over items of each item's mean, "
        "pass@{repeats} is the share of items solved at least once (unbiased, over items with "
        "all {repeats} answers), latencies take one answer of each item: repeats are never "
        "counted as items.",
        repeats=repeats,
    )


def _model_note(label: str, model: RecordedModel, comparison: RunComparison) -> str:
    cap = model.max_tokens
    parts = [tr("answers capped at {cap} tokens", cap=cap) if cap else tr("the tasks' own token caps")]
    if model.agent:
        parts = [
            tr("at work in {agent}, whose own caps hold", agent=f"{model.agent.name} {model.agent.version}".strip())
        ]
        parts += [tr("answers for which it states none capped at {cap} tokens", cap=cap)] if cap else []
    if model.local:
        rate = model.usd_per_hour
        cost = (
            tr("cost unknown: no usd_per_hour")
            if rate is None
            else tr("cost from {rate:g} USD per machine hour", rate=rate)
        )
        cache = tr("on") if model.prompt_cache else tr("off")
        if model.asked_order:
            cache = tr("on, prompts with the same beginning back to back")
        parts += [cost, tr("{slots} slot(s), prompt cache {cache}, on this machine", slots=model.slots, cache=cache)]
    else:
        priced = any(row.cost_per_1000_usd for row in comparison.rows if row.model == label)
        dates = tr(" and ").join(comparison.record.price_dates)
        if priced and dates:
            parts.append(tr("cost from {dates}", dates=dates))
        elif not priced:
            parts += [tr(COSTLESS[why]) for why in comparison.costless.get(label, ())]
    if model.batch:
        parts.append(tr("asked by batch, at the batch price and without latency"))
    return tr("{label} is {model}: {parts}.", label=label, model=model.model, parts="; ".join(parts))


def _reservations(row: SuiteRow, imported: bool, batch: bool) -> Iterator[str]:
    """`batch`: whether its model was asked by batch, so that no answer has a latency, reused or not."""
    where = tr("{model} on {suite}", model=row.model, suite=row.suite)
    if row.overridden:
        yield tr(
            "{where}: {overridden} truncated or refused {overridden:answer counts|answers count} 0, though "
            "{overridden:its|their} text would score.",
            where=where,
            overridden=row.overridden,
        )
    if row.ungraded:
        yield tr(
            "{where}: nothing grades {ungraded} of {n} {n:answer|answers}. Their quality is not measured; cost, "
            "latency, length "
            "and how they ended are of all {n}.",
            where=where,
            ungraded=row.ungraded,
            n=row.n,
        )
    if (row.unparsable or row.refused) and row.ungraded:
        yield tr(
            "{where}: {unparsable} empty or unparsable and {refused} refused answers.",
            where=where,
            unparsable=row.unparsable,
            refused=row.refused,
        )
    elif row.unparsable or row.refused:
        yield tr(
            "{where}: {unparsable} unparsable and {refused} refused answers count 0.",
            where=where,
            unparsable=row.unparsable,
            refused=row.refused,
        )
    if row.missing:
        yield tr(
            "{where}: {missing} of {planned} {planned:answer|answers} {missing:is|are} missing and in no number.",
            where=where,
            missing=row.missing,
            planned=row.planned,
        )
    if row.unasked:
        counts = {"where": where, "unasked": row.unasked, "planned": row.planned}
        yield (
            tr("{where}: {unasked} of {planned} {planned:answer|answers} {unasked:is|are} not in the source.", **counts)
            if imported
            else tr(
                "{where}: {unasked} of {planned} planned {planned:answer|answers} {unasked:was|were} asked of no model "
                "yet.",
                **counts,
            )
        )
    if row.ends:
        yield tr(
            "{where}: of {n} {n:episode|episodes} {ended} did not end by {ended:itself|themselves}: {causes}.",
            where=where,
            n=row.n + row.missing,
            ended=sum(row.ends.values()),
            causes=", ".join(f"{cause} {count}" for cause, count in row.ends.items()),
        )
    if not imported and not batch:
        yield from _untimed(row, where)
    if row.timed and not row.latency_is_clean and not imported:
        yield tr(
            "{where}: only {clean} of {timed} {timed:timing|timings} {clean:is|are} clean; this machine was busy.",
            where=where,
            clean=row.clean,
            timed=row.timed,
        )


def _untimed(row: SuiteRow, where: str) -> Iterator[str]:
    """Answers that are in no latency, by why."""
    unmeasured = row.n - row.timed - row.reused
    if row.reused:
        yield tr(
            "{where}: {n} {n:answer was|answers were} reused from earlier runs and {n:is|are} in no latency.",
            where=where,
            n=row.reused,
        )
    if unmeasured > 0:
        yield tr(
            "{where}: the time of {n} {n:answer|answers} was not measured to its end; {n:it is|they are} in no "
            "latency.",
            where=where,
            n=unmeasured,
        )


def sheet(comparison: RunComparison, alike: bool = False) -> Table:
    """The comparison: a row per model and suite; `alike`: see `column.table`."""
    best, lanes = marks.best(comparison), comparison.record.lanes
    shown: tuple[column.Column[SuiteRow], ...] = measures.columns(comparison.record.settings.repeats)
    if any(map(throttling, lanes.values())):
        shown += (_pace(lanes),)
    return column.table(
        "",
        shown,
        comparison.rows,
        legend=MARKS,
        place=lambda number, _: f"comparison.json/rows/{number}",
        mark=lambda shown, row: best.get((row.suite, row.model, shown.key), ""),
        alike=alike,
    )


def _pace(lanes: Mapping[str, RecordedLane]) -> column.Column[SuiteRow]:
    """What an endpoint's complaints made of a model's pace, of a run in which one was slowed down."""

    def cell(row: SuiteRow) -> str:
        return throttling(lanes[row.model]) if row.model in lanes else ""

    shown = column.Output.DOCUMENT
    return column.label(tr_later("throttling"), "throttling", cell, shown=shown, group=measures.Group.GAPS)


def every(comparison: RunComparison, alike: bool = False) -> list[Table]:
    """The comparison, pairs of models, frontier, likenesses, bridges from list price to the bill; see `sheet`."""
    return [
        sheet(comparison, alike),
        *pairtables.tables(comparison.differences, comparison.places),
        *likeness.tables(comparison.likenesses),
        *languages.tables(comparison.languages),
        *money.tables(comparison.bridges),
    ]


def markdown(comparison: RunComparison) -> str:
    """comparison.md: the table, the claims, the notes, pairs of models, the bridges from list price to the bill."""
    first = sheet(comparison)
    lines = [*grid.markdown(first), "", *map(clean.markdown, first.legend.split("\n"))]
    stated = claims.lines(comparison.ruling, comparison.record)
    lines += [text for claim in stated for text in ("", clean.markdown(claim))]
    lines += ["", *(f"- {clean.markdown(str(note))}" for note in notes(comparison))]
    lines += [*pairtables.markdown(comparison.differences, comparison.places)]
    lines += [*likeness.markdown(comparison.likenesses), *languages.markdown(comparison.languages)]
    lines += [*money.markdown(comparison.bridges)]
    return "\n".join(lines) + "\n"


def csv_text(comparison: RunComparison) -> str:
    """comparison.csv: one row per model and suite; unknown is empty."""
    return column.csv_text(measures.COLUMNS, comparison.rows)


def json_text(comparison: RunComparison) -> str:
    """comparison.json: rows, claims in brief, pairs of models, the frontier and the rest; unknown is null."""
    content: ComparisonJson = {
        "rows": as_records(comparison),
        "claims": claims.lines(comparison.ruling, comparison.record),
        "differences": [asdict(row) for row in comparison.differences],
        "frontier": [asdict(row) for row in comparison.places],
        "language_gaps": [asdict(row) for row in comparison.languages],
        "notes": [str(note) for note in notes(comparison)],
        "bridges": [asdict(bridge) for bridge in comparison.bridges],
        "latency": [asdict(probe) for probe in comparison.latency],
    }
    if comparison.load:
        content["load"] = [asdict(curve) for curve in comparison.load]
    if comparison.likenesses:
        content["likenesses"] = [asdict(row) for row in comparison.likenesses]
    return clean.terminal(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
