"""What a run's episodes act on, and the turns of theirs that were paid before."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bench.costs import Spending
from bench.engine import Crew, Stages, run_to_end
from bench.errors import BenchError, UsageError
from bench.journal import Journal, Recorder, RunEntry
from bench.plan import PlannedCall
from bench.providers import Endpoint
from bench.records import Call, Item, LocalModel, ModelEntry
from bench.run.agentic import LEDGER, REPLIES, RunCrew, recorded_parts
from bench.run.ledgered import broken_off
from bench.run.score import grader_of

if TYPE_CHECKING:
    from bench.run.prepare import Prepared


def stages_of(prepared: Prepared, journal: Journal, run: str, spending: Spending, record: Recorder) -> Stages | None:
    """The stages of a run that has episodes; None for one that has none."""
    if not any(call.item.dialogue for call in prepared.plan.calls):
        return None
    loaded = prepared.loaded

    def opened(item: Item) -> Any:
        grader: Any = grader_of(loaded, item.task)
        return grader.opened(loaded.raw_item(item))

    most = prepared.comparison.run.episode_usd
    unpriced = [label for label in spending.bills if not spending.priced(label)]
    if most is not None and unpriced:
        raise UsageError(f"episode_usd needs a price for every remote model: {spending.why_not(unpriced[0])}")
    return Stages(
        opened=opened,
        known=journal.turns(run),
        record=record,
        bill=spending.bill,
        most_usd=None if most is None else Decimal(str(most)),
        loops=prepared.loops,
    )


@functools.cache
def _walls_hold() -> bool:
    """Whether every attack from within an agent's walls is contained here; tried once."""
    from bench.agents import probe_walls

    return run_to_end(probe_walls()).hold


@contextmanager
def crew_of(
    prepared: Prepared,
    journal: Journal,
    entry: RunEntry,
    *,
    spending: Spending,
    endpoints: Sequence[Endpoint],
    environ: Mapping[str, str],
) -> Iterator[Crew | None]:
    """Who has the agents of a run work, while their ledger is open; None for a run without agents.

    BenchError where the walls do not hold: then no agent may run.
    """
    if not prepared.agents:
        yield None
        return
    from bench.proxy import CallLedger, ReplyStore, backends

    if not _walls_hold():
        raise BenchError(
            "an agent's walls do not hold here, so none may run: bench agent check says which. "
            "Run claimbench in Docker or a virtual machine."
        )
    with CallLedger(entry.folder / LEDGER) as ledger, ReplyStore(entry.folder / REPLIES) as replies:
        yield RunCrew(
            run=entry.run,
            agents=prepared.agents,
            loaded=prepared.loaded,
            served=backends(endpoints, environ),
            ledger=ledger,
            earlier=(*ledger.entries(),),
            book=prepared.book,
            environ=environ,
            replies=replies,
            recorded=recorded_parts(journal.calls(entry.run)),
            priced=spending.priced,
        )


def at_once(entry: ModelEntry, calls: Sequence[PlannedCall]) -> int:
    """Calls of a model in flight at once; of agents and loops, which work on this machine, no more than it has cores
    unless bench.toml says how many."""
    here = any(call.item.work or (entry.loop and call.item.dialogue) for call in calls)
    if isinstance(entry, LocalModel) or entry.max_connections is not None or not here:
        return entry.concurrency
    return min(entry.concurrency, len(os.sched_getaffinity(0)))


def paid_before(
    prepared: Prepared, calls: Mapping[str, Call], turns: Mapping[str, Call], entry: RunEntry
) -> Iterator[tuple[PlannedCall, Call]]:
    """Everything that a run has asked before: its calls, and the turns of episodes that are not over."""
    plan = prepared.plan
    planned = {call.order: call for call in plan.calls}
    over = {turn.key for call in calls.values() if call.episode for turn in call.episode.turns}
    yield from ((call, calls[call.key]) for call in plan.calls if call.key in calls)
    yield from ((planned[turn.order], turn) for key, turn in turns.items() if key not in over and turn.order in planned)
    if prepared.agents and (ledger := entry.folder / LEDGER).exists():
        from bench.proxy import CallLedger

        with CallLedger(ledger, read_only=True) as opened:
            yield from broken_off(plan, calls, opened, entry.run)
