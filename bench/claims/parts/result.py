"""What the data say of one part of a claim on one suite, with its reasons in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.stats import BoundTest, Caveat, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What the data say of one part of a claim; claims.json has these fields."""

    name: str
    """The part's key: "quality", "cost" or "latency"."""
    estimate: float
    """Score difference (candidate - baseline); cost or latency ratio (candidate / baseline)."""
    interval: Interval
    """Two-sided, at 1 - 2 alpha: its edge passes the claim's bound when the one-sided test does. A bound is None where
    the data give none."""
    interval_95: Interval
    """Two-sided, 95 %."""
    p_supported: float
    """p-value against "the part does not hold"; small supports it."""
    p_refuted: float
    """p-value against "the part holds"; small refutes it."""
    n: int
    """Pairs it rests on."""
    design_effect: float = 1.0
    """How many clustered items are worth one independent item."""
    discordance: float | None = None
    """Score with one run an item: share of items on which the two differ."""
    detectable: float | None = None
    """Smallest true distance from the bound found with 80 % power at this n: score points, or a share of the ratio.
    None without spread, or where `blocked`."""
    needed: int | None = None
    """Items of each suite that would decide it with 80 % power if the estimate is true; None if no likely number
    would, or where `blocked`."""
    problem: str | None = None
    """Why it cannot be supported, whatever the numbers; None if it can."""
    blocked: str | None = None
    """What keeps it from being supported although what was met is well within the bound; None where that is not so."""
    assumed: tuple[float | None, float | None] = (None, None)
    """Cost and latency: the most that an answer of the candidate, of the baseline is taken to come to where nothing
    limits it, in USD or seconds. The interval holds if none comes to more."""
    notes: tuple[str, ...] = ()
    """What a reader must know beside the numbers."""


def worded(name: str, test: BoundTest, words: Callable[[Caveat], str]) -> PartResult:
    """A test's result under a part's name, its reasons put into words."""
    return PartResult(
        name=name,
        estimate=test.estimate,
        interval=test.interval,
        interval_95=test.interval_95,
        p_supported=test.p_within,
        p_refuted=test.p_beyond,
        n=test.n,
        design_effect=test.design_effect,
        discordance=test.discordance,
        detectable=test.detectable,
        needed=test.needed,
        problem=None if test.problem is None else words(test.problem),
        blocked=None if test.blocked is None else words(test.blocked),
        assumed=test.assumed,
        notes=tuple(words(note) for note in test.notes),
    )


def undecided(name: str, estimate: float, n: int, problem: str) -> PartResult:
    """A part that the data cannot judge."""
    nothing = Interval(estimate, None, None, n)
    return PartResult(
        name=name,
        estimate=estimate,
        interval=nothing,
        interval_95=nothing,
        p_supported=1.0,
        p_refuted=1.0,
        n=n,
        problem=problem,
    )


def held_back(result: PartResult, why: str) -> PartResult:
    """A part that something beside its interval keeps from being supported: no number of items is given for that."""
    return replace(result, blocked=why, detectable=None, needed=None)


def at_worst(result: PartResult, against: PartResult, favourable: PartResult, why: str, alpha: float) -> PartResult:
    """A part whose verdicts each rest on their own worst case."""
    bounded = replace(
        result,
        p_supported=against.p_supported,
        p_refuted=favourable.p_refuted,
        problem=result.problem or against.problem,
    )
    return held_back(bounded, why) if result.p_supported <= alpha < against.p_supported else bounded


def unjudged(result: PartResult, problem: str) -> PartResult:
    """A part whose numbers are shown, and decide nothing."""
    return replace(held_back(result, problem), p_supported=1.0, p_refuted=1.0, problem=problem)
