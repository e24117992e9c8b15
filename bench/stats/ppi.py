"""A mean difference from a few labels by people and many judgments by models: PPI++, valid whatever the judges do.

The labels alone decide what is true; the judgments only take out a part of the noise, as far as they agree with the
labels (Angelopoulos, Duchi & Zrnic 2023). A judge that is biased, blind or tosses coins changes no level of error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from bench.stats.clusters import Codes, Floats, clustered_mean, coded, prudent_design_effect
from bench.stats.paired import smallest_n
from bench.stats.reasons import Caveat, Reason
from bench.stats.rectified import LabelledEstimate, Rectified
from bench.stats.strata import POWER, BoundTest, Strata, few_clusters, held_back, undecided

FEW_APART = 20
"""Labelled items on which people and judges differ, below which the normal theory is not used."""
MOST_LABELS = 100_000
"""Labels beyond which no number is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledDifference(LabelledEstimate):
    """Candidate - baseline on the items of one suite, in [-1, 1]; made by `labelled_difference`."""

    labels: Floats
    """What people say of the labelled items."""
    judged: Floats
    """What judges say of the same items."""
    rest: Floats
    """What judges say of the items without a label."""
    lam: float
    """How much of the judgments is used, in [0, 1]; 0 for none."""
    rho: float | None
    """Correlation of labels and judgments on the labelled items; None where either does not vary."""
    rare: bool
    """See `LabelledEstimate`."""
    se: float
    """See `LabelledEstimate`."""
    df: float
    """See `LabelledEstimate`."""
    effect: float
    """See `LabelledEstimate`."""
    least_effect: float
    """The same, whatever the losses are: what is assumed of clusters."""
    independent: bool
    """See `LabelledEstimate`."""

    @property
    def n(self) -> int:
        """Labelled items."""
        return len(self.labels)

    @property
    def items(self) -> int:
        """All items."""
        return self.n + len(self.rest)

    @property
    def estimate(self) -> float:
        """θ = mean_L(H) + λ (mean_U(J) - mean_L(J)): H labels, J judgments, L labelled items, U the rest."""
        alone = float(self.labels.mean())
        return alone + self.lam * (float(self.rest.mean()) - float(self.judged.mean())) if self.lam else alone

    @property
    def correlation(self) -> float:
        """Of labels and judgments; 0 where either does not vary."""
        return self.rho or 0.0

    @property
    def spread(self) -> float:
        """The labels' standard deviation, more where clusters are drawn."""
        return float(self.labels.std(ddof=1)) * math.sqrt(self.effect)

    def worth(self, margin: float) -> float:
        """As many as clusters leave of them, for any margin."""
        del margin
        return self.n / self.least_effect

    def few(self, margin: float, least: int) -> Caveat:
        """With what clusters leave of them."""
        shown = None if self.independent else int(self.worth(margin) + 1e-9)
        return Caveat(reason=Reason.FEW_ITEMS, n=self.n, worth=shown, least=least, share=margin)

    def rectified(self, sign: int) -> Rectified:
        """None is below -1 - λ + λ mean(J); se_J of λ mean(J) by all items."""
        every = np.concatenate([self.judged, self.rest])
        own, raised = sign * (self.labels - self.lam * self.judged), sign * self.lam * float(every.mean())
        noise = self.lam * math.sqrt(self.effect / len(every)) * float(every.std(ddof=1)) if self.lam else 0.0
        se = math.sqrt(self.effect / self.n) * float(own.std(ddof=1))
        return Rectified(values=own + raised, worst=raised - 1 - self.lam, se=se, noise=noise)


def average_judges(judged: ArrayLike) -> Floats:
    """Several judges' verdicts, shape (judges, items), as their mean by item; NaN where no judge says anything."""
    values = np.atleast_2d(np.asarray(judged, dtype=np.float64))
    known = ~np.isnan(values)
    counts = known.sum(axis=0)
    mean: Floats = np.where(counts > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(counts, 1), np.nan)
    return mean


def labelled_difference(
    labels: ArrayLike, judged: ArrayLike, strata: Strata, *, rare: bool
) -> tuple[LabelledDifference | None, Caveat | None]:
    """The difference to be tested, or why labels or clusters are too few for any test.

    `labels`: people's verdict on each item, NaN without one; which items have one must not depend on any verdict.
    `judged`: the judges' verdict, their mean where they are several; NaN where there is none, which then stands at the
    mean. `rare`: the tilted null decides, as for pass or fail; it does so below FEW_APART, too. ValueError for values
    that are not in [-1, 1], or more than one suite.
    """
    human, judges = np.asarray(labels, dtype=np.float64), np.asarray(judged, dtype=np.float64)
    known = ~np.isnan(human)
    for values in (human, judges):
        if (np.abs(values[~np.isnan(values)]) > 1).any() or len(values) != len(strata.suites):
            raise ValueError("labels and judgments must be from -1 to 1, one for each item")
    if len(set(strata.suites)) > 1:
        raise ValueError("labels of one suite at a time are judged")
    if known.sum() < 2:
        return None, Caveat(reason=Reason.FEW_ITEMS, n=int(known.sum()), least=2)
    problem = few_clusters(strata.chosen(known))
    if problem:
        return None, problem
    seen = ~np.isnan(judges)
    filled = np.where(seen, judges, float(judges[seen].mean()) if seen.any() else 0.0)
    return _made(human[known], filled, known, coded(strata.cluster_codes), rare), None


def _made(human: Floats, judges: Floats, known: NDArray[np.bool_], codes: Codes, rare: bool) -> LabelledDifference:
    mine, rest = judges[known], judges[~known]
    lam = _tuned(human, mine, rest)
    own = coded(codes[known])
    independent = int(codes.max()) + 1 == len(codes)
    part = clustered_mean(human - lam * mine, own)
    assert part is not None
    effect = least = 1.0
    if not independent:
        effect = prudent_design_effect(part.design_effect, own, float(np.count_nonzero(human)))
        least = prudent_design_effect(1.0, own, float(np.count_nonzero(human > 0)))
    varies = float(human.std()) > 0 and float(mine.std()) > 0
    return LabelledDifference(
        labels=human,
        judged=mine,
        rest=rest,
        lam=lam,
        rho=float(np.corrcoef(human, mine)[0, 1]) if varies else None,
        rare=rare or int(np.count_nonzero(human != mine)) < FEW_APART,
        se=_error(human - lam * mine, lam * rest, codes[known], codes[~known]),
        df=part.df,
        effect=effect,
        least_effect=least,
        independent=independent,
    )


def _tuned(human: Floats, mine: Floats, rest: Floats) -> float:
    """λ = cov_L(H, J) / (var(J) (1 + n / |U|)), within [0, 1]: the least variance of the estimate."""
    if not len(rest):
        return 0.0
    spread = float(np.concatenate([mine, rest]).var(ddof=1)) * (1 + len(mine) / len(rest))
    shared = float(((human - human.mean()) * (mine - mine.mean())).mean())
    return min(1.0, max(0.0, shared / spread)) if spread > 1e-12 else 0.0


def _error(rectified: Floats, rest: Floats, mine: Codes, others: Codes) -> float:
    """SE² = Σ_g u_g² / (1 - h_g), u_g the cluster's part of the estimate, h_g its larger share of either set of items.

    Of independent items var_L(H - λ J) / n + λ² var_U(J) / |U|; of clusters no less than that.
    """
    alone = float(rectified.var(ddof=1)) / len(rectified)
    alone += float(rest.var(ddof=1)) / len(rest) if len(rest) > 1 else 0.0
    count = int(max(mine.max(), others.max(initial=0))) + 1
    parts, share = np.zeros(count), np.zeros(count)
    for values, codes in ((rectified, mine), (rest, others)):
        if len(values):
            parts += np.bincount(codes, (values - values.mean()) / len(values), count)
            share = np.maximum(share, np.bincount(codes, minlength=count) / len(values))
    clustered = float((parts**2 / np.maximum(1 - share, 1e-9))[share > 0].sum())
    return math.sqrt(max(alone, clustered))


def labelled_test(
    difference: LabelledEstimate, margin: float, *, alpha: float = 0.05, cutoff: float | None = None
) -> BoundTest:
    """Judges "at most `margin` lower" by labels and judgments; n and needed count labelled items.

    Fewer labels than `smallest_n` show nothing, however many judgments there are. `cutoff`: as in `above_p`, and only
    the p-values are worked out.
    """
    worth, least = difference.worth(margin), smallest_n(margin, alpha)
    problem = difference.few(margin, least) if int(worth + 1e-9) < least else None
    p_values = difference.above_p(-margin, cutoff), difference.below_p(-margin, cutoff)
    if cutoff is not None:
        bare = undecided(difference.estimate, difference.n, problem)
        return replace(bare, p_within=p_values[0], p_beyond=p_values[1])
    interval = difference.interval(1 - 2 * alpha)
    test = BoundTest(
        estimate=difference.estimate,
        interval=interval,
        interval_95=difference.interval(0.95),
        p_within=p_values[0],
        p_beyond=p_values[1],
        n=difference.n,
        design_effect=difference.effect,
        detectable=_reach(alpha) * difference.se or None,
        needed=labels_needed(
            difference.estimate + margin,
            difference.spread,
            difference.correlation,
            difference.items,
            least=math.ceil(least * difference.n / worth),
            alpha=alpha,
        ),
        problem=problem,
    )
    inside = interval.low is not None and interval.low >= -margin
    return held_back(test, Caveat(reason=Reason.EXACT_TEST)) if inside and p_values[0] > alpha else test


def labels_needed(
    distance: float, spread: float, rho: float, items: int, *, least: int, alpha: float = 0.05
) -> int | None:
    """Labels for 80 % power at a distance from the bound: spread² ((1 - ρ²) / n + ρ² / items) = (distance / z)².

    `spread` is the labels' standard deviation, ρ their correlation with the judgments, z = z_{1-alpha} + z_{0.8}. As
    if there were no judge where that takes more labels than items. None beyond MOST_LABELS.
    """
    if distance == 0:
        return None
    variance = (distance / _reach(alpha)) ** 2
    left = variance - spread**2 * rho**2 / items
    count = spread**2 * (1 - rho**2) / left if left > 0 else math.inf
    if count > items:
        count = spread**2 / variance
    return max(least, math.ceil(count)) if count <= MOST_LABELS else None


def _reach(alpha: float) -> float:
    return float(scipy.special.ndtri(1 - alpha) + scipy.special.ndtri(POWER))
