"""Shows a run as it goes: a live table on a terminal, a calm line now and then elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import TracebackType

import click
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bench import clean
from bench.cli.money import estimate_lines, spent_line
from bench.cli.terminal import echo
from bench.costs import Estimate
from bench.engine import Slowed
from bench.language import counted
from bench.plan import PlannedCall
from bench.records import Call, Graded, Outcome

CALM_S = 20.0
"""Seconds between two lines of one model where there is no terminal."""


@dataclass(slots=True, kw_only=True)
class _Lane:
    label: str
    done: int
    total: int
    began: float = field(default_factory=time.monotonic)
    asked: int = 0
    scores: list[float] = field(default_factory=list)
    tokens: int = 0
    streaming_s: float = 0.0
    failed: int = 0
    retries: int = 0
    pace_s: float = 0.0
    last_at: float = 0.0
    said_at: float = field(default_factory=time.monotonic)
    pace: str = ""
    pace_said_at: float = -math.inf

    def add(self, call: Call, graded: Graded | None) -> None:
        self.asked += 1
        self.last_at = time.monotonic()
        self.pace_s = (self.last_at - self.began) / self.asked
        self.done += call.outcome.scored
        self.failed += not call.outcome.scored
        self.retries += len(call.attempts) - (len(call.episode.turns) if call.episode else 1)
        if call.outcome.scored and graded is not None and graded.score is not None:
            self.scores.append(graded.score if call.outcome is Outcome.ANSWERED else 0.0)
        asked = [turn.attempt for turn in call.episode.turns] if call.episode else [call.scored_attempt]
        seconds = sum(attempt.latency_s or 0.0 for attempt in asked)
        if call.usage.out_total and seconds:
            self.tokens += call.usage.out_total
            self.streaming_s += seconds

    def cells(self) -> Iterator[str]:
        """Items with what went wrong, score so far, tokens per second, time left."""
        said = f"{self.done}/{self.total} items" + (f", {self.failed} failed" if self.failed else "")
        yield said + (f", {self.retries} {'retry' if self.retries == 1 else 'retries'}" if self.retries else "")
        n = len(self.scores)
        yield f"score so far {100 * sum(self.scores) / n:.0f} % (n = {n})" if n else "no score yet"
        yield f"{self.tokens / self.streaming_s:.0f} tok/s" if self.streaming_s else "- tok/s"
        yield self._left()

    def _left(self) -> str:
        if self.done >= self.total:
            return f"done in {_clock(self.last_at - self.began)}" if self.asked else "done"
        if not self.asked:
            return "ETA -"
        # Counts down from the last finished call: a running one says nothing yet.
        seconds = self.pace_s * (self.total - self.done) - (time.monotonic() - self.last_at)
        return f"ETA {_clock(max(0.0, seconds))}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class RunProgress:
    """The command line's `Watcher`; a context manager that leaves the terminal clean. Writes to stderr."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._lanes: dict[str, _Lane] = {}
        self._fetching: tuple[str, int, int] | None = None
        self._fetch_said = 0.0
        self._spent: str | None = None
        self._spent_said = time.monotonic()
        self._live = Live(get_renderable=self._table, console=self._console, refresh_per_second=4, transient=False)
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> RunProgress:
        if self._terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the live display; what it shows last stays."""
        self._live.stop()

    def _table(self) -> Group:
        return Group(self._grid(), *(Text(self._slow(lane), "yellow") for lane in self._lanes.values() if lane.pace))

    def _slow(self, lane: _Lane) -> str:
        return clean.terminal(f"{lane.label}: {lane.pace}")

    def _grid(self) -> Table:
        grid = Table.grid(padding=(0, 2))
        for width in (16, None, None, None, None):  # fits 80 columns
            grid.add_column(no_wrap=True, overflow="ellipsis", max_width=width)
        for lane in self._lanes.values():
            grid.add_row(clean.terminal(lane.label), *lane.cells())
        if self._spent:
            grid.add_row("cost", self._spent)
        if self._fetching:
            name, done, total = self._fetching
            grid.add_row(
                clean.terminal(name), f"{done / 1e6:.0f} of {total / 1e6:.0f} MB", ProgressBar(total, done, width=30)
            )
        return grid

    def say(self, text: str) -> None:
        """One line worth reading."""
        self._console.print(clean.terminal(text), markup=False)

    def lane(self, label: str, done: int, total: int) -> None:
        """A model's calls begin."""
        self._fetching = None
        self._lanes[label] = _Lane(label=label, done=done, total=total)
        if not self._terminal:
            echo(f"{label}: {counted(total - done, 'call')} to make, {done} answered before", err=True)

    def finished(self, planned: PlannedCall, call: Call, graded: Graded | None) -> None:
        """One more call is recorded."""
        lane = self._lanes[planned.model]
        lane.add(call, graded)
        due = time.monotonic() - lane.said_at >= CALM_S or lane.done == lane.total
        if not self._terminal and due:
            lane.said_at = time.monotonic()
            echo(f"{lane.label}: {', '.join(lane.cells())}", err=True)

    def slowed(self, label: str, pace: Slowed) -> None:
        """A model's endpoint bears fewer calls at once: shown below the table, or said at once and now and then."""
        lane = self._lanes[label]
        lane.pace = pace.words
        if not self._terminal and time.monotonic() - lane.pace_said_at >= CALM_S:
            lane.pace_said_at = time.monotonic()
            echo(self._slow(lane), err=True)

    def spent(self, usd: Decimal, limit: Decimal | None, unknown: Sequence[str], unsure: Decimal = Decimal(0)) -> None:
        """What the run cost so far, and what of it is a worst case; nothing is shown where no price is known at all."""
        if not usd and not limit:
            return
        self._spent = spent_line(usd, limit, unknown, unsure)
        if not self._terminal and time.monotonic() - self._spent_said >= CALM_S:
            self._spent_said = time.monotonic()
            echo(f"cost: {self._spent}", err=True)

    def estimated(self, estimate: Estimate, *, ask: bool) -> bool:
        """Shows what the calls to come will cost, and asks whether to go on if `ask`."""
        self._live.stop()
        for line in estimate_lines(estimate):
            self._console.print(clean.terminal(line), markup=False, soft_wrap=True)
        agreed = not ask or click.confirm("Go on?", default=False, err=True)
        if self._terminal:
            self._live.start()
        return agreed

    def fetched(self, name: str, done: int, total: int) -> None:
        """Bytes of a weights file so far."""
        self._fetching = (name, done, total) if done < total else None
        if not self._terminal and time.monotonic() - self._fetch_said >= CALM_S:
            self._fetch_said = time.monotonic()
            echo(f"{name}: {done / 1e6:.0f} of {total / 1e6:.0f} MB", err=True)
