"""Progress bars for a program or a notebook: a `Watcher` of rich's bars."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from bench import clean
from bench.engine import Slowed
from bench.plan import PlannedCall
from bench.records import Call, Graded
from bench.run.prepare import SilentWatcher

WIDTH = 100
"""Of a notebook's bars, in characters."""
PAUSE_S = 0.1
"""Between two drawings of a notebook's bars."""


class _CellBars(Progress):
    """rich's bars, which in a notebook stand in the cell as plain HTML: rich's own need ipywidgets there."""

    def __init__(self, *columns: Any) -> None:
        super().__init__(*columns)
        self._cell: Any = None
        self._drawn = 0.0

    def start(self) -> None:
        """The bars appear."""
        if self.console.is_jupyter:
            self._draw()
        else:
            super().start()

    def moved(self) -> None:
        """A bar has moved."""
        if self.console.is_jupyter and (self.finished or time.monotonic() - self._drawn > PAUSE_S):
            self._draw()

    def _draw(self) -> None:
        from IPython.display import HTML, display

        paper = Console(record=True, file=io.StringIO(), force_jupyter=False, force_terminal=True, width=WIDTH)
        paper.print(self.get_renderable())
        shown = HTML(paper.export_html(inline_styles=True, code_format="<pre>{code}</pre>"))
        if self._cell is None:
            self._cell = display(shown, display_id=True)
        else:
            self._cell.update(shown)
        self._drawn = time.monotonic()


class ProgressBars(SilentWatcher):
    """A bar a model, with its score so far and the run's money, on a terminal or in a notebook's cell.

    It agrees to no cost that a user would have to agree to.
    """

    def __init__(self) -> None:
        texts = TextColumn("{task.description}", markup=False), TextColumn("{task.fields[about]}", markup=False)
        self._shown = _CellBars(texts[0], BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), texts[1])
        self._bars: dict[str, TaskID] = {}
        self._scores: dict[str, list[float]] = {}
        self._money = ""
        self._paces: dict[str, str] = {}
        self._turn = threading.Lock()

    def say(self, text: str) -> None:
        """A line above the bars."""
        self._shown.console.print(clean.terminal(text), markup=False, highlight=False)

    def lane(self, label: str, done: int, total: int) -> None:
        """A bar begins, or goes on."""
        with self._turn:
            if label not in self._bars:
                self._bars[label] = self._shown.add_task(clean.line(label), total=total, completed=done, about="")
                self._scores[label] = []
            self._shown.start()

    def finished(self, planned: PlannedCall, call: Call, graded: Graded | None) -> None:
        """The bar of its model moves by one; the last bar's end ends them all."""
        del call
        with self._turn:
            scores = self._scores.setdefault(planned.model, [])
            if graded is not None and graded.score is not None:
                scores.append(graded.score)
            so_far = f"score so far {100 * sum(scores) / len(scores):.0f} % (n = {len(scores)})" if scores else ""
            about = ", ".join(filter(None, (so_far, self._money, self._paces.get(planned.model))))
            if planned.model in self._bars:
                self._shown.update(self._bars[planned.model], advance=1, about=about)
            self._shown.moved()
            if self._shown.finished:
                self._shown.stop()

    def slowed(self, label: str, pace: Slowed) -> None:
        """Shown beside the score from the next call on."""
        self._paces[label] = pace.words

    def spent(self, usd: Decimal, limit: Decimal | None, unknown: Sequence[str], unsure: Decimal = Decimal(0)) -> None:
        """Shown beside the score."""
        of = f" of {limit}" if limit is not None else ""
        most = " at most" if unsure else ""
        self._money = f"{usd:.4f}{of} USD{most}" + (" and unknown costs" if unknown else "")
