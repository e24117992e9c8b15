"""Pure statistics over arrays: numpy and scipy only."""

from bench.stats.breakeven import least_cache_hit, price_rise
from bench.stats.bridge import BridgeSide, BridgeStep, bridge
from bench.stats.forecast import forecast
from bench.stats.intervals import Interval, mean_interval, proportion_interval, quantile_interval
from bench.stats.repeats import pass_at_k

__all__ = [
    "BridgeSide",
    "BridgeStep",
    "Interval",
    "bridge",
    "forecast",
    "least_cache_hit",
    "mean_interval",
    "pass_at_k",
    "price_rise",
    "proportion_interval",
    "quantile_interval",
]
