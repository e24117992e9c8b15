"""Runs a plan: one streaming parser for quality and latency, every finished call into the journal at once."""

from __future__ import annotations

from bench.engine.answer import ANSWER_BYTES
from bench.engine.blocking import run_to_end
from bench.engine.budget import Budget
from bench.engine.clock import now
from bench.engine.episodes import Stages
from bench.engine.exchange import Ended
from bench.engine.lane import Lane, LaneResult, not_begun
from bench.engine.once import ask_in_turn, ask_once
from bench.engine.retry import MAX_ATTEMPTS, MAX_WAIT_S, Failure
from bench.engine.runner import run_lanes
from bench.engine.seams import Admission, Observer
from bench.engine.sse import SseParser
from bench.engine.throttle import Slowed
from bench.engine.transport import (
    BROKEN_OFF,
    NOT_SENT,
    Channel,
    Dropped,
    Page,
    Reply,
    Unreachable,
    proxy_for,
    tls_context,
)
from bench.engine.trouble import REDIRECT, place

__all__ = [
    "ANSWER_BYTES",
    "Admission",
    "BROKEN_OFF",
    "Budget",
    "Channel",
    "Dropped",
    "Ended",
    "Failure",
    "Lane",
    "LaneResult",
    "MAX_ATTEMPTS",
    "MAX_WAIT_S",
    "NOT_SENT",
    "Observer",
    "Page",
    "REDIRECT",
    "Reply",
    "Slowed",
    "SseParser",
    "Stages",
    "Unreachable",
    "ask_in_turn",
    "ask_once",
    "not_begun",
    "now",
    "place",
    "proxy_for",
    "run_lanes",
    "run_to_end",
    "tls_context",
]
