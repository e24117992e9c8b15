"""Tables and charts of a run folder; reads nothing else, calls no model."""

from bench.report.frames import RunTables
from bench.report.numbers.comparison import RunComparison, SuiteRow, compare

__all__ = ["RunComparison", "RunTables", "SuiteRow", "compare"]
