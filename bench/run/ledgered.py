"""What the ledger of a run's agents says of an episode's calls, as the run's own records have it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import groupby
from typing import TYPE_CHECKING

from bench.plan import Plan, PlannedCall
from bench.records import Attempt, Call, Outcome, TokenUsage, cut_off, unanswered_call

if TYPE_CHECKING:
    from bench.agents import Worked
    from bench.proxy import CallLedger, Entry

_ITS_OWN = re.compile(r"too (long|large)|context|length|tokens", re.IGNORECASE)
"""What shows that a request was refused for what the agent itself had gathered."""
_UNPRICED = "its last tokens were never reported"
_LETTERS = 32
"""Of a call's key, in the names of its episodes."""


def key_name(planned: PlannedCall, part: int | None = None) -> str:
    """The name by which the ledger knows one start of an episode; what the names of all its starts begin with."""
    return f"{planned.key[:_LETTERS]}.{'' if part is None else part}"


def part_of(entry: Entry) -> int:
    """Which start of its episode made a call."""
    said = entry.begun.key.rpartition(".")[2]
    return int(said) if said.isascii() and said.isdecimal() else 0


def lost(planned: PlannedCall, entries: Iterable[Entry], recorded: int) -> list[Entry]:
    """An episode's calls that no record tells of, because the run was killed meanwhile: of starts after the recorded
    one."""
    begin = key_name(planned)
    return [entry for entry in entries if entry.begun.key.startswith(begin) and part_of(entry) > recorded]


def attempt_of(entry: Entry) -> Attempt:
    """A call of the ledger's as an attempt; one that was cut off may be billed, and its tokens are not known."""
    ended, cap = entry.settled, entry.begun.cap_usd
    most = None if cap is None else float(cap)
    if ended is None:
        cut = cut_off(entry.begun_at)
        return replace(cut, unpriced=cut.error, most_usd=most)
    unsure = ended.cost_usd is None and ended.state != "settled"  # settled without a cost: weights of this machine
    good = ended.status == 200 and ended.state in ("settled", "unknown")
    return Attempt(
        sent_at=entry.begun_at,
        outcome=Outcome.ANSWERED if good else Outcome.INFRASTRUCTURE,
        latency_s=ended.latency_s,
        error=None if good else ended.error or ended.state,
        usage=ended.usage,
        status=ended.status,
        fault="deadline" if ended.state == "cut" and ended.cost_usd is None else None,
        request_id=ended.request_id,
        unpriced=(ended.error or _UNPRICED) if unsure else None,
        most_usd=most if unsure else None,
    )


def outcome_of_work(worked: Worked) -> tuple[Outcome, str, str | None]:
    """How an episode ended, its stop cause, and what went wrong where it says nothing of the model.

    A cap that was reached ends it with what is there, scored 0; an agent that crashed, or whose model was out of reach
    at last, is no measurement.
    """
    from bench.agents import StopCause

    cause, stop = worked.stop_cause, str(worked.stop_cause)
    words = " ".join(worked.ended.output.split())[-300:]
    last = worked.entries[-1].settled if worked.entries else None
    if cause is StopCause.NOT_STARTED:
        return Outcome.INFRASTRUCTURE, stop, f"the agent called no model (exit {worked.ended.exit_code}): {words}"
    if cause in (StopCause.CRASHED, StopCause.FINISHED) and last is not None and last.status != 200:
        if last.status in (400, 413) and _ITS_OWN.search(last.error or ""):
            return Outcome.TRUNCATED, "context", None
        return Outcome.INFRASTRUCTURE, "unreachable", f"its last call failed: {last.error or last.state}"
    if cause is StopCause.CRASHED:
        return Outcome.INFRASTRUCTURE, stop, f"the agent crashed (exit {worked.ended.exit_code}): {words}"
    return (Outcome.ANSWERED if cause is StopCause.FINISHED else Outcome.TRUNCATED), stop, None


def summed(usages: Sequence[TokenUsage]) -> TokenUsage:
    """Tokens of all calls; a kind that one of them does not report is unknown."""
    parts = {each.name: [getattr(usage, each.name) for usage in usages] for each in fields(TokenUsage)}
    return TokenUsage(**{name: None if None in of or not of else sum(of) for name, of in parts.items()})


def broken_off(
    plan: Plan, calls: Mapping[str, Call], ledger: CallLedger, run: str
) -> Iterator[tuple[PlannedCall, Call]]:
    """What episodes paid that no record tells of, because the run was killed meanwhile: each start as a call of its
    own."""
    every = [*ledger.entries()]
    for planned in plan.calls:
        call = calls.get(planned.key)
        agent = call.episode.agent if call and call.episode else None
        entries = sorted(lost(planned, every, -1 if agent is None else agent.part), key=part_of)
        for _, start in groupby(entries, part_of):
            yield planned, unanswered_call(planned, run, *map(attempt_of, start))
