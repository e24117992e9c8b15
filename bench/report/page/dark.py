"""A chart as it stands in a page: an SVG whose colours follow the page's theme."""

from __future__ import annotations

import re

DARK = {
    "#ffffff": "#1c1f25",
    "#1a1a1a": "#e7e6e3",
    "#000000": "#f2f1ee",
    "#555555": "#a9aeb8",
    "#6e6e6e": "#9097a3",
    "#666666": "#9a9fa9",
    "#d9d9d9": "#3d424d",
    "#efefef": "#2a2e37",
    "#e3f0e8": "#1f3a2d",
    "#2e6b4a": "#63d297",
    "#0072b2": "#58aee6",
    "#d55e00": "#f58a4b",
    "#009e73": "#3fcfa0",
    "#cc79a7": "#e39bc4",
    "#b58900": "#dcb63f",
    "#7a6a00": "#d6c355",
    "#8c2d04": "#ff9b6a",
}
"""Colours of the charts on paper -> those on the dark page; others serve on both."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_STYLE = re.compile(r'style="[^"]*"')
_UNFILLED = re.compile(r'(<use\b[^>]*style=")(?=stroke: #000000)')
"""A mark whose fill matplotlib leaves out, as it is black."""


def themed(svg: str) -> str:
    """The picture with a dark variant inside, which browsers show where the page around it is dark.

    Its drawing is the same, and so is what a viewer without style sheets shows.
    """
    variables = "".join(f"--c{paper[1:]}:{dark};" for paper, dark in DARK.items())
    rule = f"<style>@media (prefers-color-scheme: dark){{svg{{{variables}}}}}</style>"
    head, tag, rest = svg.partition("<svg ")
    inside, end, body = rest.partition(">")
    filled = _UNFILLED.sub(r"\1fill: #000000; ", body)
    return f"{head}{tag}{inside}{end}{rule}{_STYLE.sub(_variable, filled)}"


def _variable(style: re.Match[str]) -> str:
    return _COLOUR.sub(lambda colour: _of(colour[0]), style[0])


def _of(colour: str) -> str:
    paper = colour.lower()
    return f"var(--c{paper[1:]},{paper})" if paper in DARK else colour
