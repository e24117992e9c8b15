"""The records that everything left of a run's tables writes and everything right of them reads."""

from __future__ import annotations

from bench.records.aggregates import AggregateRow
from bench.records.calls import Attempt, Call, Outcome, TokenUsage
from bench.records.hashing import sha256_of, utc_now
from bench.records.items import AnswerRow, Graded, Item, ItemRow, Message, prompt_text

__all__ = [
    "AggregateRow",
    "AnswerRow",
    "Attempt",
    "Call",
    "Graded",
    "Item",
    "ItemRow",
    "Message",
    "Outcome",
    "TokenUsage",
    "prompt_text",
    "sha256_of",
    "utc_now",
]
