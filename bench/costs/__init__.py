"""What calls cost: before them (estimate, budget), as they are billed, and priced again afterwards."""

from __future__ import annotations

from bench.costs.answers import Costs
from bench.costs.billing import Billing, billing_of, total
from bench.costs.estimate import Estimate, ModelEstimate, Samples, earlier_runs, has_history, history, pilot, with_calls
from bench.costs.machine import ServerTime, busy_s
from bench.costs.reprice import PriceChange, newest
from bench.costs.spending import Spending, Terms
from bench.costs.traffic import at_traffic, retold

__all__ = [
    "Billing",
    "Costs",
    "Estimate",
    "ModelEstimate",
    "PriceChange",
    "Samples",
    "ServerTime",
    "Spending",
    "Terms",
    "at_traffic",
    "billing_of",
    "busy_s",
    "earlier_runs",
    "has_history",
    "history",
    "newest",
    "pilot",
    "retold",
    "total",
    "with_calls",
]
