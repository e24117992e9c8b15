"""The suite `agentic`: small repositories for agents to work on, made by a seed, and graded outside their reach."""

from __future__ import annotations

from bench.suites.agentic.exam import INSTANCES, SHIPPED_SEED, exam
from bench.suites.agentic.grading import grade
from bench.suites.agentic.item import AgenticGrade, AgenticItem

__all__ = ["INSTANCES", "SHIPPED_SEED", "AgenticGrade", "AgenticItem", "exam", "grade"]
