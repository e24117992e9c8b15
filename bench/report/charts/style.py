"""The look of every chart: sizes, colours, titles and captions, and how it is written.

Sizes are inches and points. Every figure is 7.2 inches wide (6 if square): shown 600 pixels wide, its smallest text is
9 pixels high. Nothing here touches pyplot, which would cost a third of a second at start.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from bench import clean
from bench.language import tr
from bench.records import ChartStyle, write_file, write_text
from bench.report.charts.glyphs import FONT, clean_figure, fonts
from bench.report.charts.lettering import extent as extent
from bench.report.charts.lettering import shortened as shortened
from bench.report.charts.lettering import wrap as wrap

P = ParamSpec("P")
T = TypeVar("T")
Shape = Literal["wide", "square"]
"""A slide's or a page's column, or a square post."""
Style = ChartStyle
"""For a screen; for a slide, its text larger; for a paper, which sets the title itself, with a PDF beside."""
SIZES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "web": {"wide": (7.2, 4.5), "square": (6.0, 6.0)},
    "slide": {"wide": (5.8, 3.26), "square": (4.8, 4.8)},
    "paper": {"wide": (6.5, 3.6), "square": (5.0, 5.0)},
}
"""Width and least height of a shape in a style, inches: text of one size is larger in a smaller picture."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B58900", "#56B4E9", "#000000")
"""Okabe & Ito's palette, its yellows darkened for white paper: distinct for colour-blind readers."""
MARKERS = "osD^vPX*"
"""One more than COLOURS, so that 56 models look different."""
INK, SOFT, FAINT = "#1A1A1A", "#555555", "#D9D9D9"
"""Text; secondary text; grids and rules."""
BETTER, WORSE = "#0072B2", "#D55E00"
"""What speaks for the candidate, and against it."""
CLAIMED, EDGE = "#E3F0E8", "#2E6B4A"
"""Where a claim holds, and its edge."""
TITLE, TEXT, SMALL = 12.5, 9.0, 8.0
"""Font sizes, points."""
MARGIN = 0.14
"""White space around everything, inches."""
TICKS = ((range(1, 10), 1), ((1, 2, 3, 5, 7), 1), ((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 2), ((1,), 3))
"""Steps within a power of ten, and every how many powers, the finest first."""
LEAST_SPAN = 20.0
"""Points of score that an axis shows at least: a small difference must not look large."""
MOST_NAMED: Mapping[str, int] = {"web": 8, "slide": 4, "paper": 8}
"""Points that have their names beside them, by style; more have numbers, and the names stand in the legend."""
LINE = 1.3
"""Line height over font size."""
RC: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.labelsize": TEXT,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "font.family": FONT,
    "font.size": TEXT,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "claimbench",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": SOFT,
    "xtick.labelsize": TEXT,
    "ytick.color": SOFT,
    "ytick.labelsize": TEXT,
}
"""matplotlib's settings; text becomes outlines, so that a chart looks alike wherever it is opened."""
_OURS = {key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")} | RC
"""Every setting: a matplotlibrc in the folder that a command is called in may be a stranger's, and call LaTeX."""


def styled(function: Callable[P, T]) -> Callable[P, T]:
    """Decorates what draws or writes a figure."""

    @wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        with matplotlib.rc_context({**_OURS, "font.family": list(fonts())}):
            return function(*args, **kwargs)

    return drawn


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a figure, inches from its lower left corner."""

    left: float
    """Left edge."""
    bottom: float
    """Lower edge."""
    right: float
    """Right edge."""
    top: float
    """Upper edge."""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around a chart."""

    title: str
    """What it shows, or what it found."""
    subtitle: str
    """How to read it."""
    caption: str
    """n, dates, settings."""


def look(number: int) -> dict[str, Any]:
    """Colour and marker of the model of a number."""
    return {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)]}


def page(words: Words, shape: Shape, body: float) -> tuple[Figure, Box]:
    """A figure with title, subtitle and caption, and the room between them.

    `body` is the height in inches that the content needs: where the shape has less, the figure grows downwards, since
    whatever is shown 600 pixels wide must stay legible.
    """
    width, height = size_of(shape)
    figure = Figure(figsize=(width, height), label=words.title)
    FigureCanvasAgg(figure)
    above, below = _heights(words, width)
    height = max(height, above + below + body)
    figure.set_size_inches(width, height)
    at = height - MARGIN + 0.04
    for text, size, colour, weight in _head(words):
        for line in wrap(text, size, width - 2 * MARGIN, weight):
            at -= size * LINE / 72
            figure.text(MARGIN / width, at / height, line, size=size, color=colour, weight=weight, va="baseline")
    lines = wrap(words.caption, SMALL, width - 2 * MARGIN)
    for up, line in enumerate(reversed(lines)):
        y = (MARGIN + 0.02 + up * SMALL * LINE / 72) / height
        figure.text(MARGIN / width, y, line, size=SMALL, color=SOFT, va="baseline")
    return figure, Box(MARGIN, below, width - MARGIN, height - above)


def _head(words: Words) -> list[tuple[str, float, str, str]]:
    head = [(words.title, TITLE, INK, "bold"), (words.subtitle, TEXT, SOFT, "normal")]
    return head[1:] if _STYLE.get() == "paper" else head


def _heights(words: Words, width: float) -> tuple[float, float]:
    """Inches that the texts above and below take."""
    room = width - 2 * MARGIN
    above = sum(size * LINE / 72 * len(wrap(text, size, room, weight)) for text, size, _, weight in _head(words))
    below = SMALL * LINE / 72 * len(wrap(words.caption, SMALL, room))
    return above + 2 * MARGIN, below + 2 * MARGIN


def signed(value: float, digits: int | None = None) -> str:
    """A number with its sign, by default as short as it is; 0 has none."""
    text = f"{value:+g}" if digits is None else f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def panels(box: Box, count: int) -> list[Box]:
    """`count` equal panels in the box, two in a row."""
    across = min(2, count)
    down = -(-count // across)
    wide, high = (box.right - box.left) / across, (box.top - box.bottom) / down
    corners = [(box.left + column * wide, box.top - row * high) for row in range(down) for column in range(across)]
    return [Box(left, top - high, left + wide, top) for left, top in corners[:count]]


def log_axis(axes: Axes, left: float, right: float, form: Callable[[float], str], bound: float | None = None) -> None:
    """A log x axis from left to right (either may be the larger) with as many round ticks as have room for their words.

    `bound`, where it is in view, always is a tick.
    """
    axes.set_xscale("log")
    axes.set_xlim(left, right)
    inches = axes.get_window_extent().width / axes.figure.dpi / abs(math.log10(right / left))
    low, high = min(left, right), max(left, right)
    fixed = [bound] if bound is not None and low <= bound <= high else []

    def apart(first: float, second: float) -> bool:
        room = (extent(form(first), TEXT)[0] + extent(form(second), TEXT)[0]) / 2 + 0.08
        return abs(math.log10(first / second)) * inches >= room

    ticks: list[float] = []
    for steps, every in TICKS:
        series = [step * 10.0**power for power in range(-9, 10, every) for step in steps]
        ticks = [tick for tick in series if low <= tick <= high and all(apart(tick, first) for first in fixed)]
        if all(apart(first, second) for first, second in pairwise(ticks)):
            break
    axes.xaxis.set_major_locator(FixedLocator([*ticks, *fixed]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))


def score_axis(axes: Axes, percents: Sequence[float | None]) -> None:
    """A y axis of scores that fits these values (None is left out), at least LEAST_SPAN points high."""
    known = [value for value in percents if value is not None and math.isfinite(value)] or [0.0, 100.0]
    low, high = min(known), max(known)
    wanting = max(0.0, LEAST_SPAN - (high - low)) / 2
    air = 0.06 * max(high - low, LEAST_SPAN)
    axes.set_ylim(max(-4.0, low - wanting - air), min(104.0, high + wanting + air))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.set_ylabel(tr("score (%)"))


def axes(figure: Figure, box: Box) -> Axes:
    """Axes whose frame is the box."""
    width, height = figure.get_size_inches()
    frame = (
        box.left / width,
        box.bottom / height,
        (box.right - box.left) / width,
        (box.top - box.bottom) / height,
    )
    return figure.add_axes(frame)


def key(figure: Figure, box: Box, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> Box:
    """Draws a legend in lines at the box's top: words with their markers; gives back the room below it."""
    width, height = figure.get_size_inches()
    places, taken = _flow(box, [text for text, _ in entries])
    for (text, marks), (x, down, room) in zip(entries, places, strict=True):
        y = (box.top - down) / height
        how = {"linestyle": "none", "markersize": 6.5, **marks}
        ends = [(x + 0.07) / width] if how["linestyle"] == "none" else [x / width, (x + 0.16) / width]
        figure.add_artist(Line2D(ends, [y] * len(ends), transform=figure.transFigure, **how))
        figure.text((x + 0.21) / width, y, shortened(text, TEXT, room), size=TEXT, va="center_baseline")
    return Box(box.left, box.bottom, box.right, box.top - taken)


def key_height(shape: Shape, texts: Sequence[str]) -> float:
    """Inches that `key` takes for these words."""
    return _flow(Box(MARGIN, 0, size_of(shape)[0] - MARGIN, 0), texts)[1]


def _flow(box: Box, texts: Sequence[str]) -> tuple[list[tuple[float, float, float]], float]:
    """Each entry's left edge, distance from the top and room for its words; and the height of all; inches."""
    line, x, down = TEXT * 1.5 / 72, box.left, TEXT * 0.75 / 72
    places = []
    most = box.right - box.left - 0.21
    for text in texts:
        wide = 0.21 + min(extent(text, TEXT)[0], most)
        if x > box.left and x + wide > box.right:
            x, down = box.left, down + line
        places.append((x, down, most))
        x += wide + 0.2
    return places, down + line / 2 + 0.06


_FACTS: Mapping[str, Mapping[str, Any]] = {
    "svg": {"Date": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Producer": None},
}
"""What each format's file says of itself, beside the title."""
_FORMATS: ContextVar[tuple[str, ...]] = ContextVar("formats", default=("svg", "png"))


_STYLE: ContextVar[Style] = ContextVar("style", default="web")
PIXELS = 160, 331
"""Dots an inch of a PNG; of one for a slide, which is 1920 wide."""


def size_of(shape: Shape) -> tuple[float, float]:
    """Width and least height of a shape in the style of now, inches."""
    return SIZES[_STYLE.get()][shape]


def most_named() -> int:
    """Points that have their names beside them in the style of now."""
    return MOST_NAMED[_STYLE.get()]


@contextmanager
def styled_as(style: Style) -> Iterator[None]:
    """Charts that are written meanwhile have this style."""
    token, formats = _STYLE.set(style), _FORMATS.set((*_FORMATS.get(), *(["pdf"] if style == "paper" else [])))
    try:
        yield
    finally:
        _STYLE.reset(token)
        _FORMATS.reset(formats)


@contextmanager
def vectors_only() -> Iterator[None]:
    """Charts that are written meanwhile have no PNG, which takes as long to draw as all the rest."""
    token = _FORMATS.set(("svg",))
    try:
        yield
    finally:
        _FORMATS.reset(token)


@styled
def write(figure: Figure, stem: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[Path]:
    """Writes stem.svg, stem.png and the chart's data as stem.csv (unknown is empty); the same bytes for the same data.

    IncompleteError if they cannot be written.
    """
    clean_figure(figure)
    folder, name = stem.parent.parent, f"{stem.parent.name}/{stem.name}"
    dots = PIXELS[_STYLE.get() == "slide"]
    for kind in _FORMATS.get():
        facts = {**_FACTS[kind], **({"Title": figure.get_label()} if kind != "png" else {})}
        write_file(
            folder,
            f"{name}.{kind}",
            lambda file, kind=kind, facts=facts: figure.savefig(  # type: ignore[misc]
                file, format=kind, dpi=dots, facecolor="white", metadata=facts
            ),
        )
    drawn = [stem.with_name(f"{stem.name}.{kind}") for kind in _FORMATS.get()]
    return [*drawn, *write_data(stem, header, rows)]


def write_data(stem: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[Path]:
    """Writes stem.csv alone; unknown is empty. IncompleteError if it cannot be written."""
    folder, name = stem.parent.parent, f"{stem.parent.name}/{stem.name}"
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(header)
    table.writerows([["" if value is None else clean.spreadsheet(value) for value in row] for row in rows])
    write_text(folder, f"{name}.csv", out.getvalue())
    return [stem.with_name(f"{stem.name}.csv")]
