"""Turns the journal's answers into scores: extraction, graders, lm-eval's own evaluation, the run's tables."""

from __future__ import annotations

from bench.scoring.extract import repeats_itself
from bench.scoring.graders import KINDS, Grader, human_eval, kind_of
from bench.scoring.schema import schema_problem

__all__ = [
    "Grader",
    "KINDS",
    "human_eval",
    "kind_of",
    "repeats_itself",
    "schema_problem",
]
