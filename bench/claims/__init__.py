"""Claims on a run: read from its tables alone, judged, and put into words."""

from bench.claims.judge import Opinion, judge
from bench.claims.pairs import Pairs, pair
from bench.claims.read import adhoc, declared_claims, judge_run
from bench.claims.text import as_json, markdown, sentence

__all__ = [
    "Opinion",
    "Pairs",
    "adhoc",
    "as_json",
    "declared_claims",
    "judge",
    "judge_run",
    "markdown",
    "pair",
    "sentence",
]
