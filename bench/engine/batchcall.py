"""The record of a call that a batch answered: what it said, what it used, and no time of any kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.engine.answer import Answer
from bench.engine.clock import now
from bench.engine.exchange import LONGEST
from bench.engine.retry import Cause, Failure
from bench.plan import PlannedCall
from bench.providers import BEYOND, BatchLine, Endpoint, FaultKind, Tariff, chosen_lanes
from bench.records import Attempt, Call, Outcome, Secrets, unanswered_call

ENDED = {
    "expired": "the batch ended before this was asked (expired)",
    "cancelled": "the batch was called off before this was asked",
}
"""What the error of a request says that its batch never came to."""
MISSING = "the batch's results hold no line for this"
"""What it says of a request that was perhaps asked, and of which nothing came back."""


def batch_call(
    run: str,
    planned: PlannedCall,
    endpoint: Endpoint,
    redact: Secrets,
    line: BatchLine | None,
    *,
    batch: str,
    sent_at: str,
    wall_s: float,
) -> Call:
    """A finished call. `line`: its result; None where the batch has none for it.

    `sent_at`: when the batch was made (UTC, ISO 8601). `wall_s`: seconds since its requests were first sent.
    """
    tariff = Tariff(lanes=chosen_lanes(planned.body), batch=True, charge_kept=True)
    answer, failure = _answer(endpoint, redact, line, tariff)
    if failure is None:
        outcome = answer.ending()
    elif failure.cause is Cause.LENGTH:
        outcome = Outcome.TRUNCATED
    else:
        outcome = Outcome.REFUSED if failure.kind is FaultKind.REFUSED else Outcome.INFRASTRUCTURE
    attempt = Attempt(
        sent_at=sent_at,
        outcome=outcome,
        error=redact(failure.message)[:LONGEST] if failure else None,
        usage=answer.usage,
        cost_reported_usd=answer.cost_usd,
        status=failure.status if failure else 200,
        fault=failure.name if failure else None,
        unpriced=answer.unpriced and redact(BEYOND + answer.unpriced)[:LONGEST],
        request_id=line.request_id and redact(line.request_id)[:LONGEST] if line else None,
    )
    hide = redact.in_answer
    return replace(
        unanswered_call(planned, run, attempt, wall_s=wall_s),
        outcome=outcome,
        text=hide(answer.text),
        reasoning=hide(answer.reasoning),
        finish_reason=answer.finish_reason and hide(answer.finish_reason),
        served_model=answer.served_model and hide(answer.served_model),
        usage=answer.usage,
        notes=() if failure else tuple(_notes(planned, endpoint, answer, outcome)),
        sampling_requested=planned.sampling,
        sampling_applied=planned.sampling_applied,
        cost_reported_usd=answer.cost_usd,
        batch=batch,
    )


def _answer(
    endpoint: Endpoint, redact: Secrets, line: BatchLine | None, tariff: Tariff
) -> tuple[Answer, Failure | None]:
    """What a result holds, and why it is no answer; None if it is one."""
    answer, wire = Answer(), endpoint.wire
    if line is None:
        return answer, Failure(Cause.STREAM, MISSING, status=200)
    if line.ending in ENDED:
        return answer, Failure(Cause.STATUS, ENDED[line.ending])
    if line.fault is not None:
        said = f"HTTP {line.status}: {line.fault.message}" if line.status else line.fault.message
        return answer, Failure(Cause.STATUS, said, fault=line.fault, status=line.status)
    try:
        event = wire.read_event(line.reply)
        if event.fault:
            event = wire.read_event(redact(line.reply))
        answer.unpriced = tariff.beyond(line.reply)
        answer.take(now(), event)
    except ValueError as error:
        return answer, Failure(Cause.SHAPE, f"malformed reply ({error})", status=200)
    answer.whole, answer.done = True, answer.done or now()
    answer.close()
    return answer, answer.failure("")


def _notes(planned: PlannedCall, endpoint: Endpoint, answer: Answer, outcome: Outcome) -> Iterator[str]:
    cap = planned.body.get(endpoint.rules.max_tokens_field)
    if answer.outcome is None:
        yield "finish_reason"
    if outcome is Outcome.ANSWERED and cap and (answer.usage.out_total or 0) >= cap:
        yield "at_cap"
