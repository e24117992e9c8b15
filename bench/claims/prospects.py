"""Whether a claim is likely to reach a verdict yet: what is left of its run is drawn, and judged as a run is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bench.claims.case import Case
from bench.claims.judge import look_results
from bench.claims.parts import COST, LATENCY, SCORE
from bench.claims.scope import scopes
from bench.claims.verdict import Verdict, combine
from bench.claims.worlds import Guess, Layout, draw, guess_of, joined

DRAWN, FEW = 40, 1
"""Runs that are drawn for each truth that is taken to be possible, and how many of them may reach a verdict."""


def futile(case: Case, layout: Layout, seed: int) -> bool:
    """Whether neither verdict is in reach: not if the trend goes on, nor at either end of what is possible now.

    The truths are what was seen, and the ends of the 95 % intervals for and against the candidate. `layout` has all
    items of the run; those of waves to come are drawn. False where that cannot be drawn.
    """
    claim = case.claim.without(LATENCY.margin)
    if case.looks is None or not claim.margins or case.looks.sizes.count == len(case.looks.pairs):
        return False
    try:
        seen = guess_of(case.looks.pairs[-1])
    except ValueError:
        return False
    return not any(_reached(replace(case, claim=claim), layout, guess, seed) > FEW for guess in _truths(case, seen))


def _truths(case: Case, seen: Guess) -> Iterator[Guess]:
    """The best and the worst truth that the answers so far leave possible, and the one between."""
    assert case.looks is not None
    differences, ratios = [seen.difference], [seen.ratio]
    for scope in scopes(case.claim, case.looks.pairs[-1]):
        for part, bounds in ((SCORE, differences), (COST, ratios)):
            if part.margin in case.claim.margins:
                interval = part.test(scope).interval_95
                bounds += [bound for bound in (interval.low, interval.high) if bound is not None]
    for difference, ratio in (
        (max(differences), min(ratios)),
        (min(differences), max(ratios)),
        (seen.difference, seen.ratio),
    ):
        yield replace(
            seen, difference=difference, discordance=max(seen.discordance, abs(difference)), ratio=max(ratio, 1e-9)
        )


def _reached(case: Case, layout: Layout, guess: Guess, seed: int) -> int:
    """How many of the drawn runs reach a verdict; no more than FEW + 1 are counted."""
    assert case.looks is not None
    sizes, taken = case.looks.sizes, len(case.looks.pairs)
    rest = layout.chosen(np.flatnonzero(layout.waves >= taken))
    reached = 0
    for at in range(DRAWN):
        drawn = draw(guess, rest, case.claim.about, np.random.default_rng([seed, at]))
        later = tuple(joined(case.looks.pairs[-1], drawn, rest.until(wave)) for wave in range(taken, sizes.count))
        whole = replace(case, looks=replace(case.looks, pairs=(*case.looks.pairs, *later)))
        looks = look_results(whole, case.claim.about, case.claim.alpha)
        reached += any(combine(look.over_looks).verdict(case.claim.alpha) is not Verdict.INCONCLUSIVE for look in looks)
        if reached > FEW:
            break
    return reached
