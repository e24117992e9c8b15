"""Answers of earlier runs that may count in another: young enough, and of an endpoint that did not change since."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bench.journal import Journal
from bench.plan import PlannedCall, endpoint_key
from bench.providers import Endpoint
from bench.records import Call, changed_at


def usable(
    journal: Journal, endpoints: Sequence[Endpoint], planned: Collection[PlannedCall], run: str, hours: float
) -> list[Call]:
    """Scored answers of other runs to planned calls, newest each. What an endpoint answered before `bench verify
    --drift` found it changed is left out. UsageError if a run's fingerprints cannot be read."""
    found = list(journal.reusable([call.key for call in planned], run, hours))
    times = changed_at(journal.folders()) if found else {}
    if not times:
        return found
    of_model = {each.entry.label: times.get(endpoint_key(each), "") for each in endpoints}
    since = {call.key: of_model.get(call.model, "") for call in planned}
    return [call for call in found if call.started_at > since[call.key]]
