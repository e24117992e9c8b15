"""The latency probe of a run folder: times of prompts of one size, cold and warm apart."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import clean
from bench.errors import UsageError
from bench.records import LATENCY, LATENCY_COLUMNS, Outcome
from bench.stats import Interval, quantile_interval

if TYPE_CHECKING:
    import pandas as pd

METRICS = {"connect": "connect_s", "TTFT": "ttft_s", "TTFAT": "ttfat_s", "E2E": "latency_s", "TPOT": "tpot_s"}
"""Metric -> its column in latency.csv, in seconds."""
CONNECTIONS = ("cold", "warm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """One metric of one model on one kind of connection."""

    model: str
    """The model's label."""
    connection: str
    """"cold": the first call on a fresh connection; "warm": the call after it."""
    metric: str
    """One of METRICS."""
    n: int
    """Answers with this time, got at the first attempt."""
    p50_s: Interval | None
    """Median, seconds, with its 95 % interval; None without any."""
    p95_s: Interval | None
    """95th percentile of the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What the prompts of one model came to."""

    model: str
    """The model's label."""
    asked: int
    """Prompts asked."""
    failed: int
    """Of these, without an answer."""
    retried: int
    """Of these, answered at a later attempt only: in no time."""
    clean: int
    """Of the timed ones, calls whose clock our own process kept clean."""
    times: tuple[Times, ...]
    """Every metric, cold and warm."""

    @property
    def timed(self) -> int:
        """Prompts that the times rest on."""
        return self.asked - self.failed - self.retried


def probes(folder: Path) -> tuple[Probe, ...]:
    """What `bench run --latency-probe` left in a run folder; empty if nothing. UsageError if it is damaged."""
    import pandas as pd

    path = folder / LATENCY
    if not path.is_file():
        return ()
    try:
        types = {"model": str, "timing_ok": bool, **dict.fromkeys(METRICS.values(), float)}
        columns = list(LATENCY_COLUMNS)
        text = io.StringIO(clean.read_text(path, below=folder), newline="")
        table = pd.read_csv(text, dtype=types, usecols=columns, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        why = str(error).partition("\n")[0]
        raise UsageError(f"{path}: cannot be read ({why}). `bench run --latency-probe N` writes it again.") from error
    return tuple(
        _probe(clean.line(clean.unguarded(str(model))), rows) for model, rows in table.groupby("model", sort=False)
    )


def _probe(model: str, rows: pd.DataFrame) -> Probe:
    answered = rows[rows["outcome"].isin((Outcome.ANSWERED, Outcome.TRUNCATED))]
    timed = answered[answered["attempts"] == 1]
    times = [
        _times(model, connection, metric, timed[timed["connection"] == connection][column])
        for metric, column in METRICS.items()
        for connection in CONNECTIONS
    ]
    failed, retried = len(rows) - len(answered), len(answered) - len(timed)
    return Probe(
        model=model,
        asked=len(rows),
        failed=failed,
        retried=retried,
        clean=int(timed["timing_ok"].sum()),
        times=tuple(times),
    )


def _times(model: str, connection: str, metric: str, seconds: pd.Series[float]) -> Times:
    values = seconds.dropna().to_numpy(dtype=float)
    if not len(values):
        return Times(model=model, connection=connection, metric=metric, n=0, p50_s=None, p95_s=None)
    return Times(
        model=model,
        connection=connection,
        metric=metric,
        n=len(values),
        p50_s=quantile_interval(values, 0.5),
        p95_s=quantile_interval(values, 0.95),
    )
