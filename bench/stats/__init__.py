"""Pure statistics over arrays: numpy and scipy only."""

from bench.stats.intervals import Interval, mean_interval, proportion_interval, quantile_interval

__all__ = ["Interval", "mean_interval", "proportion_interval", "quantile_interval"]
