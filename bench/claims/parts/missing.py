"""What missing answers leave of a claim: how many may just be left out, and where there are none at all."""

from __future__ import annotations

from bench.claims.pairs import Mask, Pairs
from bench.language import tr

MISSING_RATE = 0.01
MISSING_GAP = 0.005
"""Items that infrastructure lost are left out only if they are this few in every suite, and this evenly spread over
both sides."""


def lost_items(pairs: Pairs) -> Mask:
    """The items of which either side lacks a sample's answer."""
    lost: Mask = (pairs.candidate.lost > 0) | (pairs.baseline.lost > 0)
    return lost


def lacking(pairs: Pairs, mask: Mask) -> str | None:
    """Why what infrastructure lost may not just be left out; None if it is little and even in every suite."""
    sides = pairs.candidate, pairs.baseline
    suites = pairs.suites_of(mask)
    for suite in suites:
        of = pairs.of(suite) & mask
        rates = [float(side.lost[of].mean()) for side in sides]
        if max(rates) > MISSING_RATE or abs(rates[0] - rates[1]) > MISSING_GAP:
            counts = [
                tr("{rate:.1f} % of {label}'s", rate=100 * rate, label=side.label)
                for rate, side in zip(rates, sides, strict=True)
            ]
            where = f"{suite}: " if len(suites) > 1 else ""
            return tr(
                "{where}{counts} answers are missing, too many or too unevenly to leave them out",
                where=where,
                counts=tr(" and ").join(counts),
            )
    return None


def absent(pairs: Pairs, mask: Mask, known: Mask) -> str | None:
    """Of a suite without a known item: its name as " of NAME"; None if every suite has one."""
    empty = sorted({*pairs.suites_of(mask)} - {*pairs.suites_of(known)})
    return tr(" of {empty}", empty=tr(" and of ").join(empty)) if empty else None
