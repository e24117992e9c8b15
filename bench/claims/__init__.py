"""Claims on a run: read from its tables alone, judged, and put into words.

Names are imported when first used: what a claim says (`Claim`) is needed where nothing is judged.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.claims.judge import TRUNCATION_GAP, Case, Judgement, judge_cases
    from bench.claims.observed import Observed, observe, on_these_items
    from bench.claims.page import as_json, lines, markdown
    from bench.claims.pairs import Pairs, pair
    from bench.claims.parts import CLEAN_SHARE, MISSING_RATE, PartResult, undecided, worded
    from bench.claims.plain import explanation, statement, verdict_in_words
    from bench.claims.read import Ruling, adhoc, declared_claims, judge_claims, judge_run
    from bench.claims.scope import MEAN
    from bench.claims.text import judged_part, labels, sentence
    from bench.claims.verdict import JointTest, Verdict, combine
    from bench.claims.words import percent, points, two_sided
    from bench.records.claim import MARGINS, Claim, Margin, margin_keys

__all__ = [
    "CLEAN_SHARE",
    "MARGINS",
    "MEAN",
    "MISSING_RATE",
    "TRUNCATION_GAP",
    "Case",
    "Claim",
    "JointTest",
    "Judgement",
    "Margin",
    "Observed",
    "Pairs",
    "PartResult",
    "Ruling",
    "Verdict",
    "adhoc",
    "as_json",
    "combine",
    "declared_claims",
    "explanation",
    "judge_cases",
    "judge_claims",
    "judge_run",
    "judged_part",
    "labels",
    "lines",
    "margin_keys",
    "markdown",
    "observe",
    "on_these_items",
    "pair",
    "percent",
    "points",
    "sentence",
    "statement",
    "two_sided",
    "undecided",
    "verdict_in_words",
    "worded",
]

_HOMES = {
    "bench.records.claim": ("MARGINS", "Claim", "Margin", "margin_keys"),
    "bench.claims.judge": ("TRUNCATION_GAP", "Case", "Judgement", "judge_cases"),
    "bench.claims.observed": ("Observed", "observe", "on_these_items"),
    "bench.claims.page": ("as_json", "lines", "markdown"),
    "bench.claims.pairs": ("Pairs", "pair"),
    "bench.claims.parts": ("CLEAN_SHARE", "MISSING_RATE", "PartResult", "undecided", "worded"),
    "bench.claims.plain": ("explanation", "statement", "verdict_in_words"),
    "bench.claims.read": ("Ruling", "adhoc", "declared_claims", "judge_claims", "judge_run"),
    "bench.claims.scope": ("MEAN",),
    "bench.claims.text": ("judged_part", "labels", "sentence"),
    "bench.claims.verdict": ("JointTest", "Verdict", "combine"),
    "bench.claims.words": ("percent", "points", "two_sided"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module 'bench.claims' has no attribute {name!r}")
