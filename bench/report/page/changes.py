"""What would change a verdict: more items where it is open, and how far prices may move."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bench import claims
from bench.claims import Judgement, Verdict, parts
from bench.language import tr
from bench.report.numbers.bridge import Bridge
from bench.report.page.bill import MonthlyBill


def changes(judgement: Judgement, bridges: Sequence[Bridge], bills: Sequence[MonthlyBill]) -> Iterator[str]:
    """Sentences; none where nothing is known of it."""
    if judgement.verdict is Verdict.INCONCLUSIVE and judgement.outlook is not None:
        yield f"{claims.what_it_takes(judgement.outlook)}."
    claim = judgement.claim
    saving = claim.margins.get(parts.COST.margin)
    mine = "" if saving is None else tr("at the costs measured, {saving:g} % cheaper", saving=100 * saving)
    for bridge in bridges:
        if (bridge.candidate, bridge.baseline) == (claim.candidate, claim.baseline):
            named = f"{bridge.suite}: " if len(judgement.test.parts) > 2 else ""
            yield from (f"{named}{line}" for line in bridge.holds_until if mine and line.startswith(mine))
    yield from _at_other_prices(judgement, bills)


def _at_other_prices(judgement: Judgement, bills: Sequence[MonthlyBill]) -> Iterator[str]:
    """Where the measured saving meets the claim at the judged prices and misses it at others, or the reverse."""
    wanted = judgement.claim.margins.get(parts.COST.margin)
    if wanted is None:
        return
    for bill in bills:
        judged = _less(bill.today.estimate, bill.candidate.estimate)
        for at in bill.at:
            less = _less(at.today.estimate, at.candidate.estimate)
            if math.isfinite(less) and (less >= wanted) != (judged >= wanted):
                meets = tr("{where}, {name}: {said} as measured, which meets the claimed {wanted:g} %.")
                misses = tr("{where}, {name}: {said} as measured, which misses the claimed {wanted:g} %.")
                said = parts.COST.said(1 - less)
                text = meets if less >= wanted else misses
                yield text.format(where=bill.where, name=at.name, said=said, wanted=100 * wanted)


def _less(today: float, candidate: float) -> float:
    return 1 - candidate / today if today > 0 else math.nan
