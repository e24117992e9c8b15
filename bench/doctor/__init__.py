"""Whether a comparison can run here: keys, endpoints, models, clocks, sandbox, disk, weights.

Asks no model anything, costs nothing, and repeats no secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.doctor import machine
from bench.doctor.calibrated import calibrated
from bench.doctor.check import Check, CheckStatus
from bench.doctor.endpoint import keys, visit_all
from bench.errors import UsageError
from bench.providers import Endpoint, resolve
from bench.records import Comparison, LocalModel

__all__ = ["Check", "CheckStatus", "calibrated", "examine"]


def examine(
    comparison: Comparison,
    results: Path,
    environ: Mapping[str, str],
    unagreed: Callable[[Sequence[Endpoint]], Mapping[str, str]] = lambda _: {},
) -> Iterator[Check]:
    """Every check, the machine's first. Takes seconds where endpoints are slow or weights are hashed anew.

    `unagreed` names the models, by label, whose keys may not be sent yet, and why: they are not visited.
    """
    yield machine.versions()
    yield machine.clock()
    yield machine.sandbox()
    yield machine.room(results)
    endpoints = []
    for entry in comparison.models.values():
        try:
            endpoints.append(resolve(entry, environ))
        except UsageError as error:
            yield Check(CheckStatus.FAIL, "model", str(error), model=entry.label)
    yield from machine.weights([e.entry for e in endpoints if isinstance(e.entry, LocalModel)])
    remote = [endpoint for endpoint in endpoints if not endpoint.entry.local]
    refused = unagreed(remote)
    yield from (Check(CheckStatus.FAIL, "key", why, model=label) for label, why in refused.items())
    remote = [endpoint for endpoint in remote if endpoint.entry.label not in refused]
    visits = asyncio.run(visit_all(remote, environ)) if remote else []
    for endpoint, visit in zip(remote, visits, strict=True):
        yield from keys(endpoint, environ)
        yield from visit.checks
    if remote:
        yield machine.time_of_day([visit.skew_s for visit in visits if visit.skew_s is not None])
