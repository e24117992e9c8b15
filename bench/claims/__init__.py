"""Claims on a run: read from its tables alone, judged, and put into words."""

from bench.claims.judge import Case, Opinion, judge
from bench.claims.page import as_json, lines, markdown
from bench.claims.pairs import Pairs, pair
from bench.claims.plain import explanation, on_these_items, statement
from bench.claims.read import Ruling, adhoc, declared_claims, judge_claims, judge_run
from bench.claims.text import sentence

__all__ = [
    "Case",
    "Opinion",
    "Pairs",
    "Ruling",
    "adhoc",
    "as_json",
    "declared_claims",
    "explanation",
    "judge",
    "judge_claims",
    "judge_run",
    "lines",
    "markdown",
    "on_these_items",
    "pair",
    "sentence",
    "statement",
]
