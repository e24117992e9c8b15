"""What a streamed event says, whichever protocol said it."""

from __future__ import annotations

from typing import NamedTuple

from bench.records import Outcome, TokenUsage


class StreamEvent(NamedTuple):
    """One decoded event of a stream; most fields are empty in most events."""

    answer: str = ""
    """New text of the visible answer."""
    reasoning: str = ""
    """New text of the shown reasoning."""
    finish_reason: str | None = None
    """The provider's word for why it ended."""
    outcome: Outcome | None = None
    """What that word means here."""
    usage: TokenUsage | None = None
    """Token counts; the last report of a stream counts."""
    served_model: str | None = None
    """The model id in the reply."""
    error: str | None = None
    """An error told inside the stream."""
    done: bool = False
    """The terminal event: without it a stream was cut off, whatever HTTP said."""
