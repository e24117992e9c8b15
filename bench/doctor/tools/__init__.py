"""What an endpoint really does with tools: about thirty small requests, each judged, and what code must change for.

Nothing of it is a score: a probe asks what the endpoint takes and how it answers, and says so where the model did not
do its part.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from bench import clean
from bench.costs import billing_of, total
from bench.doctor.check import CheckStatus
from bench.doctor.tools import calling, choosing, refusing, shapes, thinking, turns
from bench.doctor.tools.asker import Asker, shown
from bench.doctor.tools.probe import UNCLEAR, ProbeResult, Seen, ToolProbe, not_asked, unclear
from bench.doctor.tools.row import Examined, Row
from bench.engine import now
from bench.prices import PriceBook
from bench.providers import Endpoint

__all__ = ["PROBES", "Examined", "Row", "examine_tools"]

PROBES: tuple[ToolProbe, ...] = (
    *calling.PROBES,
    *choosing.PROBES,
    *turns.PROBES,
    *refusing.PROBES,
    *shapes.PROBES,
    *thinking.PROBES,
)
"""In the order in which they are asked."""
_ALWAYS = (calling.ACCEPTED, "tools reach the model")
"""What every probe needs beside its own needs."""
_RULES_OUT = ("rejected", "no")
"""Verdicts after which a probe that needs theirs is not asked, as after one that rules tools out."""


def examine_tools(
    endpoints: Sequence[Endpoint],
    environ: Mapping[str, str],
    tls: ssl.SSLContext,
    book: PriceBook,
    progress: Callable[[str, str], None] = lambda _label, _probe: None,
) -> list[Examined]:
    """Probes endpoints side by side, each by one request after the other. UsageError for a proxy that cannot be used.

    `progress` gets the model's label and the probe's name before each.
    """
    from bench.engine import run_to_end

    async def all_of_them() -> list[Examined]:
        return await asyncio.gather(*(_examined(each, environ, tls, book, progress) for each in endpoints))

    return run_to_end(all_of_them())


async def _examined(
    endpoint: Endpoint,
    environ: Mapping[str, str],
    tls: ssl.SSLContext,
    book: PriceBook,
    progress: Callable[[str, str], None],
) -> Examined:
    asker, seen, begun = Asker(endpoint, environ, tls), Seen(), now()
    rows: list[Row] = []
    try:
        for probe in PROBES:
            progress(endpoint.entry.label, probe.name)
            ruled_out = {
                row.probe: f"{row.probe}: {row.verdict}"
                for row in rows
                if row.status == CheckStatus.FAIL or row.verdict in _RULES_OUT or _no_reply(row)
            }
            why = next((ruled_out[name] for name in (*_ALWAYS, *probe.needs) if name in ruled_out), None)
            finding = not_asked(why) if why else await _found(probe, asker, seen)
            rows.append(_row(probe, finding, asker))
    finally:
        await asker.close()
    return Examined(
        model=endpoint.entry.label,
        sent_as=endpoint.wire_model,
        protocol="anthropic" if endpoint.preset.protocol == "anthropic" else "openai",
        rows=tuple(rows),
        requests=asker.sent,
        cost_usd=_cost(endpoint, asker, book),
        took_s=now() - begun,
    )


def _no_reply(row: Row) -> bool:
    return row.probe == calling.ACCEPTED and row.verdict == UNCLEAR


async def _found(probe: ToolProbe, asker: Asker, seen: Seen) -> ProbeResult:
    try:
        return await probe.look(asker, seen)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # whatever a reply holds
        return unclear(asker.redact(f"the reply cannot be read ({type(error).__name__}: {error})")[:200])


def _row(probe: ToolProbe, finding: ProbeResult, asker: Asker) -> Row:
    said = finding.said
    reply = None if said is None else said.turn.message if said.turn else said.words or None
    return Row(
        probe=probe.name,
        question=probe.question,
        expected=probe.expected,
        verdict=clean.line(asker.redact(finding.verdict)),
        status=finding.status.value,
        text=clean.line(asker.redact(finding.text)),
        cure=finding.cure,
        request=None if said is None else shown(said.asked, asker.redact),
        reply=None if reply is None else shown(reply, asker.redact),
    )


def _cost(endpoint: Endpoint, asker: Asker, book: PriceBook) -> Decimal | None:
    if endpoint.entry.local:
        return Decimal(0)
    billing = billing_of(endpoint.entry)
    if billing is None:
        return None
    costs = [billing.attempt(book, attempt) for attempt in asker.attempts]
    return total(cost.usd if cost else None for cost in costs)
