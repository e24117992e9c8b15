"""The bridge: from the saving in list prices to the saving per item and per solved item, factor by factor."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PER_ITEM = "retries and waste"
"""The step after which the product is the ratio of what an item really cost."""
PER_SOLVED = "solved rate"
"""The step after which the product is the ratio of what a solved item really cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSide:
    """One model of a pair. The arrays hold the items that both models answered, in the same order."""

    tokens_in: Floats
    """Prompt tokens, items x 4: uncached, cache read, cache write 5 min, cache write 1 h."""
    answer: Floats
    """Output tokens of the visible answers."""
    reasoning: Floats
    """Output tokens of the reasoning."""
    characters: Floats
    """Characters of the visible answers."""
    prices: Floats
    """USD per token at which each item was billed, items x 5: the four kinds of prompt tokens, and output."""
    billed: float
    """USD per item of the pair, over all its items: retries, truncated and refused answers included."""
    solved: float
    """Mean score over the same items, in [0, 1]."""


@dataclass(frozen=True, slots=True)
class BridgeStep:
    """One factor of the bridge."""

    name: str
    """What of the baseline was replaced by the candidate's."""
    factor: float | None
    """The cost after the replacement / before it; None where a side solved nothing."""
    ratio: float | None
    """The product of all factors so far: candidate / baseline. 1 - ratio is the saving."""


def bridge(baseline: BridgeSide, candidate: BridgeSide) -> tuple[BridgeStep, ...]:
    """Replaces the baseline's quantities by the candidate's, one kind after the other; the factors multiply exactly.

    The order: list price; tokenizer (prompt tokens of the same prompts, and tokens per character of the visible
    answers, each side's own); verbosity (characters); reasoning tokens; the kinds of prompt tokens (cache); retries
    and waste, which is all of the bill beyond the first answers to items that both answered; solved rate.
    Where a side shows no answer text, the whole difference of the answers counts as verbosity.
    ValueError if the arrays do not match, or a side costs nothing.
    """
    sizes = {len(array) for side in (baseline, candidate) for array in _arrays(side)}
    if len(sizes) != 1 or sizes == {0}:
        raise ValueError("both sides need the same items, at least one")
    priced = replace(baseline, prices=candidate.prices)
    worded = replace(
        priced,
        tokens_in=baseline.tokens_in * (_total(candidate) / np.maximum(_total(baseline), 1))[:, None],
        answer=baseline.answer * _density(candidate, baseline),
    )
    said = replace(worded, answer=candidate.answer)
    thought = replace(said, reasoning=candidate.reasoning)
    states = (baseline, priced, worded, said, thought, candidate)
    costs = [_cost(state) for state in states]
    if min(*costs, baseline.billed, candidate.billed) <= 0:
        raise ValueError("a side costs nothing")
    factors = [after / before for before, after in pairwise(costs)]
    waste = (candidate.billed / costs[-1]) / (baseline.billed / costs[0])
    names = ("list price", "tokenizer", "verbosity", "reasoning", "cache", PER_ITEM)
    steps, ratio = [], 1.0
    for name, factor in zip(names, (*factors, waste), strict=True):
        ratio *= factor
        steps.append(BridgeStep(name, factor, ratio))
    if baseline.solved <= 0 or candidate.solved <= 0:
        return (*steps, BridgeStep(PER_SOLVED, None, None))
    factor = baseline.solved / candidate.solved
    return (*steps, BridgeStep(PER_SOLVED, factor, ratio * factor))


def _arrays(side: BridgeSide) -> tuple[Floats, ...]:
    return side.tokens_in, side.answer, side.reasoning, side.characters, side.prices


def _total(side: BridgeSide) -> Floats:
    """Prompt tokens of each item."""
    total: Floats = side.tokens_in.sum(axis=1)
    return total


def _density(candidate: BridgeSide, baseline: BridgeSide) -> float:
    """Candidate's tokens per character of its visible answers / the baseline's; 1 where a side shows no text."""
    tokens = float(candidate.answer.sum()) * float(baseline.characters.sum())
    characters = float(baseline.answer.sum()) * float(candidate.characters.sum())
    return tokens / characters if tokens > 0 and characters > 0 else 1.0


def _cost(side: BridgeSide) -> float:
    """USD of the items' first answers."""
    prompts = (side.tokens_in * side.prices[:, :4]).sum()
    return math.fsum((float(prompts), float(((side.answer + side.reasoning) * side.prices[:, 4]).sum())))
