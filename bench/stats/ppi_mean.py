"""The mean over suites of what labels and judgments say: each suite's own PPI++ estimate, with fixed weights.

Prediction-powered inference in strata (Fisch and others 2024, arXiv 2406.04291): θ = Σ a_k θ_k, SE² = Σ a_k² SE_k²,
each stratum with a λ of its own. Its normal theory is wrong where losses are rare, in strata more than elsewhere; there
the tilted null decides, on values that have their suite's weight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import ArrayLike

from bench.stats.clusters import Floats
from bench.stats.ppi import LabelledDifference, labelled_difference
from bench.stats.reasons import Caveat, Reason
from bench.stats.rectified import LabelledEstimate, Rectified
from bench.stats.strata import Strata


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledMean(LabelledEstimate):
    """Candidate - baseline as the mean over suites, in [-1, 1]; made by `labelled_mean`."""

    parts: Mapping[str, LabelledDifference]
    """Each suite's."""
    shares: Mapping[str, float]
    """Each suite's weight; together 1."""
    rare: bool
    """See `LabelledEstimate`: of any suite."""
    se: float
    """SE² = Σ a_k² SE_k²."""
    df: float
    """Satterthwaite's (1946): (Σ a_k² SE_k²)² / Σ (a_k⁴ SE_k⁴ / df_k)."""
    effect: float
    """See `LabelledEstimate`: Σ (a_k² effect_k / n_k) / Σ (a_k² / n_k)."""
    independent: bool
    """See `LabelledEstimate`."""

    @property
    def n(self) -> int:
        """Labelled items of all suites."""
        return sum(part.n for part in self.parts.values())

    @property
    def items(self) -> int:
        """All items of all suites."""
        return sum(part.items for part in self.parts.values())

    @property
    def estimate(self) -> float:
        """Σ a_k θ_k."""
        return sum(self.shares[name] * part.estimate for name, part in self.parts.items())

    @property
    def correlation(self) -> float:
        """The root of the suites' mean square, each as heavy as its labels' part of the error."""
        loads = self._loads()
        total = sum(loads.values())
        if total == 0:
            return 0.0
        return math.sqrt(sum(load * self.parts[name].correlation ** 2 for name, load in loads.items()) / total)

    @property
    def spread(self) -> float:
        """sqrt(n Σ a_k² spread_k² / n_k): as if further labels fell on the suites as these did."""
        return math.sqrt(self.n * sum(self._loads().values()))

    def worth(self, margin: float) -> float:
        """As many labels of one suite as miss a mean loss of `margin` as easily, however it falls on the suites.

        log(max Π (1 - p_k)^n_k) / log(1 - margin), the most over losses p_k with Σ a_k p_k = margin.
        """
        if not 0 < margin < 1:
            return float(self.n)
        return _unseen(
            [part.worth(margin) for part in self.parts.values()], [self.shares[name] for name in self.parts], margin
        ) / math.log1p(-margin)

    def few(self, margin: float, least: int) -> Caveat:
        """With the suite that has the fewest labels for its weight."""
        fewest = min(self.parts, key=lambda name: self.parts[name].worth(margin) / self.shares[name])
        worth = int(self.worth(margin) + 1e-9)
        return Caveat(reason=Reason.FEW_ITEMS, n=self.n, worth=worth, least=least, share=margin, stratum=fewest)

    def rectified(self, sign: int) -> Rectified:
        """Each value with its suite's weight, n a_k / n_k."""
        every = {name: part.rectified(sign) for name, part in self.parts.items()}
        weights = {name: self.n * self.shares[name] / part.n for name, part in self.parts.items()}
        return Rectified(
            values=np.concatenate([weights[name] * each.values for name, each in every.items()]),
            worst=min(weights[name] * each.worst for name, each in every.items()),
            se=math.hypot(*(self.shares[name] * each.se for name, each in every.items())),
            noise=math.hypot(*(self.shares[name] * each.noise for name, each in every.items())),
        )

    def _loads(self) -> dict[str, float]:
        """The squared error that each suite's labels alone make."""
        return {name: (self.shares[name] * part.spread) ** 2 / part.n for name, part in self.parts.items()}


def labelled_mean(
    labels: ArrayLike, judged: ArrayLike, strata: Strata, *, rare: bool, weights: Mapping[str, float] | None = None
) -> tuple[LabelledMean | None, Caveat | None]:
    """The mean over suites to be tested, or why a suite's labels or clusters are too few for any test.

    As `labelled_difference`, suite by suite. `weights`: each suite's, above 0; alike where not given.
    """
    human, judges = np.asarray(labels, dtype=np.float64), np.asarray(judged, dtype=np.float64)
    parts: dict[str, LabelledDifference] = {}
    for name, mask in strata.parts():
        found, problem = labelled_difference(human[mask], judges[mask], strata.chosen(mask), rare=rare)
        if found is None:
            assert problem is not None
            return None, replace(problem, stratum=name)
        parts[name] = found
    total = sum(weights[name] if weights else 1.0 for name in parts)
    shares = {name: (weights[name] if weights else 1.0) / total for name in parts}
    squares = np.array([(shares[name] * part.se) ** 2 for name, part in parts.items()])
    freedoms = np.array([part.df for part in parts.values()])
    whole = float(squares.sum())
    sizes = np.array([shares[name] ** 2 / part.n for name, part in parts.items()])
    return LabelledMean(
        parts=parts,
        shares=shares,
        rare=any(part.rare for part in parts.values()),
        se=math.sqrt(whole),
        df=float(whole**2 / (squares**2 / freedoms).sum()) if whole > 0 else float(freedoms.min()),
        effect=float(sizes @ np.array([part.effect for part in parts.values()]) / sizes.sum()),
        independent=all(part.independent for part in parts.values()),
    ), None


def _unseen(counts: list[float], shares: list[float], margin: float) -> float:
    """max Σ n_k log(1 - p_k) with Σ a_k p_k = margin and 0 <= p_k: by concavity p_k = max(0, 1 - n_k / (c a_k))."""
    n, a = np.array(counts), np.array(shares)

    def kept(c: float) -> Floats:
        share: Floats = np.minimum(1.0, n / (c * a))
        return share

    def excess(c: float) -> float:
        return float(a @ (1 - kept(c))) - margin

    least = float((n / a).min())
    most = float(n.sum()) / (1 - margin)
    c = least if excess(least) >= 0 else scipy.optimize.brentq(excess, least, max(most, least) + 1, xtol=1e-12)
    return float(n @ np.log(kept(c)))
