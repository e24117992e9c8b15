"""Runs that did not take place: scores and costs of two models, drawn from what is taken to be true of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.claims.pairs import Pairs, Side
from bench.records import SUCH
from bench.stats import TYPICAL_DISCORDANCE, TYPICAL_ICC, Floats, icc_of

TYPICAL_SPREADS = (1.0, 0.8)
"""Standard deviations of the logarithm of an answer's cost, where nothing was measured: of a candidate that thinks, and
of a baseline."""
TYPICAL_CAP = 8.0
"""The most that an answer costs, in means of its model, where nothing was measured."""
SOLVED = 0.7
"""Share of the items that differ in nothing that both solve; no verdict depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What is taken to be true of two models on some suites."""

    difference: float = 0.0
    """Score of the candidate less the baseline's, in [-1, 1]."""
    discordance: float = TYPICAL_DISCORDANCE
    """Share of items that only one of them solves; at least |difference|."""
    icc: float = TYPICAL_ICC
    """Intraclass correlation of the differences over families, in [0, 1)."""
    ratio: float
    """What the candidate costs, over what the baseline does."""
    baseline_usd: float | None = None
    """What the baseline costs an item, in USD; None if unknown: the dollars then are, too."""
    spreads: tuple[float, float] = TYPICAL_SPREADS
    """Standard deviations of the logarithm of an answer's cost: candidate, baseline."""
    caps: tuple[float, float] = (TYPICAL_CAP, TYPICAL_CAP)
    """The most that an answer costs, in means of its model: candidate, baseline."""

    @property
    def usd_each(self) -> float | None:
        """What an item costs on both sides together, in USD; None if unknown."""
        return None if self.baseline_usd is None else self.baseline_usd * (1 + self.ratio)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The items of a run that is planned, an entry an item."""

    suites: tuple[str, ...]
    """Each item's suite."""
    clusters: tuple[str, ...]
    """Each item's cluster where kinds of task are drawn; unique over suites."""
    sources: tuple[str, ...]
    """Each item's cluster where kinds are fixed; unique over suites."""
    waves: NDArray[np.intp]
    """Each item's wave, from 0."""

    @property
    def n(self) -> int:
        """Items."""
        return len(self.suites)

    def chosen(self, at: NDArray[np.intp]) -> Layout:
        """Some of the items, by their places."""
        return Layout(
            suites=tuple(self.suites[i] for i in at),
            clusters=tuple(self.clusters[i] for i in at),
            sources=tuple(self.sources[i] for i in at),
            waves=self.waves[at],
        )

    def until(self, wave: int) -> NDArray[np.intp]:
        """The places of the items of a wave and all before it."""
        return np.flatnonzero(self.waves <= wave)


def draw(guess: Guess, layout: Layout, about: str, rng: np.random.Generator) -> Pairs:
    """One run, whole: answers to all items.

    About other kinds of task, families have rates of their own (Dirichlet, so that the differences' intraclass
    correlation is the guess's); about these kinds, every item has the same. Costs are log-normal, cut at their caps.
    """
    differing = max(guess.discordance, abs(guess.difference))
    shares = np.array([(differing - guess.difference) / 2, (differing + guess.difference) / 2, 1 - differing])
    each = np.tile(shares, (layout.n, 1))
    if about == SUCH and guess.icc > 0:
        _, codes = np.unique(np.asarray(layout.clusters, dtype=str), return_inverse=True)
        weights = rng.gamma(np.maximum(shares, 1e-12) * (1 / guess.icc - 1), size=(int(codes.max()) + 1, 3))
        weights[:, 2] = np.maximum(weights[:, 2], 1e-300)
        each = (weights / weights.sum(axis=1, keepdims=True))[codes]
    place = rng.random(layout.n)
    lost, won = place < each[:, 0], (place >= each[:, 0]) & (place < each[:, 0] + each[:, 1])
    both = (rng.random(layout.n) < SOLVED).astype(float)
    theirs = np.where(lost, 1.0, np.where(won, 0.0, both))
    ours = np.where(lost, 0.0, np.where(won, 1.0, both))
    usd = 1.0 if guess.baseline_usd is None else guess.baseline_usd
    sides = [
        _side(label, score, _costs(layout.n, usd * factor, spread, cap, rng), cap * usd * factor)
        for label, score, factor, spread, cap in zip(
            ("candidate", "baseline"), (ours, theirs), (guess.ratio, 1.0), guess.spreads, guess.caps, strict=True
        )
    ]
    return Pairs(
        candidate=sides[0],
        baseline=sides[1],
        suites=layout.suites,
        clusters=layout.clusters,
        sources=layout.sources,
        planned=layout.n,
        seconds=np.empty((0, 2)),
        timed={},
        answered={},
        earliest=None,
    )


def _side(label: str, score: Floats, cost: Floats, cap: float) -> Side:
    return Side(
        label=label,
        score=score,
        graded=np.ones(len(score), dtype=bool),
        lost=np.zeros(len(score)),
        cost=cost,
        cost_cheap=cost,
        cost_dear=cost,
        cost_least=cost,
        cost_most=cost,
        lost_least=cost,
        lost_most=cost,
        window=None,
        cap=np.full(len(score), cap),
        cap_observed=False,
        cap_stated=None,
        max_tokens=None,
        samples=len(score),
        missing=0,
        truncated=0,
        refused=0,
        binary=True,
        sampling=(),
        deadline_s=None,
    )


def _costs(n: int, mean: float, spread: float, cap: float, rng: np.random.Generator) -> Floats:
    """Log-normal costs cut at `cap` means, of this mean."""
    drawn: Floats = np.minimum(rng.lognormal(_location(spread, cap), spread, n), cap) * mean
    return drawn


def _location(spread: float, cap: float) -> float:
    """The mean of the logarithm at which costs that are cut at `cap` have a mean of 1."""
    import scipy

    def excess(mu: float) -> float:
        far = (math.log(cap) - mu) / spread
        below = math.exp(mu + spread**2 / 2) * scipy.special.ndtr(far - spread)
        return float(below + cap * scipy.special.ndtr(-far) - 1)

    return float(scipy.optimize.brentq(excess, -10 * spread - 10, math.log(cap) + 10 * spread))


def cut(pairs: Pairs, at: NDArray[np.intp]) -> Pairs:
    """The pairs of some items, as an interim look has them."""
    return replace(
        pairs,
        candidate=_chosen(pairs.candidate, at),
        baseline=_chosen(pairs.baseline, at),
        suites=tuple(pairs.suites[i] for i in at),
        clusters=tuple(pairs.clusters[i] for i in at),
        sources=tuple(pairs.sources[i] for i in at),
    )


_ARRAYS = ("score", "graded", "lost", "cost", "cost_cheap", "cost_dear", "cost_least", "cost_most", "lost_least",
           "lost_most", "cap")  # fmt: skip


def _chosen(side: Side, at: NDArray[np.intp]) -> Side:
    arrays: dict[str, Any] = {name: getattr(side, name)[at] for name in _ARRAYS}
    return replace(side, **arrays, samples=len(at))


def joined(pairs: Pairs, drawn: Pairs, at: NDArray[np.intp]) -> Pairs:
    """Pairs that were seen, and some of those that were drawn after them."""
    more = cut(drawn, at)
    return replace(
        pairs,
        candidate=_joined(pairs.candidate, more.candidate),
        baseline=_joined(pairs.baseline, more.baseline),
        suites=pairs.suites + more.suites,
        clusters=pairs.clusters + more.clusters,
        sources=pairs.sources + more.sources,
    )


def _joined(side: Side, more: Side) -> Side:
    arrays: dict[str, Any] = {name: np.concatenate([getattr(side, name), getattr(more, name)]) for name in _ARRAYS}
    return replace(side, **arrays, samples=side.samples + more.samples)


def guess_of(pairs: Pairs) -> Guess:
    """What an earlier run says of two models: its own rates, one more differing item lest none is taken for never.

    ValueError where no item has a score and a cost on both sides.
    """
    ours, theirs = pairs.candidate, pairs.baseline
    both = pairs.both
    priced = ~np.isnan(ours.cost) & ~np.isnan(theirs.cost) & (ours.cost > 0) & (theirs.cost > 0)
    if not both.any() or not priced.any():
        raise ValueError("no item has a score and a cost on both sides")
    differences = (ours.score - theirs.score)[both]
    clusters = np.asarray(pairs.clusters, dtype=str)[both]
    means = [float(side.cost[priced].mean()) for side in (ours, theirs)]
    return Guess(
        difference=float(differences.mean()),
        discordance=min(1.0, (float(np.abs(differences).sum()) + 1) / (len(differences) + 1)),
        icc=icc_of(differences, list(clusters)),
        ratio=means[0] / means[1],
        baseline_usd=means[1],
        spreads=(_spread(ours.cost[priced]), _spread(theirs.cost[priced])),
        caps=(_cap(ours, priced, means[0]), _cap(theirs, priced, means[1])),
    )


def _spread(costs: Sequence[float] | Floats) -> float:
    logs = np.log(np.asarray(costs, dtype=float))
    return max(0.05, float(logs.std(ddof=1))) if len(logs) > 1 else TYPICAL_SPREADS[0]


def _cap(side: Side, priced: NDArray[np.bool_], mean: float) -> float:
    caps = side.cap[priced]
    return TYPICAL_CAP if np.isnan(caps).any() else max(1.5, float(caps.max()) / mean)
