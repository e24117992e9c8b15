"""Pure statistics over arrays: numpy and scipy only."""

from bench.stats.betting import bet_on_difference, bet_on_ratio, log_wealth
from bench.stats.breakeven import least_cache_hit, price_rise
from bench.stats.bridge import PER_ITEM, PER_SOLVED, BridgeSide, BridgeStep, bridge
from bench.stats.cascade import (
    Cascaded,
    CascadeItems,
    CascadeStep,
    best_step,
    cascade_steps,
    cascaded,
    checked,
    cross_fitted,
)
from bench.stats.clusters import Floats, coded
from bench.stats.difference import difference_test
from bench.stats.drift import Moved, moved
from bench.stats.forecast import forecast
from bench.stats.gate import detectable_drop, drop_p, hybrid
from bench.stats.holm import holm
from bench.stats.intervals import Interval, mean_interval, proportion_interval, quantile_interval
from bench.stats.paired import smallest_n
from bench.stats.pareto import frontier, membership
from bench.stats.power import (
    TYPICAL_DISCORDANCE,
    TYPICAL_ICC,
    World,
    families_needed,
    fixed_power,
    icc_of,
    mean_power,
    random_power,
)
from bench.stats.ppi import (
    LabelledDifference,
    average_judges,
    labelled_difference,
    labelled_test,
    labels_needed,
)
from bench.stats.ppi_mean import LabelledMean, labelled_mean
from bench.stats.ratio import Limits, Ratio, ratio_of_sums, ratio_test
from bench.stats.reasons import Caveat, Reason
from bench.stats.rectified import LabelledEstimate
from bench.stats.region import joint_region
from bench.stats.repeats import pass_at_k
from bench.stats.scores import ScoreDifference, score_difference
from bench.stats.sequential import LOOKS, Shape, levels, sequential_p, shape_for
from bench.stats.similarity import Alike, SameWrong, alike, same_wrong
from bench.stats.strata import BoundTest, Strata
from bench.stats.unpaired import Unpaired, unpaired_interval, unpaired_test
from bench.stats.weighted import ItemWeights, WeightedDifference, weighted_difference, weighted_test

__all__ = [
    "ItemWeights",
    "WeightedDifference",
    "weighted_difference",
    "weighted_test",
    "CascadeItems",
    "CascadeStep",
    "Cascaded",
    "best_step",
    "cascade_steps",
    "cascaded",
    "checked",
    "cross_fitted",
    "LabelledDifference",
    "average_judges",
    "labelled_difference",
    "LabelledMean",
    "labelled_mean",
    "LabelledEstimate",
    "labelled_test",
    "labels_needed",
    "Moved",
    "moved",
    "Alike",
    "SameWrong",
    "alike",
    "same_wrong",
    "LOOKS",
    "bet_on_difference",
    "bet_on_ratio",
    "log_wealth",
    "Shape",
    "levels",
    "sequential_p",
    "shape_for",
    "TYPICAL_DISCORDANCE",
    "TYPICAL_ICC",
    "World",
    "families_needed",
    "fixed_power",
    "icc_of",
    "mean_power",
    "random_power",
    "PER_ITEM",
    "PER_SOLVED",
    "BoundTest",
    "BridgeSide",
    "BridgeStep",
    "Caveat",
    "Floats",
    "Interval",
    "Limits",
    "Ratio",
    "Reason",
    "ScoreDifference",
    "Strata",
    "Unpaired",
    "bridge",
    "coded",
    "detectable_drop",
    "difference_test",
    "drop_p",
    "forecast",
    "frontier",
    "holm",
    "hybrid",
    "joint_region",
    "least_cache_hit",
    "mean_interval",
    "membership",
    "pass_at_k",
    "price_rise",
    "proportion_interval",
    "quantile_interval",
    "ratio_of_sums",
    "ratio_test",
    "score_difference",
    "smallest_n",
    "unpaired_interval",
    "unpaired_test",
]
