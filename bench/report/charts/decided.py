"""How a run came to a decision: the statistic of each part at every look, over what was spent, and the boundary."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import scipy

from bench.claims import MEAN, Judgement, early, parts
from bench.language import tr
from bench.records import RunRecord
from bench.report.charts.plane import ALL
from bench.report.charts.spent import Course, Picture, dollars
from bench.stats import levels

MOST = 8.0
"""Statistics are drawn no larger, so that boundaries stay in sight."""


def decided(judgement: Judgement, record: RunRecord, basis: str, stem: Path) -> list[Path]:
    """Writes the chart of a claim and returns its files; none for a run that is judged at its end."""
    if judgement.stand is None or judgement.case.looks is None or not judgement.path:
        return []
    spent, priced = _spent(judgement, record)
    said = early.line(judgement, record)
    assert said is not None
    picture = Picture(
        title=f"{judgement.claim.name}: {said}",
        reading=tr("A part of the claim is shown once its line reaches the boundary, and stays shown."),
        caption=tr(
            "{candidate} against {baseline}, {of} looks; {basis}",
            candidate=judgement.claim.candidate,
            baseline=judgement.claim.baseline,
            of=judgement.stand.of,
            basis=basis,
        ),
        across=tr("USD spent; open looks at what they would cost about") if priced else tr("items asked"),
        up=tr("standard errors inside the margin"),
        stop=spent[judgement.stand.look - 1] if judgement.stand.decided else None,
    )
    return dollars([*_courses(judgement, spent)], picture, stem)


def _spent(judgement: Judgement, record: RunRecord) -> tuple[tuple[float, ...], bool]:
    """What every planned look had spent, or would have: USD, or items where no price is known."""
    looks = record.looks
    assert looks is not None
    items = [sum(ends[at] for ends in looks.items.values()) for at in range(looks.count)]
    bill = early.bill(judgement, record)
    money = [look.spent_usd for look in looks.taken]
    if bill is None or bill.fixed_usd is None or None in money:
        return tuple(map(float, items)), False
    known = [float(usd or Decimal(0)) for usd in money]
    coming = [float(bill.fixed_usd) * items[at] / items[-1] for at in range(len(known), looks.count)]
    return (*known, *(max(usd, known[-1]) for usd in coming)), True


def _courses(judgement: Judgement, spent: tuple[float, ...]) -> Iterator[Course]:
    assert judgement.case.looks is not None
    sizes = judgement.case.looks.sizes
    for (suite, key), p_values in judgement.path.items():
        where = ALL if suite == MEAN else suite
        named = tr(ALL) if suite == MEAN else suite
        shown = tuple(_z(p) for p in p_values)
        noun = parts.part(key).noun
        label, legend = f"{where}, {noun}", f"{named}, {tr(noun)}"
        yield Course(label=label, shown=legend, spent=spent[: len(shown)], values=shown)
    suite = next(iter(judgement.path))[0]
    at = levels(sizes.fractions(suite), judgement.claim.alpha, sizes.shape)
    yield Course(
        label="boundary", shown=tr("boundary"), spent=spent, values=tuple(_z(level) for level in at), bound=True
    )


def _z(p: float) -> float:
    """A one-sided p-value as a normal quantile, within MOST."""
    return float(max(-MOST, min(MOST, -scipy.special.ndtri(min(max(p, 1e-300), 1 - 1e-16)))))
