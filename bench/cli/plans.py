"""What a planned run could show of its claims, before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.costs import Estimate
    from bench.run.prepare import Prepared


def claim_outlooks(prepared: Prepared, estimate: Estimate) -> Iterator[str]:
    """One line for each claim on scores: how often the planned items would support it, the saving taken as shown.

    Nothing was measured yet: a tenth of the items is taken to be answered differently, and a typical correlation
    within families.
    """
    from bench import claims
    from bench.stats import TYPICAL_DISCORDANCE

    families: dict[str, dict[tuple[str, str], str]] = {}
    for call in prepared.plan.calls:
        families.setdefault(call.item.suite, {})[call.item.task, call.item.item] = call.item.family
    usd = {model.model: model.usd.estimate for model in estimate.models if model.usd is not None}
    for name, claim in prepared.comparison.claims.items():
        suites = [suite for suite in claim.suites or families if suite in families]
        if "worse_by" not in claim.margins or not suites:
            continue
        sizes = [claims.assumed(suite, list(families[suite].values())) for suite in suites]
        sides = [usd.get(claim.candidate), usd.get(claim.baseline)]
        known = [side for side in sides if side is not None]
        seen = claims.expected(
            claim, sizes, dict.fromkeys(claims.TIMES, 1.0), usd=sum(known) if len(known) == len(sides) else None
        )
        differ = f"if {100 * TYPICAL_DISCORDANCE:g} % of the items are answered differently and the saving is shown"
        yield f"claim {name}, {differ}: {claims.what_it_takes(seen)}"
