"""Whether a failed attempt is worth another, and how long to wait first. Pure: no clock, no dice, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

from bench.providers import Fault, FaultKind

MAX_ATTEMPTS = 7
"""Attempts of one call, the first included."""
MAX_UNREACHED = 3
"""The same where the endpoint has never answered anything: its address is wrong, or its server does not run."""
MAX_BROKEN = 2
"""A stream that broke may have been billed: so many of a call's attempts may repeat one."""
MAX_WAIT_S = 120.0
"""An endpoint that asks for a longer pause is not waited for; the SDKs of the vendors draw the same line."""
BACKOFF_S = 0.5
"""The first pause where the endpoint names none; each further one is twice as long."""
MAX_BACKOFF_S = 30.0
"""The longest of these pauses."""


MINUTE_S = 60.0
"""How long a whole model pauses where a row of calls is turned away and nothing says until when: most limits are per
minute, and count what they turn away."""
MAX_MINUTES = 2
"""So many such pauses in a row without an answer, and calls are given up: the limit is none of a minute."""


class Cause(StrEnum):
    """What went wrong with an attempt."""

    STALE = "stale connection"
    """A kept-alive connection turned out closed: the request was never served."""
    CONNECTION = "connection"
    """No connection, or it dropped before the reply's first byte."""
    STATUS = "status"
    """A reply other than 200."""
    STREAM = "stream"
    """It broke, reported an error, lacked its terminal event, or ended for an infrastructure reason."""
    SHAPE = "shape"
    """The reply is not what the protocol promises."""
    DEADLINE = "deadline"
    """Our own deadline passed."""
    LENGTH = "length"
    """The answer passed our own cap in bytes."""
    WORKER = "worker lost"
    """The process elsewhere that asked was lost while it did: what came of it is unknown, and may be billed."""


CURES = {
    Cause.CONNECTION: "Check that its server runs and that base_url is right.",
    Cause.STREAM: "Check that base_url is right (it often ends in /v1) and speaks this provider's protocol.",
    Cause.SHAPE: "Check that base_url is right (it often ends in /v1) and speaks this provider's protocol.",
    Cause.DEADLINE: "Check its server, or raise timeout_s.",
    Cause.LENGTH: "Check its server: no max_tokens allows so long an answer.",
}
"""What the user can do where every call ends so and the vendor has reported no fault."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt brought no answer."""

    cause: Cause
    """What went wrong."""
    message: str
    """In the vendor's words where there are any; without secrets."""
    _: KW_ONLY
    fault: Fault | None = None
    """The vendor's fault, where it reported one."""
    status: int | None = None
    """The reply's HTTP status; None without a reply."""
    retry_after_s: float | None = None
    """Seconds after which the endpoint asks to be asked again; None if it says nothing."""
    should_retry: bool | None = None
    """The endpoint's own word on asking again (`x-should-retry`)."""

    @property
    def kind(self) -> FaultKind:
        """Whose fault it is; what nobody reported is transient."""
        return self.fault.kind if self.fault else FaultKind.TRANSIENT

    @property
    def name(self) -> str:
        """The kind of failure in one word: whose fault it is if that is known, else what went wrong."""
        return str(self.cause if self.kind is FaultKind.TRANSIENT else self.kind)

    @property
    def cure(self) -> str:
        """What the user can do, as one sentence; empty if nothing."""
        return self.fault.cure if self.fault else CURES.get(self.cause, "")

    @property
    def overload(self) -> bool:
        """Whether the endpoint says that it is asked too much at once."""
        return self.status in (429, 529) and self.kind is FaultKind.TRANSIENT

    @property
    def unadvised(self) -> bool:
        """Whether it is turned away for a rate, by an endpoint that does not say for how long."""
        return self.overload and self.status == 429 and self.retry_after_s is None


def pause_before_next(failures: Sequence[Failure], *, reached: bool, dice: float) -> float | None:
    """Seconds to wait before the call is asked again; None if it must not be.

    `failures`: every attempt of the call, in order. `reached`: whether this endpoint ever answered anything.
    `dice`: a random number in [0, 1), so that calls which failed together do not return together.
    """
    last = failures[-1]
    if not _repeatable(last) or (last.retry_after_s or 0.0) > MAX_WAIT_S:
        return None
    broken = sum(failure.cause is Cause.STREAM for failure in failures)
    most = MAX_ATTEMPTS if reached else MAX_UNREACHED
    if len(failures) >= most or (last.cause is Cause.STREAM and broken > MAX_BROKEN):
        return None
    if last.cause is Cause.STALE:
        return 0.0
    backoff = min(BACKOFF_S * 2.0 ** (len(failures) - 1), MAX_BACKOFF_S) * (1 - dice / 2)
    # "Retry-After: 0", or a date just past, must not use up all attempts within a second.
    return backoff if last.retry_after_s is None else max(last.retry_after_s + BACKOFF_S * dice, backoff)


def _repeatable(failure: Failure) -> bool:
    final = (Cause.SHAPE, Cause.DEADLINE, Cause.LENGTH)
    if failure.cause in final or failure.kind in (FaultKind.MODEL, FaultKind.REFUSED):
        return False
    return failure.kind is FaultKind.TRANSIENT if failure.should_retry is None else failure.should_retry
