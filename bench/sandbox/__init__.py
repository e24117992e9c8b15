"""Runs model-written code behind walls and compares its answers outside them."""

from __future__ import annotations

from bench.sandbox.bwrap import Limits, probe
from bench.sandbox.grade import Grade, TestCall, Verdict, grade
from bench.sandbox.values import Value

__all__ = ["Grade", "Limits", "TestCall", "Value", "Verdict", "grade", "probe"]
