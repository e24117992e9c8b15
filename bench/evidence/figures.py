"""The figures: what each candidate saves and loses, and every score difference with its interval."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from bench.evidence.judge import EvidenceJudgement
from bench.evidence.published import SETS
from bench.evidence.rule import BEST_CLAUDE, BEST_US, CHEAPER_BY, CHINESE, MARGINS
from bench.evidence.sets import DataSet
from bench.evidence.verdicts import CHINESE_VENDORS, LIVEBENCH, REPLACED, VerdictRow, leaders, of, title
from bench.report.charts import Dated, ForestRow, forest, timeline
from bench.stats import Interval

LEADERS = 3
"""Candidates of the answer's chart: the highest-scoring one of each of so many vendors."""
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]|-20\d{6}\b")
"""What a name's reader can do without: brackets and dates."""
FORESTS = (
    (BEST_CLAUDE, "Scores against the best Claude listed by the model's date", "forest"),
    (BEST_US, "Scores against the best other US model listed by the model's date", "forest-best-us"),
)


def draw(judged: Sequence[EvidenceJudgement], sets: Mapping[str, DataSet], folder: Path) -> list[Path]:
    """Writes the forest plots; a figure that would be empty is left out."""
    paths: list[Path] = []
    judged = [j for j in judged if not j.ruled.category and j.rows[0].vendor in CHINESE and j.n]
    for reference, heading, stem in FORESTS:
        chosen = [j for j in judged if j.ruled.reference == reference and j.difference.low is not None]
        if chosen:
            caption = f"90 % intervals, paired where single items are published. {_margins()} {_credit(chosen, sets)}"
            paths += forest(_rows(chosen, sets), worse_by=None, title=heading, caption=caption, stem=folder / stem)
    return paths


def _margins() -> str:
    return "Margins: " + ", ".join(f"{100 * d:g} points from {n} items on" for n, d in MARGINS) + "."


def _credit(judged: Sequence[EvidenceJudgement], sets: Mapping[str, DataSet]) -> str:
    known = [sets[name].published.provenance for name in dict.fromkeys(j.ruled.set for j in judged)]
    return (
        "Data: " + "; ".join(dict.fromkeys(f"{source_set.source} ({source_set.licence})" for source_set in known)) + "."
    )


def _rows(judged: Sequence[EvidenceJudgement], sets: Mapping[str, DataSet]) -> list[ForestRow]:
    """A line a claim, under its suite and baseline; the baselines in the order of their first candidate."""
    names = _names([(j.ruled.set, name) for j in judged for name in (j.ruled.candidate, j.ruled.baseline)])
    rows = []
    for j in judged:
        of, short = j.ruled.set, sets[j.ruled.set].published.short
        suite = j.ruled.suite.replace("tau2-", "").partition("_")[0]
        several = len({row.suite for row in sets[of].rows}) > 1 and sets[of].published.whole is None
        place = f"{short} {suite}" if several else short
        differing = None if j.lost is None or j.won is None else j.lost + j.won
        group = f"{place}: {names[of, j.ruled.baseline]}"
        rows.append(
            ForestRow(
                label=names[of, j.ruled.candidate], group=group, difference=j.difference, n=j.n, discordant=differing
            )
        )
    groups = list(dict.fromkeys(row.group for row in rows))
    return sorted(rows, key=lambda row: groups.index(row.group))


def _names(labels: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """(Set, label) -> a reader's name, without brackets and dates where that still tells it from the set's others."""
    plain = {(of, label): title(_ASIDE.sub("", label)) for of, label in labels}
    shown = [(of, name) for (of, _), name in plain.items()]
    return {key: name if shown.count((key[0], name)) == 1 else title(key[1]) for key, name in plain.items()}


def of_page(rows: Sequence[VerdictRow], folder: Path) -> list[Path]:
    """The page's figures, from verdicts.csv alone."""
    return [*draw_answer(rows, folder), *draw_since(rows, folder)]


def draw_answer(rows: Sequence[VerdictRow], folder: Path) -> list[Path]:
    """The README's chart: the leading candidates against each Claude they could replace. Nothing without LiveBench."""
    whole = of(rows, set=LIVEBENCH, suite="livebench")
    chosen = [
        row
        for candidate in leaders(rows, CHINESE_VENDORS)[:LEADERS]
        for reference in REPLACED
        for row in of(whole, candidate=candidate, reference=reference)
    ]
    if not chosen:
        return []
    lines = [
        ForestRow(
            label=f"{row.candidate}: {row.share}",
            group=f"instead of {row.baseline}",
            difference=_interval(row),
            n=int(row.text("n")),
            discordant=None,
        )
        for row in chosen
    ]
    order = list(dict.fromkeys(line.group for line in lines))
    lines.sort(key=lambda line: order.index(line.group))
    return forest(
        lines,
        worse_by=MARGINS[0][1],
        title="Instead of which Claude? Share of its bill, points lost or gained",
        caption="Behind each name: its bill as a share of that Claude's. 90 % intervals, unpaired. Data: LiveBench "
        f"2026-06-25, table of 2026-08-22, {int(chosen[0].text('n')):,} questions; figures computed from it.",
        stem=folder / "answer",
    )


def draw_since(rows: Sequence[VerdictRow], folder: Path) -> list[Path]:
    """Share of the best Claude's bill and score difference by the candidate's date; nothing without dated bills."""
    short = {each.name: (each.short, each.whole) for each in SETS}
    points = [
        Dated(
            label=row.candidate,
            group=short[row.text("set")][0],
            day=date.fromisoformat(row.text("candidate_date")),
            ratio=float(row.text("cost_ratio")),
            difference=_interval(row),
        )
        for row in of(rows, reference=BEST_CLAUDE)
        if row.text("cost_ratio")
        and row.text("candidate_vendor") in CHINESE
        and row.text("set") in short
        and short[row.text("set")][1] in (None, row.text("suite"))
    ]
    if not points:
        return []
    return timeline(
        points,
        cheaper_by=CHEAPER_BY,
        worse_by=MARGINS[0][1],
        title="Chinese models against the best Claude of their date",
        caption="A point a candidate; the AA Index gives no interval. Costs as published with the results. LiveBench "
        "and Harbor date no row: their points stand at the tables' last day. Sources: docs/is-it-true.md.",
        stem=folder / "since",
    )


def _interval(row: VerdictRow) -> Interval:
    low, high = row.number("difference_low_90"), row.number("difference_high_90")
    return Interval(float(row.text("difference")), low, high, int(row.text("n")))
