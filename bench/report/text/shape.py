"""What comparison.json holds: the type that its published schema is made from."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from bench.records import Written
from bench.report.numbers.bridge import Bridge
from bench.report.numbers.comparison import SuiteRow
from bench.report.numbers.languages import LanguageGap
from bench.report.numbers.latency import Probe
from bench.report.numbers.likeness import Likeness
from bench.report.numbers.load import LoadCurve
from bench.report.numbers.pairwise import Difference, Place


class ComparisonJson(TypedDict):
    """comparison.json, and what `bench report --json` prints."""

    rows: list[Annotated[dict[str, Any], Written(SuiteRow)]]
    """A row for each model and suite."""
    claims: list[str]
    """The claims in brief."""
    differences: list[Annotated[dict[str, Any], Written(Difference)]]
    """Pairs of models."""
    frontier: list[Annotated[dict[str, Any], Written(Place)]]
    """Each model's place beside the frontier of score and cost."""
    language_gaps: list[Annotated[dict[str, Any], Written(LanguageGap)]]
    """Each model on the instances that two suites ask in two languages."""
    notes: list[str]
    """What to know beside."""
    bridges: list[Annotated[dict[str, Any], Written(Bridge)]]
    """From list price to what was paid, for each pair of models with prices."""
    latency: list[Annotated[dict[str, Any], Written(Probe)]]
    """What `bench run --latency-probe` measured."""
    load: NotRequired[list[Annotated[dict[str, Any], Written(LoadCurve)]]]
    """What `bench run --load` measured; left out where it measured nothing."""
    likenesses: NotRequired[list[Annotated[dict[str, Any], Written(Likeness)]]]
    """How alike models write where nothing grades their answers; absent where everything is graded."""
