"""What a planned run would decide, and for how much: drawn runs, judged by the code that judges real ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from bench.claims import parts
from bench.claims.case import Case
from bench.claims.judge import Results, look_results
from bench.claims.looks import Looks, Sizes, at_look
from bench.claims.pairs import Pairs
from bench.claims.parts import LATENCY, SCORE
from bench.claims.scope import scopes
from bench.claims.verdict import Verdict, combine
from bench.claims.worlds import Guess, Layout, cut, draw
from bench.records import ABOUT, Claim
from bench.stats import Interval, proportion_interval

POWER = 0.8
"""How often a margin must be shown to be called within reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A run of one size, judged once at its end."""

    items: int
    """Items."""
    usd: float | None
    """What it costs on average, both models together, in USD; None if unknown."""
    supported: Interval
    """How often it supports the claim, with a 95 % interval for the drawn runs' number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a planned run would decide in one reading."""

    about: str
    """A key of ABOUT."""
    worlds: int
    """Drawn runs."""
    supported: Interval
    """With looks: how often it ends supported."""
    refuted: Interval
    """With looks: how often it ends refuted."""
    supported_fixed: Interval
    """Without looks: how often it ends supported."""
    refuted_fixed: Interval
    """Without looks: how often it ends refuted."""
    items: float
    """With looks: items asked, on average."""
    planned: int
    """Items of the whole run."""
    usd: float | None
    """With looks: what it spends on average, in USD; None if unknown."""
    usd_90: tuple[float, float] | None
    """With looks: what it spends nine times in ten, in USD: from the 5 % to the 95 % quantile."""
    usd_fixed: float | None
    """What the whole run costs on average, in USD."""
    margin: float | None
    """The smallest margin of score that the whole run shows with a power of POWER; None where none below 1 does, or no
    score is claimed."""
    sizes: tuple[Size, ...] = field(default_factory=tuple)
    """Runs of the size of each look, judged once."""
    undrawn: tuple[str, ...] = ()
    """Parts of the claim that were taken to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How one run ends that is judged on its way."""

    verdict: Verdict
    """With looks."""
    look: int
    """The look, from 0, that decides; the last one where none does."""
    fixed: tuple[Verdict, ...]
    """By look: what a run of that size says that is judged once."""
    usd: tuple[float, ...]
    """By look: what both models' answers until then cost, in the unit of the costs."""
    margin: float
    """The smallest margin of score that all items show, judged once; infinite where another part is not shown."""


def forecast(
    claim: Claim,
    guess: Guess,
    layout: Layout,
    sizes: Sizes,
    *,
    worlds: int,
    seed: int = 0,
    about: str | None = None,
    pool: Executor | None = None,
) -> Forecast:
    """Draws runs and judges each at every look, and once at the end. `about`: the claim's own reading; `pool` computes
    elsewhere, with the same result."""
    chosen = about or claim.about
    drawn = replace(claim.without(LATENCY.margin), about=chosen)
    if not drawn.margins:
        raise ValueError("a claim about latency alone cannot be drawn")
    one = partial(_end, drawn, guess, layout, sizes, seed)
    ends = [*(map if pool is None else pool.map)(one, range(worlds))]
    known = guess.baseline_usd is not None
    spent = [end.usd[end.look] for end in ends]
    return Forecast(
        about=chosen,
        worlds=worlds,
        supported=_rate(end.verdict is Verdict.SUPPORTED for end in ends),
        refuted=_rate(end.verdict is Verdict.REFUTED for end in ends),
        supported_fixed=_rate(end.fixed[-1] is Verdict.SUPPORTED for end in ends),
        refuted_fixed=_rate(end.fixed[-1] is Verdict.REFUTED for end in ends),
        items=float(np.mean([len(layout.until(end.look)) for end in ends])),
        planned=layout.n,
        usd=float(np.mean(spent)) if known else None,
        usd_90=(float(np.quantile(spent, 0.05)), float(np.quantile(spent, 0.95))) if known else None,
        usd_fixed=float(np.mean([end.usd[-1] for end in ends])) if known else None,
        margin=_reachable([end.margin for end in ends], claim),
        sizes=tuple(_sizes(ends, layout, sizes, known=known)),
        undrawn=tuple(part.noun for part in parts.claimed(claim) if part.margin not in drawn.margins),
    )


def _end(claim: Claim, guess: Guess, layout: Layout, sizes: Sizes, seed: int, at: int) -> Replayed:
    """How the drawn run of this number ends."""
    return replay(claim, draw(guess, layout, claim.about, np.random.default_rng([seed, at])), layout, sizes)


def both_readings(
    claim: Claim,
    guess: Guess,
    layout: Layout,
    sizes: Sizes,
    *,
    worlds: int,
    seed: int = 0,
    pool: Executor | None = None,
) -> Iterator[Forecast]:
    """The deciding reading first."""
    for about in sorted(ABOUT, key=lambda each: each != claim.about):
        yield forecast(claim, guess, layout, sizes, worlds=worlds, seed=seed, about=about, pool=pool)


def replay(claim: Claim, whole: Pairs, layout: Layout, sizes: Sizes) -> Replayed:
    """How a run with these answers ends if its items are asked in these waves, judged as a real one is."""
    pairs = tuple(cut(whole, layout.until(wave)) for wave in range(sizes.count))
    case = Case(claim=claim, pairs=whole, declared=True, local=False, looks=Looks(sizes=sizes, pairs=pairs))
    ours, theirs = whole.candidate.cost, whole.baseline.cost
    usd = tuple(float((ours + theirs)[layout.until(wave)].sum()) for wave in range(sizes.count))
    verdicts, fixed, last = [], [], Results()
    for look in look_results(case, claim.about, claim.alpha):
        verdicts.append(combine(look.over_looks).verdict(claim.alpha))
        once = combine(look.alone)
        fixed.append(once.verdict(claim.alpha))
        last = look.alone
    margin = _margin(last, case, sizes)
    decided = next((at for at, verdict in enumerate(verdicts) if verdict is not Verdict.INCONCLUSIVE), None)
    at = sizes.count - 1 if decided is None else decided
    return Replayed(verdict=verdicts[at], look=at, fixed=tuple(fixed), usd=usd, margin=margin)


def _margin(results: Results, case: Case, sizes: Sizes) -> float:
    """The smallest margin that the score's intervals show, where every other part is shown."""
    claim, needed = case.claim, 0.0
    if any(key != SCORE.key and (r.p_supported > claim.alpha or r.problem) for (_, key), r in results.items()):
        return math.inf
    for scope in scopes(claim, case.pairs) if SCORE.margin in claim.margins else ():
        interval = SCORE.interval(at_look(scope, sizes, sizes.count - 1))
        needed = max(needed, math.inf if interval is None or interval.low is None else -interval.low)
    return needed


def _reachable(margins: Sequence[float], claim: Claim) -> float | None:
    if SCORE.margin not in claim.margins:
        return None
    least = float(np.sort(margins)[min(len(margins) - 1, math.ceil(POWER * len(margins)) - 1)])
    return least if 0 < least < 1 else None


def _sizes(ends: Sequence[Replayed], layout: Layout, sizes: Sizes, *, known: bool) -> Iterator[Size]:
    for wave in range(sizes.count):
        yield Size(
            items=len(layout.until(wave)),
            usd=float(np.mean([end.usd[wave] for end in ends])) if known else None,
            supported=_rate(end.fixed[wave] is Verdict.SUPPORTED for end in ends),
        )


def _rate(held: Iterator[bool]) -> Interval:
    shares = [float(each) for each in held]
    return proportion_interval(shares, [str(at) for at in range(len(shares))])
