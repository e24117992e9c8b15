"""Answers of earlier runs that may count in another: young enough, and of an endpoint that did not change since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.journal import Journal
from bench.plan import PlannedCall, endpoint_key
from bench.providers import Endpoint
from bench.records import ANY, Call, Outcome, changed_at

if TYPE_CHECKING:
    from bench.run.prepare import Prepared


def usable(
    journal: Journal, endpoints: Sequence[Endpoint], planned: Collection[PlannedCall], run: str, hours: float
) -> list[Call]:
    """Scored answers of other runs to planned calls, newest each. What an endpoint answered before `bench verify
    --drift` found it changed is left out, or may have found so: see `unread`; and what was asked in another way, by
    batch or by itself: it had another price."""
    batched = {each.entry.label for each in endpoints if each.batched}
    by_batch = {call.key: call.model in batched for call in planned}
    found = [c for c in journal.reusable(by_batch, run, hours) if (c.batch is not None) == by_batch[c.key]]
    times = changed_at(journal.folders())[0] if found else {}
    if not times:
        return found
    of_model = {each.entry.label: max(times.get(key, "") for key in (endpoint_key(each), ANY)) for each in endpoints}
    since = {call.key: of_model.get(call.model, "") for call in planned}
    return [call for call in found if call.started_at > since[call.key]]


def deadline_cut(call: Call) -> bool:
    """Whether our deadline cut it, which is not part of the key and may have been raised since."""
    return call.outcome is Outcome.TRUNCATED and call.finish_reason is None


def may_reuse(environ: Mapping[str, str]) -> bool:
    """Whether answers of other runs may be taken: never under CI."""
    return environ.get("CI", "").lower() in ("", "0", "false")


def unread(journal: Journal) -> list[str]:
    """What is wrong with fingerprints of its runs that cannot be read, each with its file and the cure."""
    return changed_at(journal.folders())[1]


def take_over(journal: Journal, prepared: Prepared, run: str, apart: Collection[str]) -> None:
    """Records what other runs answered of a run's plan, but for the models that are kept `apart`."""
    have, hours, plan = journal.calls(run), prepared.comparison.run.reuse, prepared.plan
    asked = [p for p in plan.calls if p.model not in apart]
    wanted = [p for p in asked if p.key not in have or not have[p.key].outcome.scored]
    order = {p.key: p.order for p in plan.calls}
    for call in usable(journal, prepared.endpoints, wanted, run, hours) if hours > 0 else ():
        if not deadline_cut(call):
            source = call.source_run or call.run
            journal.put(replace(call, run=run, source_run=source, order=order[call.key]))
