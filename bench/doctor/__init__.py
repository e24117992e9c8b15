"""Whether a comparison can run here: keys, endpoints, models, clocks, sandbox, disk, weights.

Each endpoint gets one small request, which costs a fraction of a cent, unless that is turned off. Repeats no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.doctor import machine
from bench.doctor.calibrated import calibrated
from bench.doctor.check import Check, CheckStatus
from bench.doctor.drift import Taken, fingerprint
from bench.doctor.endpoint import keys, visit_all
from bench.doctor.trial import network, try_all
from bench.engine import run_to_end, tls_context
from bench.errors import UsageError
from bench.prices import PriceBook
from bench.providers import Endpoint, resolve
from bench.records import Comparison, LocalModel

__all__ = ["Check", "CheckStatus", "Taken", "calibrated", "examine", "fingerprint", "keys"]


def examine(
    comparison: Comparison,
    results: Path,
    environ: Mapping[str, str],
    unagreed: Callable[[Sequence[Endpoint]], Mapping[str, str]] = lambda _: {},
    *,
    book: PriceBook | None = None,
) -> Iterator[Check]:
    """Every check, the machine's first. Takes seconds where endpoints are slow or weights are hashed anew.

    `unagreed` names the models, by label, whose keys may not be sent yet, and why: they are not visited.
    `book` prices the small request that each endpoint gets; without it none is sent.
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
    if remote:
        yield from _visited(remote, environ, book)


def _visited(remote: Sequence[Endpoint], environ: Mapping[str, str], book: PriceBook | None) -> Iterator[Check]:
    """What the endpoints say of themselves, and to a small request, which decides: lists may need other rights."""
    try:
        tls = tls_context()
    except UsageError as error:
        yield Check(CheckStatus.FAIL, "network", str(error))
        return
    visits = run_to_end(visit_all(remote, environ, tls))
    checks = {endpoint.entry.label: [*keys(endpoint, environ), *network(endpoint)] for endpoint in remote}
    asked = {
        endpoint.entry.label: endpoint
        for endpoint, visit in zip(remote, visits, strict=True)
        if visit.reached and not _failed(checks[endpoint.entry.label])
    }
    tried = run_to_end(try_all(asked, environ, book, tls)) if book else {}
    for (label, results), visit in zip(checks.items(), visits, strict=True):
        answered = tried.get(label, ())
        yield from results
        yield from _weighed(visit.checks, answered) if answered and not _failed(answered) else visit.checks
        yield from answered
    yield machine.time_of_day([visit.skew_s for visit in visits if visit.skew_s is not None])


def _failed(checks: Iterable[Check]) -> bool:
    return any(check.status is CheckStatus.FAIL for check in checks)


def _weighed(said: Iterable[Check], answered: Iterable[Check]) -> Iterator[Check]:
    """What an endpoint says of itself, where a small request does not fail: a run can work all the same."""
    ok = any(check.status is CheckStatus.OK for check in answered)
    for check in said:
        if check.status is CheckStatus.FAIL:
            text = f"{check.text}; {'a small request is answered all the same' if ok else 'nobody can tell yet'}"
            yield replace(check, status=CheckStatus.WARN, text=text)
        else:
            yield check
