"""Every chart that a run's tables give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.claims import SCORE
from bench.language import tr
from bench.records import read_table, remove_others
from bench.report.charts import common, style, verdicts
from bench.report.charts.costbridge import cost_bridge
from bench.report.charts.decided import decided
from bench.report.charts.forest import forest
from bench.report.charts.latency import curves, latency
from bench.report.charts.levels import level_scores, levels
from bench.report.charts.loadcurve import load_curve
from bench.report.charts.pareto import cost_quality
from bench.report.charts.plane import claim_plane
from bench.report.charts.speedcost import latency_cost
from bench.report.charts.sweep import sweep
from bench.report.charts.tokens import token_use, tokens
from bench.report.numbers.bridge import Bridge
from bench.report.numbers.comparison import RunComparison
from bench.report.text.names import file_names
from bench.stats import Interval

if TYPE_CHECKING:
    import pandas as pd

MOST_PAIRS = 4
"""Pairs of models that get a cost bridge of their own; the tables have all."""


def write_charts(comparison: RunComparison, folder: Path, shape: style.Shape = "wide") -> list[Path]:
    """Writes charts/ of a run folder anew, and returns its files: each chart as SVG, PNG and CSV.

    Verdicts first, then what they rest on; a chart without data is left out. UsageError if the items cannot be read,
    IncompleteError if a file cannot be written.
    """
    if not comparison.rows:
        return []
    items = read_table(folder, "items")
    charts = folder / "charts"
    basis = common.basis(comparison, items)
    files = [
        *_claims(comparison, items, basis, charts, shape),
        *cost_quality(comparison, basis, charts / "cost_quality", shape),
        *_measured(comparison, items, basis, charts, shape),
        *_bridges(comparison, basis, charts, shape),
    ]
    remove_others(folder, "charts", ("svg", "png", "pdf", "csv"), {file.name for file in files})
    return files


def _claims(
    comparison: RunComparison, items: pd.DataFrame, basis: str, charts: Path, shape: style.Shape
) -> Iterator[Path]:
    """The plane and the forest of each claim; without claims one forest against the run's first model."""
    names = file_names((each.claim.name,) for each in comparison.ruling.judgements)
    for judgement in comparison.ruling.judgements:
        claim, name = judgement.claim, names[(judgement.claim.name,)]
        title = verdicts.title(judgement, comparison.record)
        about = tr(
            "{candidate} against {baseline}, {level:g} % intervals",
            candidate=claim.candidate,
            baseline=claim.baseline,
            level=100 * verdicts.level(judgement),
        )
        for number, (across, up) in enumerate(verdicts.planes(judgement)):
            points = verdicts.plane_points(judgement, across, up)
            if not points:
                continue
            region = tr(" (lines) and joint region (area)") if any(point.region for point in points) else ""
            stem = f"claim_{name}" if number == 0 else f"claim_{name}_{across.key}"
            yield from claim_plane(
                points,
                margins=claim.margins,
                title=title,
                caption=f"{about}{region}; {basis}",
                stem=charts / stem,
                shape=shape,
                across=across,
                up=up,
                reason=verdicts.reason(judgement),
            )
        yield from decided(judgement, comparison.record, basis, charts / f"looks_{name}")
        rows = verdicts.of_claim(comparison, items, judgement)
        least = tr("families of {least} items or more", least=verdicts.LEAST_ITEMS)
        if rows:
            yield from forest(
                rows,
                worse_by=claim.margins.get(SCORE.margin),
                title=tr(
                    "Where {candidate} gains and loses against {baseline}",
                    candidate=claim.candidate,
                    baseline=claim.baseline,
                ),
                caption=tr(
                    "{about}, {least}; differ: items with unlike scores; {basis}", about=about, least=least, basis=basis
                ),
                stem=charts / f"forest_{name}",
                shape=shape,
            )
    if comparison.ruling.judgements or len(common.models(comparison)) < 2:
        return
    first, rows = verdicts.against_first(comparison, items)
    if rows:
        yield from forest(
            rows,
            worse_by=None,
            title=tr("Score differences to {first}", first=first),
            stem=charts / "forest",
            shape=shape,
            caption=tr("95 % intervals, not corrected for the number of rows; {basis}", basis=basis),
        )


def _measured(
    comparison: RunComparison, items: pd.DataFrame, basis: str, charts: Path, shape: style.Shape
) -> Iterator[Path]:
    """What was measured beside score and cost: a sweep, latency, levels, tokens."""
    yield from sweep(comparison, basis, charts / "sweep", shape)
    times = curves(comparison, items)
    if times:
        yield from latency(
            times, tr("Items timed cleanly for every model shown; {basis}", basis=basis), charts / "latency", shape
        )
    yield from load_curve(comparison, charts / "load", shape)
    yield from latency_cost(comparison, basis, charts / "latency_cost", shape)
    scores = level_scores(comparison, items)
    if scores:
        yield from levels(scores, basis, charts / "levels", shape)
    uses = token_use(comparison, items)
    if any(use.means for use in uses):
        yield from tokens(uses, basis, charts / "tokens", shape)


def _bridges(comparison: RunComparison, basis: str, charts: Path, shape: style.Shape) -> Iterator[Path]:
    pairs: dict[tuple[str, str], list[Bridge]] = {}
    for bridge in comparison.bridges:
        pairs.setdefault((bridge.candidate, bridge.baseline), []).append(bridge)
    names = file_names(pairs, "_against_")
    for (candidate, baseline), bridges in list(pairs.items())[:MOST_PAIRS]:
        ratios = dict(_ratios(comparison, candidate, baseline))
        yield from cost_bridge(bridges, ratios, basis, charts / f"cost_bridge_{names[candidate, baseline]}", shape)


def _ratios(comparison: RunComparison, candidate: str, baseline: str) -> Iterator[tuple[str, Interval]]:
    """The pair's cost ratio by suite, whichever of the two the comparison names first."""
    for difference in comparison.differences:
        ratio = difference.cost_ratio
        if ratio is None or {difference.model, difference.other} != {candidate, baseline}:
            continue
        if difference.model == baseline:
            low, high = (None if bound is None else 1 / bound for bound in (ratio.high, ratio.low))
            ratio = Interval(1 / ratio.estimate, low, high, ratio.n)
        yield difference.suite, ratio
