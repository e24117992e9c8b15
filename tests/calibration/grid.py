"""What the acceptance grid is made of: jobs that measure rates, rows with their bars, and their Markdown."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

ALPHA = 0.05
MARGIN = 0.03
SEED = 1


@dataclass(frozen=True)
class Scale:
    """How many experiments a cell is made of."""

    closed: int
    """Experiments without a bootstrap."""
    bootstrap: int
    """Experiments with a bootstrap each."""
    peer: int
    """Experiments that claimeval judges."""


FULL = Scale(closed=20_000, bootstrap=2000, peer=300)
FAST = Scale(closed=200, bootstrap=40, peer=5)


@dataclass(frozen=True)
class Row:
    """One measured rate and the bar it must hold, the same peers beside it in every row of its table."""

    setting: tuple[str, ...]
    """What was measured, a cell a column."""
    ours: float
    """The rate, in [0, 1]."""
    bound: float
    """The bar."""
    at_least: bool = False
    """Whether the bar is a least rate; else it is a largest one."""
    se: float = 0.0
    """Monte-Carlo standard error of `ours`; 0 where the rate is exact."""
    beside: Mapping[str, float | None] = field(default_factory=dict)
    """The same rate of other methods."""

    @property
    def holds(self) -> bool:
        """Whether the rate is within three standard errors of its bar."""
        reach = 3 * self.se + 1e-9
        return self.ours >= self.bound - reach if self.at_least else self.ours <= self.bound + reach


@dataclass(frozen=True)
class Job:
    """Rows that one process measures at once."""

    section: str
    """Key of SECTIONS."""
    measure: Callable[..., list[Row]]
    """Called with a scale, a generator and `arguments`."""
    arguments: tuple[Any, ...] = ()
    """What distinguishes it."""
    fast: bool = False
    """Whether it is part of the fast slice."""

    def run(self, scale: Scale) -> list[Row]:
        """Measures, from a seed of its own."""
        name = f"{self.section} {self.measure.__name__} {self.arguments}"
        return self.measure(scale, np.random.default_rng([SEED, zlib.crc32(name.encode())]), *self.arguments)


def error(rate: float, experiments: int, expected: float) -> float:
    """Standard error of a rate; at least that of the rate expected, lest 0 of a few be taken for certain."""
    return max(math.sqrt(share * (1 - share) / experiments) for share in (rate, expected))


def rate(hits: Sequence[bool] | Sequence[float]) -> float:
    """The share of hits."""
    return float(np.mean(hits))


def markdown(title: str, columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A section: its title, then a table in per cent."""
    peers = list(dict.fromkeys(name for row in rows for name in row.beside))
    heads = [*columns, "ours %", "bar %", "", *(f"{name} %" for name in peers)]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(columns) + "|---:" * (len(heads) - len(columns)) + "|"]
    for row in rows:
        ours = f"{100 * row.ours:.1f}" + (f" ± {100 * row.se:.1f}" if row.se else "")
        bar = f"{'≥' if row.at_least else '≤'} {100 * row.bound:.1f}"
        others = ["" if (value := row.beside.get(name)) is None else f"{100 * value:.1f}" for name in peers]
        lines.append(f"| {' | '.join([*row.setting, ours, bar, 'pass' if row.holds else '**miss**', *others])} |")
    return "\n".join([f"## {title}", "", *lines])


def record(section: str, row: Row) -> dict[str, Any]:
    """A row as JSON."""
    return {"section": section, **asdict(row), "beside": dict(row.beside), "holds": row.holds}
