"""Charts, drawn without a display and byte-stable for the same tables."""

from bench.report.charts import load  # noqa: F401  before anything imports matplotlib
from bench.report.charts.forest import ForestRow, forest
from bench.report.charts.glyphs import has_font
from bench.report.charts.history import write_history
from bench.report.charts.ofrun import write_charts
from bench.report.charts.plane import PlanePoint, claim_plane
from bench.report.charts.spent import Course, Picture, dollars
from bench.report.charts.style import Shape, Style, styled_as, vectors_only
from bench.report.charts.timeline import Dated, timeline
from bench.report.text.names import file_name

__all__ = [
    "Dated",
    "ForestRow",
    "Course",
    "Picture",
    "PlanePoint",
    "Shape",
    "Style",
    "claim_plane",
    "dollars",
    "file_name",
    "forest",
    "has_font",
    "styled_as",
    "timeline",
    "vectors_only",
    "write_charts",
    "write_history",
]
