"""Runs a plan: one streaming parser for quality and latency, every finished call into the journal at once."""

from __future__ import annotations

from bench.engine.answer import ANSWER_BYTES
from bench.engine.budget import Budget
from bench.engine.clock import now
from bench.engine.lane import Lane, LaneResult
from bench.engine.runner import run_lanes
from bench.engine.seams import Admission, Observer
from bench.engine.transport import Channel, Page, Unreachable, tls_context

__all__ = [
    "ANSWER_BYTES",
    "Admission",
    "Budget",
    "Channel",
    "Lane",
    "LaneResult",
    "Observer",
    "Page",
    "Unreachable",
    "now",
    "run_lanes",
    "tls_context",
]
