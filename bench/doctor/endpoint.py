"""Checks of the remote endpoints: keys, whether they answer, whether they have the model, and what time they tell."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from bench.doctor.check import Check, CheckStatus
from bench.engine import REDIRECT, Channel, Page, Unreachable, now, place
from bench.errors import UsageError
from bench.providers import Endpoint, FaultKind, credential, parse
from bench.records import Secrets

VISIT_S = 15.0
"""Longest stay at an endpoint, in seconds."""
LONGEST = 400
"""Characters that are shown of a reply that cannot be read."""
LISTED = 10_000
"""Models that are read of a list."""
NAME = 200
"""Characters of a model's name that are read."""
COMPARED = 1000
"""Models among which a similar name is looked for: that is slow."""
NO_LIST = (404, 405, 501)
"""HTTP statuses of an endpoint that is there but lists no models."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What an endpoint said of itself."""

    checks: tuple[Check, ...]
    """Whether it answers, and whether it has the model."""
    reached: bool = True
    """Whether it answered at all: where it did, a small request can tell more than its list of models."""
    skew_s: float | None = None
    """How far our time of day is ahead of its own, in seconds; None if it gave none."""


def keys(endpoint: Endpoint, environ: Mapping[str, str]) -> Iterator[Check]:
    """Whether the variables of the endpoint's key and headers are set; never what they hold."""
    label, variable, page = endpoint.entry.label, endpoint.key_variable, endpoint.preset.key_page
    cure = "Set it in the environment, or in .env beside bench.toml."
    if variable is None:
        yield Check(CheckStatus.OK, "key", "none is needed", model=label)
    elif environ.get(variable):
        yield Check(CheckStatus.OK, "key", f"{variable} is set", model=label)
    else:
        where = f" Get one at {page}." if page else ""
        yield Check(CheckStatus.FAIL, "key", f"{variable} is not set", cure + where, label)
    for name, value in endpoint.own_headers.items():
        if value.startswith("$") and not environ.get(value[1:]):
            yield Check(CheckStatus.FAIL, "key", f"{value[1:]}, for the header {name}, is not set", cure, label)


async def visit_all(endpoints: Iterable[Endpoint], environ: Mapping[str, str], tls: ssl.SSLContext) -> list[Visit]:
    """Visits endpoints side by side."""
    return await asyncio.gather(*(_visit(endpoint, environ, tls) for endpoint in endpoints))


async def _visit(endpoint: Endpoint, environ: Mapping[str, str], tls: ssl.SSLContext) -> Visit:
    """Asks for the list of models, and for the model by its name where the list lacks it: aliases are in no list."""
    label, redact = endpoint.entry.label, endpoint.secrets(environ)
    try:
        channel = Channel(endpoint.base_url or "", endpoint.headers(environ), VISIT_S, tls)
    except UsageError as error:
        return Visit((Check(CheckStatus.FAIL, "network", str(error), model=label),), reached=False)
    begun, asked_at = now(), datetime.now(UTC)
    try:
        async with asyncio.timeout(VISIT_S):
            page = await channel.get(_path(endpoint, "/models"))
            took_s = now() - begun
            listed = _listed(page)
            known = listed is not None and (endpoint.wire_model in listed or await _answers_for(endpoint, channel))
            return _seen(endpoint, page, listed, known=known, environ=environ, asked_at=asked_at, took_s=took_s)
    except (Unreachable, TimeoutError) as error:
        why = redact(str(error)) or f"no reply within {VISIT_S:g} s"
        cure = getattr(error, "cure", "") or "Check that its server runs, that base_url is right, and the network."
        text = f"{endpoint.base_url} does not answer ({why})"
        return Visit((Check(CheckStatus.FAIL, "endpoint", text, cure, label),), reached=False)
    except Exception as error:  # whatever one endpoint says, the others are looked at
        text = redact(f"{endpoint.base_url} says what cannot be read ({type(error).__name__}: {error})")[:LONGEST]
        return Visit((Check(CheckStatus.FAIL, "endpoint", text, "Check base_url.", label),))
    finally:
        await channel.close()


def _seen(
    endpoint: Endpoint,
    page: Page,
    listed: Sequence[str] | None,
    known: bool,
    environ: Mapping[str, str],
    asked_at: datetime,
    took_s: float,
) -> Visit:
    """What a reply comes to."""
    label, redact = endpoint.entry.label, endpoint.secrets(environ)
    if listed is None:
        checks = _unlisted(endpoint, page, redact, credential(endpoint, environ))
    else:
        answers = Check(CheckStatus.OK, "endpoint", f"{endpoint.base_url} answers in {took_s:.2f} s", model=label)
        checks = (answers, _model(endpoint, known, listed, redact))
    return Visit(checks, skew_s=_skew_s(page, asked_at, took_s))


def _path(endpoint: Endpoint, name: str) -> str:
    query = endpoint.path.partition("?")[2]
    return f"{name}?{query}" if query else name


async def _answers_for(endpoint: Endpoint, channel: Channel) -> bool:
    return (await channel.get(_path(endpoint, f"/models/{quote(endpoint.wire_model)}"))).status == 200


def _listed(page: Page) -> list[str] | None:
    """The models that a page lists; None if it is not such a list."""
    try:
        content = parse(page.text) if page.status == 200 else None
    except ValueError:
        return None
    rows = content.get("data") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        return None
    names = (row.get("id") for row in rows[:LISTED] if isinstance(row, dict))
    return [name[:NAME] for name in names if isinstance(name, str)]


def _model(endpoint: Endpoint, known: bool, listed: Sequence[str], redact: Secrets) -> Check:
    """A vendor that needs a key knows its models; a server of one's own may answer to any name."""
    label, model = endpoint.entry.label, endpoint.wire_model
    if known:
        return Check(CheckStatus.OK, "model", f"{model} is there", model=label)
    status = CheckStatus.FAIL if endpoint.preset.key_needed else CheckStatus.WARN
    near = get_close_matches(model, listed[:COMPARED], n=3) or listed[:3]
    cure = redact(f"Check its name; it lists e.g. {', '.join(near)}.") if near else "Check base_url."
    return Check(status, "model", f"{model} is none of the {len(listed)} models it lists", cure, label)


def _unlisted(endpoint: Endpoint, page: Page, redact: Secrets, shows: str) -> tuple[Check, ...]:
    """What a reply means that is not a list of models."""
    label, status = endpoint.entry.label, f"HTTP {page.status}"
    unknown = f"nobody can tell whether {endpoint.wire_model} is there"
    if page.status in NO_LIST or page.status == 200:
        said = f"{status}; {page.text}" if page.packed else status
        text = f"{endpoint.base_url} answers, but lists no models ({said}): {unknown}"
        cure = "If calls fail, check base_url (it often ends in /v1) and the model's name."
        return (Check(CheckStatus.WARN, "model", text, cure, label),)
    if 300 <= page.status < 400 and (where := place(page.headers)):
        text = redact(f"{endpoint.base_url} says {status}: redirects to {where}")
        return (Check(CheckStatus.FAIL, "endpoint", text, REDIRECT, label),)
    fault = endpoint.wire.read_fault(page.status, redact(page.text))
    text = f"{endpoint.base_url} says {status}: {redact(fault.message)}"
    if fault.kind is FaultKind.MODEL:
        cure = f"{fault.cure} {shows}" if page.status in (401, 403) else fault.cure
        return (Check(CheckStatus.FAIL, "endpoint", text, cure, label),)
    return (Check(CheckStatus.WARN, "endpoint", f"{text}; {unknown}", "Try again later.", label),)


def _skew_s(page: Page, asked_at: datetime, took_s: float) -> float | None:
    """Our clock minus the endpoint's, at the middle of the exchange and of the second it gave."""
    try:
        their_time = parsedate_to_datetime(page.headers.get("date", ""))
        their_time = their_time.astimezone(UTC)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return (asked_at - their_time).total_seconds() + took_s / 2 - 0.5
