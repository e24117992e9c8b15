"""Runs a plan: one streaming parser for quality and latency, every finished call into the journal at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.engine import lean as lean
from bench.engine.blocking import run_to_end
from bench.engine.clock import now
from bench.engine.http1 import ReadingPace
from bench.engine.sse import SseParser
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
from bench.engine.trouble import REDIRECT, place, unforeseen
from bench.late import late

if TYPE_CHECKING:
    from bench.engine.answer import ANSWER_BYTES
    from bench.engine.batchcall import batch_call
    from bench.engine.batching import BatchClient, BatchTrouble, lines_of
    from bench.engine.budget import Budget
    from bench.engine.exchange import Ended
    from bench.engine.lane import Lane, LaneResult, not_begun
    from bench.engine.once import ask_in_turn, ask_once
    from bench.engine.retry import MAX_ATTEMPTS, MAX_WAIT_S, Cause, Failure
    from bench.engine.runner import run_lanes
    from bench.engine.seams import Admission, Begins, Observer
    from bench.engine.sender import Elsewhere, LaneAway, Sender, Sent, unanswered
    from bench.engine.stages import Brought, ForeignLoop, LoopEnd, Stages
    from bench.engine.station import Station, called, code_sha256, part
    from bench.engine.throttle import Slowed
    from bench.engine.working import Crew

__all__ = [
    "ANSWER_BYTES",
    "Admission",
    "BROKEN_OFF",
    "BatchClient",
    "BatchTrouble",
    "Brought",
    "Begins",
    "Budget",
    "Cause",
    "Channel",
    "Crew",
    "Dropped",
    "Elsewhere",
    "Ended",
    "Failure",
    "ForeignLoop",
    "Lane",
    "LaneAway",
    "LaneResult",
    "LoopEnd",
    "MAX_ATTEMPTS",
    "MAX_WAIT_S",
    "NOT_SENT",
    "Observer",
    "ReadingPace",
    "Page",
    "REDIRECT",
    "Reply",
    "Sender",
    "Sent",
    "Slowed",
    "SseParser",
    "Stages",
    "Station",
    "Unreachable",
    "ask_in_turn",
    "ask_once",
    "batch_call",
    "called",
    "code_sha256",
    "lines_of",
    "not_begun",
    "now",
    "part",
    "place",
    "proxy_for",
    "run_lanes",
    "run_to_end",
    "tls_context",
    "unanswered",
    "unforeseen",
]

__getattr__ = late(
    __name__,
    {
        ".answer": "ANSWER_BYTES",
        ".batchcall": "batch_call",
        ".batching": "BatchClient BatchTrouble lines_of",
        ".budget": "Budget",
        ".exchange": "Ended",
        ".lane": "Lane LaneResult not_begun",
        ".once": "ask_in_turn ask_once",
        ".retry": "MAX_ATTEMPTS MAX_WAIT_S Cause Failure",
        ".runner": "run_lanes",
        ".seams": "Admission Begins Observer",
        ".sender": "Elsewhere LaneAway Sender Sent unanswered",
        ".stages": "Brought ForeignLoop LoopEnd Stages",
        ".station": "Station called code_sha256 part",
        ".throttle": "Slowed",
        ".working": "Crew",
    },
)
"""What only runs need: a proxy does without it, which starts in less time and memory."""
