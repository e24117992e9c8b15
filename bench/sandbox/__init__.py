"""Runs model-written code behind walls and compares its answers outside them.

The program's process only answers; tests, expected values and the verdict stay in this one. See docs/security.md.
"""

from __future__ import annotations

from bench.sandbox.bwrap import find as wall_program
from bench.sandbox.bwrap import hidden_packages
from bench.sandbox.check import grade_check
from bench.sandbox.grade import Grade, ProgramVerdict, TestCall, grade
from bench.sandbox.ladder import Rung, allow_nothing, probe, rungs, using
from bench.sandbox.node import grade_node, node_trouble
from bench.sandbox.nodescript import grade_node_program, node_program_trouble
from bench.sandbox.program import Limits, ServerLostError
from bench.sandbox.query import grade_sql
from bench.sandbox.reading import Reader, ReadingFailedError, ReadingLimits, ReadingSpentError, read
from bench.sandbox.script import ProgramCase, grade_program, printed
from bench.sandbox.served import ServedCall, grade_served
from bench.sandbox.turns import doors
from bench.sandbox.values import Value, same, tree

__all__ = [
    "Grade",
    "Limits",
    "ProgramCase",
    "ProgramVerdict",
    "Reader",
    "ReadingFailedError",
    "ReadingLimits",
    "ReadingSpentError",
    "Rung",
    "ServedCall",
    "ServerLostError",
    "TestCall",
    "Value",
    "allow_nothing",
    "doors",
    "grade",
    "grade_check",
    "grade_node",
    "grade_node_program",
    "grade_program",
    "grade_served",
    "grade_sql",
    "hidden_packages",
    "node_program_trouble",
    "node_trouble",
    "printed",
    "probe",
    "read",
    "rungs",
    "same",
    "tree",
    "using",
    "wall_program",
]
