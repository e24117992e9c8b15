"""Pure statistics over arrays: numpy and scipy only."""

from bench.stats.breakeven import least_cache_hit, price_rise
from bench.stats.bridge import BridgeSide, BridgeStep, bridge
from bench.stats.cost import cost, cost_ratio, latency
from bench.stats.forecast import forecast
from bench.stats.gate import detectable_drop, drop_p, hybrid
from bench.stats.half import Half, Strata
from bench.stats.intervals import Interval, mean_interval, proportion_interval, quantile_interval
from bench.stats.pareto import frontier, membership
from bench.stats.quality import quality
from bench.stats.repeats import pass_at_k
from bench.stats.scores import ScoreDifference, score_difference
from bench.stats.unpaired import Unpaired, unpaired_interval, unpaired_quality
from bench.stats.verdict import Judged, Verdict, combine, holm

__all__ = [
    "BridgeSide",
    "BridgeStep",
    "Half",
    "Interval",
    "Judged",
    "ScoreDifference",
    "Strata",
    "Unpaired",
    "Verdict",
    "bridge",
    "combine",
    "cost",
    "cost_ratio",
    "detectable_drop",
    "drop_p",
    "forecast",
    "frontier",
    "holm",
    "hybrid",
    "latency",
    "least_cache_hit",
    "mean_interval",
    "membership",
    "pass_at_k",
    "price_rise",
    "proportion_interval",
    "quality",
    "quantile_interval",
    "score_difference",
    "unpaired_interval",
    "unpaired_quality",
]
