"""Claims on a run: read from its tables alone, judged, and put into words."""

from __future__ import annotations

from bench.claims import early
from bench.claims.beside import TRUNCATION_GAP, unknown
from bench.claims.case import Case
from bench.claims.drawing import assign
from bench.claims.firstlines import beyond, headline, kinds, named_kinds, reading, second, still
from bench.claims.forecast import Forecast, both_readings
from bench.claims.judge import Judgement, Reading, judge_cases, log_bets
from bench.claims.looks import Sizes, Stand, sizes_of, waves
from bench.claims.observed import Observed, observe, on_these_items
from bench.claims.outlook import (
    TIMES,
    Outlook,
    SuiteSize,
    assumed,
    expected,
    like,
    outlook_json,
    percent_of,
    saving_chance,
    what_it_takes,
)
from bench.claims.page import as_json, kinds_line, lines, markdown
from bench.claims.pairs import Pairs, pair
from bench.claims.partlines import MISSED, OPEN, SHOWN, beyond_lines, open_parts, part_lines, state, why_open
from bench.claims.parts import (
    CLEAN_SHARE,
    COST,
    LATENCY,
    MISSING_RATE,
    SCORE,
    Axis,
    Part,
    PartResult,
    cost_each,
    counts,
    undecided,
    worded,
)
from bench.claims.plain import cautions, explanation, meaning, statement, verdict_in_words
from bench.claims.prompted import best as best_prompt
from bench.claims.prompted import trial as prompt_trial
from bench.claims.prompted import words as prompt_words
from bench.claims.prospects import futile
from bench.claims.read import (
    Ruling,
    decide,
    declared_claims,
    judge_claims,
    judge_run,
    known_bets,
    own_bets,
)
from bench.claims.scope import MEAN, place_in_words
from bench.claims.settling import Unasked, settled
from bench.claims.stated import adhoc
from bench.claims.sweeps import CheapestSetting, cheapest_settings
from bench.claims.text import judged_part, labels, sentence
from bench.claims.totals import judge_totals, p_of_tested, standing
from bench.claims.verdict import JointTest, Verdict, combine
from bench.claims.words import percent, points, two_sided
from bench.claims.worlds import TYPICAL_CAP, Guess, Layout, guess_of

__all__ = [
    "early",
    "assign",
    "CheapestSetting",
    "cheapest_settings",
    "Forecast",
    "Guess",
    "Layout",
    "Sizes",
    "TYPICAL_CAP",
    "both_readings",
    "futile",
    "guess_of",
    "percent_of",
    "sizes_of",
    "Stand",
    "Unasked",
    "decide",
    "settled",
    "state",
    "waves",
    "Axis",
    "CLEAN_SHARE",
    "COST",
    "Case",
    "JointTest",
    "Judgement",
    "LATENCY",
    "MEAN",
    "place_in_words",
    "MISSED",
    "MISSING_RATE",
    "OPEN",
    "Observed",
    "Pairs",
    "Part",
    "PartResult",
    "Reading",
    "Ruling",
    "SCORE",
    "SHOWN",
    "TRUNCATION_GAP",
    "Verdict",
    "adhoc",
    "as_json",
    "Outlook",
    "SuiteSize",
    "TIMES",
    "assumed",
    "expected",
    "like",
    "outlook_json",
    "saving_chance",
    "what_it_takes",
    "why_open",
    "beyond",
    "beyond_lines",
    "cautions",
    "kinds",
    "kinds_line",
    "meaning",
    "named_kinds",
    "second",
    "still",
    "unknown",
    "headline",
    "open_parts",
    "part_lines",
    "combine",
    "cost_each",
    "counts",
    "declared_claims",
    "explanation",
    "judge_cases",
    "judge_claims",
    "judge_run",
    "known_bets",
    "own_bets",
    "judge_totals",
    "judged_part",
    "labels",
    "lines",
    "log_bets",
    "markdown",
    "observe",
    "on_these_items",
    "p_of_tested",
    "pair",
    "percent",
    "best_prompt",
    "prompt_trial",
    "prompt_words",
    "reading",
    "points",
    "sentence",
    "standing",
    "statement",
    "two_sided",
    "undecided",
    "verdict_in_words",
    "worded",
]
