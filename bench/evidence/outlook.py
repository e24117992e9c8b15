"""What it would take to decide the open claims: runs on paired items are drawn and judged as `bench plan` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from bench.claims import Guess, Layout, Sizes, Verdict, both_readings
from bench.evidence.judge import EvidenceJudgement
from bench.evidence.rule import CLAUDES
from bench.evidence.verdicts import CHINESE_VENDORS, LIVEBENCH, REPLACED
from bench.stats import shape_for

ITEMS = (500, 750, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12000)
"""Runs that are drawn, smallest first: items that both models answer."""
WORLDS, POWER = 60, 0.8
"""Drawn runs of a size, and the share of them that must come to the same verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldDecide:
    """What would decide one claim if the published numbers were the truth."""

    items: int | None
    """The smallest of ITEMS that reaches a verdict with POWER; None where none does."""
    usd: float | None
    """What a run of so many items costs, both models together, at the published bills; None where `items` is."""
    verdict: str | None
    """What it would say; None where `items` is."""
    discordance: float
    """Share of the items that only one of the two solves, as taken."""


def plan(judged: Sequence[EvidenceJudgement]) -> dict[str, WouldDecide]:
    """By claim: for the highest-scoring Chinese model of the newest table, against each Claude that the page names."""
    whole = [j for j in judged if (j.ruled.set, j.ruled.suite) == (LIVEBENCH, "livebench")]
    chosen = [j for j in whole if j.rows[0].vendor in CHINESE_VENDORS and j.ruled.reference in REPLACED]
    best = max(chosen, key=lambda j: (j.rows[0].score or 0.0, j.ruled.candidate), default=None)
    differing = _discordance(judged)
    return {
        j.ruled.id: _outlook(j, differing)
        for j in chosen
        if best is not None and j.ruled.candidate == best.ruled.candidate
    }


def _discordance(judged: Sequence[EvidenceJudgement]) -> float:
    """The median over claims about a Claude whose items are published, to two digits; the planner's usual else."""
    known = [(j.lost + j.won) / j.n for j in judged if j.lost is not None and j.won is not None and _about_claude(j)]
    return round(median(known), 2) if known else Guess(ratio=1.0).discordance


def _about_claude(judged: EvidenceJudgement) -> bool:
    return judged.ruled.reference in CLAUDES


def _outlook(judged: EvidenceJudgement, discordance: float) -> WouldDecide:
    for items, usd, verdict in _sizes(judged, discordance):
        if verdict is not None:
            return WouldDecide(items=items, usd=usd, verdict=str(verdict), discordance=discordance)
    return WouldDecide(items=None, usd=None, verdict=None, discordance=discordance)


def _sizes(judged: EvidenceJudgement, discordance: float) -> Iterator[tuple[int, float | None, Verdict | None]]:
    """Each size, what it costs, and the verdict that it reaches with POWER, if any."""
    bill, claim = judged.rows[1].cost_total_usd, judged.ruled.claim
    if not bill or not judged.n or not judged.ratio.estimate > 0:
        return
    guess = Guess(
        difference=judged.difference.estimate,
        discordance=max(discordance, abs(judged.difference.estimate)),
        ratio=judged.ratio.estimate,
        baseline_usd=float(bill) / judged.n,
    )
    for items in ITEMS:
        places = tuple(map(str, range(items)))
        waves = np.zeros(items, dtype=np.intp)
        layout = Layout(suites=claim.suites * items, clusters=places, sources=places, waves=waves)
        sizes = Sizes(items={claim.suites[0]: (items,)}, shape=shape_for(items))
        drawn = next(both_readings(claim, guess, layout, sizes, worlds=WORLDS))
        rates: Mapping[Verdict, float] = {
            Verdict.SUPPORTED: drawn.supported_fixed.estimate,
            Verdict.REFUTED: drawn.refuted_fixed.estimate,
        }
        yield items, drawn.usd_fixed, next((verdict for verdict, rate in rates.items() if rate >= POWER), None)
