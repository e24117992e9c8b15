"""Latency and throughput against the number of calls at once, and where throughput stops growing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from bench.records import LoadRow, in_flight, steady
from bench.stats import Interval, mean_interval, proportion_interval, quantile_interval

GAIN = 0.5
"""A load pays if throughput grows by at least this power of the calls at once: 1 is in step with them, 0 not at all."""
Knee = Literal["reached", "above", "unclear"]
"""Whether throughput stops growing within the loads measured, still grows at the highest, or chance hides which."""
METRICS: dict[str, Callable[[LoadRow], float | None]] = {
    "ttft_s": lambda row: row.ttft_s,
    "e2e_s": lambda row: row.latency_s,
    "tpot_s": lambda row: row.tpot_s,
}
"""Field of `LoadPoint.times` -> seconds of a prompt: to the first token, to the end, and a token after the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTimes:
    """One metric at one load, seconds."""

    metric: str
    """One of METRICS."""
    p50_s: Interval | None
    """Median, with its 95 % interval; None without any."""
    p95_s: Interval | None
    """95th percentile of the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPoint:
    """One model at one load."""

    at_once: int
    """Calls that were to be in flight."""
    asked: int
    """Prompts asked."""
    n: int
    """Of these, prompts for which the load was held: over its life each had nine tenths of it in flight on average. All
    below rests on them."""
    in_flight: float | None
    """Mean number in flight meanwhile; None without any."""
    errors: Interval | None
    """Share of them that were not answered at their first attempt, with its 95 % interval."""
    failed: int
    """Of them, without an answer at all."""
    clean: int
    """Of those answered at once, calls whose clock our own process kept clean."""
    answers_per_s: Interval | None
    """Answers a second while the load was held, all slots together; None where too few calls give a rate."""
    tokens_per_s: Interval | None
    """Tokens generated a second, of the same; None also where a call's tokens are not known."""
    times: tuple[LoadTimes, ...]
    """Every metric, of those answered at once."""

    def time(self, metric: str) -> LoadTimes:
        """One of METRICS."""
        return next(each for each in self.times if each.metric == metric)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCurve:
    """One model at every load."""

    model: str
    """The model's label."""
    points: tuple[LoadPoint, ...]
    """The least load first."""
    knee: Knee | None
    """Whether there is one; None where fewer than two loads have a rate."""
    knee_at: int | None
    """The highest load that pays; None unless the knee is "reached"."""


def load_curves(rows: Sequence[LoadRow], models: Sequence[str]) -> tuple[LoadCurve, ...]:
    """What `bench run --load` measured of each model, in the order of `models`."""
    return tuple(_curve(model, mine) for model in models if (mine := [row for row in rows if row.model == model]))


def _curve(model: str, rows: Sequence[LoadRow]) -> LoadCurve:
    points = [_point(load, [r for r in rows if r.at_once == load]) for load in sorted({row.at_once for row in rows})]
    knee, at = _knee(points)
    return LoadCurve(model=model, points=tuple(points), knee=knee, knee_at=at)


def _point(at_once: int, rows: Sequence[LoadRow]) -> LoadPoint:
    held = steady(rows)
    timed = [row for row in held if row.timed]
    busy = _busy(rows, held)
    rate = _rate(held, busy)
    tokens = [row.out_total for row in held if row.answered]
    known = [count for count in tokens if count is not None]
    mean = sum(known) / len(held) if held and len(known) == len(tokens) else None
    return LoadPoint(
        at_once=at_once,
        asked=len(rows),
        n=len(held),
        in_flight=busy,
        errors=proportion_interval([float(not row.timed) for row in held], _apart(held)) if held else None,
        failed=sum(not row.answered for row in held),
        clean=sum(row.timing_ok for row in timed),
        answers_per_s=_times(rate, sum(row.answered for row in held) / len(held)) if held else None,
        tokens_per_s=_times(rate, mean),
        times=tuple(_quantiles(name, [of(row) for row in timed]) for name, of in METRICS.items()),
    )


def _busy(rows: Sequence[LoadRow], held: Sequence[LoadRow]) -> float | None:
    """Calls in flight while the load was held: the mean over the time of the calls that it was held for."""
    kept, spent = set(held), 0.0
    for row, count in zip(rows, in_flight(rows), strict=True):
        spent += count * row.wall_s if row in kept else 0.0
    total = sum(row.wall_s for row in held)
    return spent / total if total else None


def _rate(held: Sequence[LoadRow], busy: float | None) -> Interval | None:
    """Calls that ended a second while the load was held: those in flight over the mean time of one (Little's law).

    Its interval is that of the mean time, with calls as independent.
    """
    if busy is None or len(held) < 2:
        return None
    hold = mean_interval([row.wall_s for row in held], _apart(held))
    if hold.low is None or hold.high is None or hold.low <= 0:
        return Interval(busy / hold.estimate, None, None, len(held))
    return Interval(busy / hold.estimate, busy / hold.high, busy / hold.low, len(held))


def _times(rate: Interval | None, factor: float | None) -> Interval | None:
    if rate is None or factor is None:
        return None
    low, high = (None if end is None else factor * end for end in (rate.low, rate.high))
    return Interval(factor * rate.estimate, low, high, rate.n)


def _apart(rows: Sequence[LoadRow]) -> list[str]:
    return [str(at) for at in range(len(rows))]


def _quantiles(metric: str, values: Sequence[float | None]) -> LoadTimes:
    known = [value for value in values if value is not None]
    p50, p95 = (quantile_interval(known, share) if known else None for share in (0.5, 0.95))
    return LoadTimes(metric=metric, p50_s=p50, p95_s=p95)


def _knee(points: Sequence[LoadPoint]) -> tuple[Knee | None, int | None]:
    """The last load before the first whose gain is below GAIN beyond chance, where all before are above it."""
    known = [(point.at_once, point.answers_per_s) for point in points if point.answers_per_s]
    if len(known) < 2:
        return None, None
    for (few, before), (many, after) in pairwise(known):
        if None in (before.low, before.high, after.low, after.high):
            return "unclear", None
        assert before.low is not None
        assert before.high is not None
        assert after.low is not None
        assert after.high is not None
        wanted = (many / few) ** GAIN
        if after.high < wanted * before.low:
            return "reached", few
        if after.low <= wanted * before.high:
            return "unclear", None
    return "above", None
