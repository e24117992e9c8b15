"""What it would take: how often a claim would be supported on as many items as were asked, and on twice as many.

Worlds are drawn from the run's own outcomes: its share of differing items, how they cluster in families, its families'
sizes, its costs and their caps. The planner of a run asks the same of a run that is still to come.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.claims.pairs import Pairs, Side
from bench.claims.parts import COST, SCORE
from bench.claims.scope import MEAN, scopes
from bench.language import tr
from bench.records import SUCH, Claim
from bench.stats import (
    TYPICAL_DISCORDANCE,
    TYPICAL_ICC,
    World,
    coded,
    families_needed,
    fixed_power,
    icc_of,
    mean_power,
    random_power,
)

TRUTHS = (0.0, -0.01, 0.02)
"""Score differences that are asked about: equal, 1 point lower, 2 points higher."""
TIMES = (1, 2)
"""As many families, or items, as were asked; and twice as many."""
COST_WORLDS = 8
"""Samples of the run's own costs for the chance that the saving is shown."""
MOST_COSTS = 2000
"""Items above which the cost part is taken to come out as it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteSize:
    """How much of a suite is asked."""

    suite: str
    """The suite."""
    sizes: tuple[int, ...]
    """Items of each family."""
    world: World
    """What its scores are like over families; its difference is replaced."""
    sources: tuple[int, ...]
    """Items of each source, such as a ticket in five wordings; 1 where an item shares its source with no other."""
    alike: float
    """Intraclass correlation of the differences over sources, in [0, 1)."""

    @property
    def items(self) -> int:
        """All items."""
        return sum(self.sizes)

    @property
    def shared(self) -> bool:
        """Whether items share sources."""
        return len(self.sources) < self.items


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How often a claim would be supported."""

    difference: float
    """The true score difference, candidate - baseline."""
    times: int
    """The families, or items, of the run times this."""
    supported: float
    """The chance, in [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What it would take to support a claim."""

    about: str
    """The reading that decides."""
    families: int
    """Families asked."""
    items: int
    """Items asked."""
    chances: tuple[Chance, ...]
    """For each of TRUTHS and TIMES."""
    usd: float | None
    """What as many items cost, both sides together, in USD; None where a cost is unknown."""
    kinds: int | None
    """Families like these that show it for other kinds four times in five, at equal scores; None if none would."""

    def chance(self, difference: float, times: int = 1) -> float:
        """The chance at a true difference on so many times the items."""
        return next(c.supported for c in self.chances if (c.difference, c.times) == (difference, times))


def outlook(
    claim: Claim,
    pairs: Pairs,
    repeats: int = 1,
    seed: int = 0,
    *,
    saving_shown: bool | None = None,
    kinds: bool = True,
) -> Outlook | None:
    """What it would take; None for a claim that speaks of no score, or where nothing grades a suite's items.

    `saving_shown`: whether the run's own costs show the saving; None where it is taken for granted.
    `kinds`: whether to look for the number of families that would show it for others like them.
    """
    if SCORE.margin not in claim.margins or len(pairs.suites_of(pairs.graded)) < len(set(pairs.suites)):
        return None
    suites = list(_suites(pairs))
    shown = {times: _saving_shown(claim, pairs, times, seed, known=saving_shown) for times in TIMES}
    return expected(claim, suites, shown, usd=_usd(pairs, repeats), seed=seed, kinds=kinds)


def expected(
    claim: Claim,
    suites: Sequence[SuiteSize],
    saving_shown: Mapping[int, float],
    *,
    usd: float | None = None,
    seed: int = 0,
    kinds: bool = True,
) -> Outlook:
    """The chances of a claim on suites of these sizes; `saving_shown`: by TIMES, how often its cost part is shown."""
    chances = tuple(
        Chance(
            difference=difference,
            times=times,
            supported=_score_shown(claim, suites, difference, times, seed) * saving_shown[times],
        )
        for difference, times in product(TRUTHS, TIMES)
    )
    needed = [_kinds(claim, suite, seed) if kinds else None for suite in suites]
    return Outlook(
        about=claim.about,
        families=sum(len(suite.sizes) for suite in suites),
        items=sum(suite.items for suite in suites),
        chances=chances,
        usd=usd,
        kinds=None if None in needed else sum(count for count in needed if count is not None),
    )


def assumed(suite: str, families: Sequence[str], sources: Sequence[str] | None = None) -> SuiteSize:
    """A suite that nobody was asked yet: TYPICAL_DISCORDANCE and TYPICAL_ICC are assumed of it.

    `families` and `sources` are the items' own; no sources: no item shares one.
    """
    world = World(difference=0.0, discordance=TYPICAL_DISCORDANCE, icc=TYPICAL_ICC)
    shared = (1,) * len(families) if sources is None else _sizes(sources)
    return SuiteSize(suite=suite, sizes=_sizes(families), world=world, sources=shared, alike=TYPICAL_ICC)


def like(planned: SuiteSize, pairs: Pairs) -> SuiteSize:
    """A suite to be asked, with what an earlier run's pairs say of its scores. ValueError if none is of it."""
    seen = {suite.suite: suite for suite in _suites(pairs)}
    if planned.suite not in seen:
        raise ValueError(f"no pair is of {planned.suite}")
    return replace(planned, world=seen[planned.suite].world, alike=seen[planned.suite].alike)


def _sizes(names: Sequence[str] | NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(np.bincount(coded(names)).tolist())


def _suites(pairs: Pairs) -> Iterator[SuiteSize]:
    differences = pairs.candidate.score - pairs.baseline.score
    clusters, sources = coded(pairs.clusters), coded(pairs.sources)
    for suite in sorted(set(pairs.suites)):
        mask = pairs.of(suite) & pairs.graded
        known = mask & ~np.isnan(differences)
        values = differences[known]
        differing = float(np.abs(values).sum())
        over = [icc_of(values, names[known]) if len(values) else TYPICAL_ICC for names in (clusters, sources)]
        world = World(
            difference=0.0,
            discordance=min(1.0, (differing + 1) / (len(values) + 1)),  # one more item, lest none is taken for never
            icc=over[0],
        )
        yield SuiteSize(
            suite=suite, sizes=_sizes(clusters[mask]), world=world, sources=_sizes(sources[mask]), alike=over[1]
        )


def _score_shown(claim: Claim, suites: Sequence[SuiteSize], difference: float, times: int, seed: int) -> float:
    """By the judge's own units: families where others like them are spoken of, else sources in fixed families."""
    margin, alpha, such = claim.margins[SCORE.margin], claim.alpha, claim.about == SUCH
    units = [suite.sizes if such else suite.sources for suite in suites]
    worlds = [
        replace(suite.world, difference=difference, icc=suite.world.icc if such else suite.alike) for suite in suites
    ]
    if claim.over == MEAN and len(suites) > 1:
        return mean_power([sizes * times for sizes in units], worlds, margin, alpha)
    chances = [
        random_power(sizes * times, world, margin, alpha, seed=seed)
        if len(sizes) < suite.items
        else fixed_power(
            [size * times for size in suite.sizes],
            replace(suite.world, difference=difference),
            margin,
            alpha,
            seed=seed,
        )
        for suite, sizes, world in zip(suites, units, worlds, strict=True)
    ]
    return math.prod(chances)


def _kinds(claim: Claim, suite: SuiteSize, seed: int) -> int | None:
    margin = claim.margins[SCORE.margin]
    return families_needed(suite.sizes, replace(suite.world, difference=0.0), margin, claim.alpha, seed=seed)


def _saving_shown(claim: Claim, pairs: Pairs, times: int, seed: int, *, known: bool | None) -> float:
    if COST.margin not in claim.margins or known is None:
        return 1.0
    return float(known) if pairs.n * times > MOST_COSTS else saving_chance(claim, pairs, times, seed)


def saving_chance(claim: Claim, pairs: Pairs, times: float | Mapping[str, float], seed: int = 0) -> float:
    """How often samples of the pairs' costs show the saving: families, or items, drawn with replacement, `times` as
    many as there are, of every suite or by suite, yet no more than MOST_COSTS. 1 for a claim that speaks of no cost."""
    if COST.margin not in claim.margins:
        return 1.0
    each = times if isinstance(times, Mapping) else dict.fromkeys(pairs.suites, times)
    least = min(1.0, MOST_COSTS / sum(each[suite] for suite in pairs.suites))
    each = {suite: least * factor for suite, factor in each.items()}
    rng = np.random.default_rng([seed, round(100 * sum(each.values()))])
    shown = [_shows(claim, _drawn(pairs, claim.about, each, rng)) for _ in range(COST_WORLDS)]
    return sum(shown) / COST_WORLDS


def _shows(claim: Claim, pairs: Pairs) -> bool:
    return all(r.p_supported <= claim.alpha and not r.problem for r in map(COST.test, scopes(claim, pairs)))


def _drawn(pairs: Pairs, about: str, times: Mapping[str, float], rng: np.random.Generator) -> Pairs:
    """Pairs of as many clusters of every suite, times `times`, drawn with replacement and named anew."""
    names = np.asarray(pairs.clusters if about == SUCH else pairs.sources, dtype=str)
    suites = np.asarray(pairs.suites, dtype=str)
    places: list[NDArray[np.intp]] = []
    labels: list[str] = []
    for suite in np.unique(suites):
        members: dict[str, list[int]] = {}
        for at in np.flatnonzero(suites == suite).tolist():
            members.setdefault(str(names[at]), []).append(at)
        groups = list(members.values())
        taken = rng.integers(len(groups), size=math.ceil(times[str(suite)] * len(groups)))
        for number, chosen in enumerate(taken.tolist()):
            places.append(np.array(groups[chosen], dtype=np.intp))
            labels += [f"{suite}/{number}"] * len(groups[chosen])
    drawn = np.concatenate(places)
    return replace(
        pairs,
        candidate=_side(pairs.candidate, drawn),
        baseline=_side(pairs.baseline, drawn),
        suites=tuple(suites[drawn].tolist()),
        clusters=tuple(labels),
        sources=tuple(labels),
    )


def _side(side: Side, at: NDArray[np.intp]) -> Side:
    arrays = ("score", "lost", "cost", "cost_cheap", "cost_dear", "cost_least", "cost_most", "lost_least", "lost_most")
    return replace(side, **{name: getattr(side, name)[at] for name in (*arrays, "cap")})


def _usd(pairs: Pairs, repeats: int) -> float | None:
    """What the items cost, each asked `repeats` times of both sides."""
    each = [side.cost[~np.isnan(side.cost)] for side in (pairs.candidate, pairs.baseline)]
    if not all(len(costs) for costs in each):
        return None
    return sum(float(costs.mean()) for costs in each) * pairs.n * repeats


def percent_of(chance: float) -> str:
    """A chance, no finer than the worlds that it was drawn in."""
    if chance < 0.01:
        return tr("under 1 %")
    return tr("over 99 %") if chance > 0.99 else f"{100 * chance:.0f} %"


def what_it_takes(seen: Outlook) -> str:
    """One line: chances at equal scores, 1 point lower and 2 points higher, now and on twice as much, with dollars."""
    families = seen.about == SUCH
    size = (
        tr(
            "{families} {families:kind|kinds} of task ({items} {items:item|items})",
            families=seen.families,
            items=seen.items,
        )
        if families
        else tr("{items} {items:item|items}", items=seen.items)
    )
    now, twice = ([percent_of(seen.chance(truth, times)) for truth in TRUTHS] for times in TIMES)
    more = tr("twice the kinds") if families else tr("twice the items")
    dollars = "" if seen.usd is None else tr(", {usd:.2g} USD more", usd=seen.usd)
    truths = zip(now, (tr("if both score the same"), tr("if 1 point lower"), tr("if 2 points higher")), strict=True)
    chances = ", ".join(f"{chance} {truth}" for chance, truth in truths)
    return tr(
        "What it would take: {size} like these show it {chances}; {more}{dollars}: {twice}",
        size=size,
        chances=chances,
        more=more,
        dollars=dollars,
        twice=", ".join(twice),
    )


def outlook_json(seen: Outlook) -> dict[str, Any]:
    """An outlook as JSON, with its line."""
    return {**asdict(seen), "line": what_it_takes(seen)}
