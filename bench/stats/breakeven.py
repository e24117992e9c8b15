"""How far a price or a cache could move before "cheaper by X" no longer holds."""

from __future__ import annotations


def price_rise(ratio: float, cheaper_by: float) -> float:
    """The factor by which the candidate's prices may rise until its cost is exactly (1 - cheaper_by) x the baseline's.

    `ratio` is the candidate's cost / the baseline's, or a bound of it. Below 1 the prices would have to fall.
    ValueError unless ratio > 0.
    """
    if ratio <= 0:
        raise ValueError("the ratio must be above 0")
    return (1 - cheaper_by) / ratio


def least_cache_hit(hit: float, cost: float, limit: float, per_hit: float) -> float | None:
    """The share of prompt tokens read from the cache at which the candidate's cost reaches its limit.

    `hit` is the share measured, `cost` the USD per item at it, `limit` the USD per item up to which the claim holds,
    `per_hit` the USD per item that reading all prompt tokens from the cache saves against reading none:
    cost(h) = cost + (hit - h) x per_hit. None where no share in [0, hit] reaches the limit: the claim fails already,
    or holds without any cache.
    """
    if per_hit <= 0 or cost > limit:
        return None
    least = hit - (limit - cost) / per_hit
    return least if least >= 0 else None
