"""Claims on a run: read from its tables alone, judged, and put into words."""

from bench.claims.judge import Case, Opinion, judge
from bench.claims.observed import Observed, observed, on_these_items
from bench.claims.page import as_json, lines, markdown
from bench.claims.pairs import Pairs, pair
from bench.claims.plain import explanation, span, statement, verdict_in_words
from bench.claims.read import Ruling, adhoc, declared_claims, judge_claims, judge_run
from bench.claims.text import judged_part, saving, saving_span, sentence, two_sided

__all__ = [
    "Case",
    "Observed",
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
    "judged_part",
    "lines",
    "markdown",
    "observed",
    "on_these_items",
    "pair",
    "saving",
    "saving_span",
    "sentence",
    "span",
    "statement",
    "two_sided",
    "verdict_in_words",
]
