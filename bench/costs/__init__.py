"""What calls cost: before them (estimate, budget), as they are billed, and priced again afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.costs.billing import Billing, billing_by, billing_of, total
from bench.late import late

if TYPE_CHECKING:
    from bench.costs.answers import Costs
    from bench.costs.estimate import (
        Estimate,
        ModelEstimate,
        Samples,
        earlier_runs,
        has_history,
        history,
        pilot,
        with_calls,
    )
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
    "billing_by",
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

__getattr__ = late(
    __name__,
    {
        ".answers": "Costs",
        ".estimate": "Estimate ModelEstimate Samples earlier_runs has_history history pilot with_calls",
        ".machine": "ServerTime busy_s",
        ".reprice": "PriceChange newest",
        ".spending": "Spending Terms",
        ".traffic": "at_traffic retold",
    },
)
"""What only runs and their reports need: a proxy does without it, which starts in less time and memory."""
