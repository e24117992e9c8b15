"""Two-sided intervals for one model's numbers, with items of one cluster taken as dependent."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bench.stats import binomial
from bench.stats.clusters import Clusters, Floats, clustered_mean


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its bounds; a bound is None where the data cannot give one."""

    estimate: float
    """The point estimate."""
    low: float | None
    """Lower bound."""
    high: float | None
    """Upper bound."""
    n: int
    """Values it rests on."""


def proportion_interval(scores: ArrayLike, clusters: Clusters, confidence: float = 0.95) -> Interval:
    """Interval for a mean score in [0, 1]: Wilson (1927) on n / design effect items, t quantile for few clusters.

    Stays inside [0, 1] and has width at 0 % and 100 %. The bounds are None with fewer than two effective clusters.
    ValueError on an empty or non-finite input.
    """
    values = _checked(scores, clusters)
    n, mean = len(values), float(values.mean())
    clustered = clustered_mean(values, clusters)
    if clustered is None:
        return Interval(mean, None, None, n)
    z = clustered.quantile(confidence)
    effective = n / clustered.design_effect
    centre = (mean + z * z / (2 * effective)) / (1 + z * z / effective)
    reach = z / (1 + z * z / effective) * math.sqrt(mean * (1 - mean) / effective + z * z / (4 * effective**2))
    return Interval(mean, max(0.0, min(mean, centre - reach)), min(1.0, max(mean, centre + reach)), n)


def mean_interval(amounts: ArrayLike, clusters: Clusters, confidence: float = 0.95) -> Interval:
    """Interval for the mean of positive amounts (cost, tokens): m * exp(± t SE / m), the delta method on log m.

    CR2 variance, t quantile with effective-cluster degrees of freedom. The bounds are None with fewer than two
    effective clusters or a mean of 0. ValueError on an empty, negative or non-finite input.
    """
    values = _checked(amounts, clusters)
    if (values < 0).any():
        raise ValueError("amounts must not be negative")
    mean, clustered = float(values.mean()), clustered_mean(values, clusters)
    if clustered is None or mean == 0:
        return Interval(mean, None, None, len(values))
    factor = math.exp(clustered.quantile(confidence) * clustered.se / mean)
    return Interval(mean, mean / factor, mean * factor, len(values))


def quantile_interval(times: ArrayLike, share: float, confidence: float = 0.95) -> Interval:
    """A quantile with order-statistic bounds (Hahn & Meeker 1991, 5.2); values are taken as independent.

    The estimate interpolates linearly. A bound is None where the sample is too small to give one, e.g. the upper
    bound of p95 below 72 values. ValueError on an empty or non-finite input.
    """
    values = np.sort(_checked(times, None))
    n, tail = len(values), (1 - confidence) / 2
    below, above = binomial.quantile(tail, n, share), binomial.quantile(1 - tail, n, share) + 1
    low = float(values[below - 1]) if below >= 1 else None
    high = float(values[above - 1]) if above <= n else None
    return Interval(float(np.quantile(values, share)), low, high, n)


def _checked(data: ArrayLike, clusters: Clusters | None) -> Floats:
    values = np.asarray(data, dtype=np.float64)
    if values.size == 0:
        raise ValueError("no values")
    if not np.isfinite(values).all():
        raise ValueError("values must be finite numbers")
    if clusters is not None and len(clusters) != len(values):
        raise ValueError(f"{len(values)} values but {len(clusters)} clusters")
    return values
