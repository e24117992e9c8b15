"""Tables and charts of a run folder; reads nothing else, calls no model."""

from bench.report.numbers.comparison import Comparison, SuiteRow, compare

__all__ = ["Comparison", "SuiteRow", "compare"]
