"""What is asked of a judge, and what its reply says: pure texts, without a call."""

from __future__ import annotations

from bench.judging.accepted import accepted_answers
from bench.judging.asked import Question, questions
from bench.judging.reply import read_reply
from bench.judging.rubric import RUBRIC, Rubric, read_rubric
from bench.judging.vendors import require_disjoint

__all__ = [
    "RUBRIC",
    "Question",
    "Rubric",
    "accepted_answers",
    "questions",
    "read_reply",
    "read_rubric",
    "require_disjoint",
]
