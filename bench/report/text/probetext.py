"""The latency probe as text: a line for each metric, cold and warm beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.report.numbers.comparison import CLEAN_SHARE
from bench.report.numbers.latency import Probe, Times
from bench.report.text.tables import Cell, seconds
from bench.stats import Interval

HEADERS = ("model", "metric", "cold n", "p50", "p95", "warm n", "p50", "p95")


def cells(probe: Probe) -> Iterator[tuple[str, list[Cell]]]:
    """Each metric with its unit, and its cells under the last six of `HEADERS`."""
    for cold, warm in zip(probe.times[::2], probe.times[1::2], strict=True):
        unit = "ms" if cold.metric == "TPOT" else "s"
        yield f"{cold.metric} ({unit})", [cell for times in (cold, warm) for cell in _cells(times, unit)]


def _cells(times: Times, unit: str) -> list[Cell]:
    p95 = None if times.p95_s is None else replace(times.p95_s, low=None, high=None)
    return [(str(times.n), ""), seconds(_in(times.p50_s, unit)), (seconds(_in(p95, unit))[0], "")]


def _in(interval: Interval | None, unit: str) -> Interval | None:
    if interval is None or unit == "s":
        return interval
    low, high = (None if bound is None else 1e3 * bound for bound in (interval.low, interval.high))
    return Interval(1e3 * interval.estimate, low, high, interval.n)


def notes(probes: Sequence[Probe]) -> list[str]:
    """What a reader must know beside the times."""
    lines = [
        "Latency probe: prompts of one size, one at a time, each with a beginning of its own. Cold is the first call "
        "on a fresh connection, whose making (connect) is in no other number; warm is the call after it. "
        "TPOT: time per output token after the first. In parentheses: 95 % intervals, ? where so few give none."
    ]
    for probe in probes:
        if probe.failed or probe.retried:
            lines.append(
                f"{probe.model}: of {probe.asked} prompts {probe.failed} got no answer and {probe.retried} only at a "
                "later attempt; they are in no time."
            )
        if probe.clean < CLEAN_SHARE * probe.timed:
            lines.append(
                f"{probe.model}: only {probe.clean} of {probe.timed} timings are clean; this machine was busy."
            )
    return lines


def markdown(probes: Sequence[Probe]) -> str:
    """The part of comparison.md; empty without a probe."""
    if not probes:
        return ""
    lines = ["", "## Latency probe", "", f"| {' | '.join(HEADERS)} |", "|---|---|" + "---:|" * 6]
    for probe in probes:
        for metric, row in cells(probe):
            texts = [f"{value} ({aside})" if aside else value for value, aside in row]
            lines.append(f"| {probe.model} | {metric} | {' | '.join(texts)} |")
    return "\n".join([*lines, "", *(f"- {note}" for note in notes(probes))]) + "\n"
