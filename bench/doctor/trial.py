"""One small real request to each endpoint, read as a run reads it: what a list of models cannot tell.

A path, a name, a key or a budget that is wrong, a redirect, a reply that does not stream, or one that something between
holds back, shows here as it would in the run, and in the same words.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bench.costs import billing_of
from bench.doctor.check import Check, CheckStatus
from bench.engine import MAX_ATTEMPTS, MAX_WAIT_S, Ended, Failure, ask_once, proxy_for
from bench.errors import UsageError
from bench.prices import PriceBook
from bench.providers import Endpoint, FaultKind
from bench.records import Item, RunSettings

PASSING = (408, 429, 500, 502, 503, 504, 529)
"""HTTP statuses of trouble that passes."""
TOKENS = 16
"""The most that the request lets the model write: the least that every vendor takes. Thinking that was asked for comes
on top."""
LONGEST_S = 60.0
"""Longest wait for the whole reply, in seconds."""
HELD_BACK = 4
"""So many pieces of text in a single read were held back on their way."""
PROMPT = "Count from 1 to 20 in words: one, two, three, ..."


async def try_all(
    endpoints: Mapping[str, Endpoint], environ: Mapping[str, str], book: PriceBook, tls: ssl.SSLContext
) -> dict[str, list[Check]]:
    """Asks every endpoint once, side by side; the checks by label."""
    tried = await asyncio.gather(*(_try(endpoint, environ, book, tls) for endpoint in endpoints.values()))
    return dict(zip(endpoints, tried, strict=True))


async def _try(endpoint: Endpoint, environ: Mapping[str, str], book: PriceBook, tls: ssl.SSLContext) -> list[Check]:
    label = endpoint.entry.label
    try:
        ended = await ask_once(endpoint, _body(endpoint), environ, min(LONGEST_S, endpoint.entry.timeout_s), tls)
    except UsageError as error:
        return [Check(CheckStatus.FAIL, "request", str(error), model=label)]
    if ended.failure:
        return [_failed(label, ended.failure)]
    return list(_answered(endpoint, ended, _cost(endpoint, ended, book)))


def _failed(label: str, failure: Failure) -> Check:
    """What a failure means for a run: it fails as well, or asks again for as long as `retry` allows."""
    text = f"a small request came to nothing: {failure.message}"
    if failure.kind is not FaultKind.TRANSIENT or failure.status not in PASSING:
        return Check(CheckStatus.FAIL, "request", text, failure.cure or "Try again later.", label)
    after_s = failure.retry_after_s or 0.0
    if after_s > MAX_WAIT_S:
        run = f"a run stops there, as it waits {MAX_WAIT_S:g} s at most"
    elif failure.overload:
        pause = f"{after_s:.0f} s" if after_s else "its limit"
        run = f"a run now is throttled: it waits out {pause}, asks less at once, and stops where that goes on"
    else:
        run = f"a run now asks each call again, {MAX_ATTEMPTS} times at most, and loses it where that goes on"
    return Check(CheckStatus.WARN, "request", f"{text}; {run}", failure.cure or "Try again later.", label)


def small_item(prompt: str, max_tokens: int, sampling: Mapping[str, float] | None = None) -> Item:
    """A question of the doctor's own, of no suite."""
    return Item(
        suite="doctor",
        task="doctor",
        task_version="1",
        item="1",
        family="doctor",
        level=1,
        language="en",
        cluster="doctor",
        messages=({"role": "user", "content": prompt},),
        max_tokens=max_tokens,
        sampling=sampling or {},
    )


def _body(endpoint: Endpoint) -> dict[str, Any]:
    """The request as a run would send it, with a short question and a low cap."""
    item = small_item(PROMPT, TOKENS)
    body = {**endpoint.body(item, RunSettings(("doctor",))), **endpoint.streaming}
    thinking = body.get("thinking")
    budget = thinking.get("budget_tokens") if isinstance(thinking, dict) else None
    body[endpoint.rules.max_tokens_field] = TOKENS + (budget or 0)
    return body


def _cost(endpoint: Endpoint, ended: Ended, book: PriceBook) -> Decimal | None:
    """What the request cost, in USD; None if the list has no price for it, or the endpoint no counts."""
    billing = billing_of(endpoint.entry)
    cost = billing.attempt(book, ended.attempt) if billing and ended.attempt.usage.out_total is not None else None
    return cost.usd if cost else None


def _answered(endpoint: Endpoint, ended: Ended, usd: Decimal | None) -> Iterator[Check]:
    label, answer, attempt = endpoint.entry.label, ended.answer, ended.attempt
    usage = attempt.usage
    counts = "unknown" if usage.out_total is None or usage.in_total is None else f"{usage.in_total} + {usage.out_total}"
    cost = "cost unknown" if usd is None else f"${usd:f}"
    took = "" if attempt.latency_s is None else f" in {attempt.latency_s:.2f} s"
    yield Check(CheckStatus.OK, "request", f"a small request is answered{took} (tokens {counts}, {cost})", model=label)
    if usage.out_total is None or usage.in_total is None:
        text = "the endpoint reports no token counts: costs will be unknown, and a budget takes the worst case"
        cure = "Leave stream_options on if the server knows it, or ask whoever runs the endpoint."
        yield Check(CheckStatus.WARN, "tokens", text, cure, label)
    if answer.whole:
        text = "the endpoint did not stream, though a stream was asked for: times to first token will be left out"
        yield Check(CheckStatus.WARN, "stream", text, "Compare end-to-end latency alone, or let it stream.", label)
    elif attempt.buffered or (answer.reads == 1 and answer.pieces >= HELD_BACK):
        text = f"all {answer.pieces} pieces of the answer came at once: something between holds the stream back, and"
        cure = "Turn off buffering in the proxy or gateway between (nginx: proxy_buffering off)."
        yield Check(CheckStatus.WARN, "stream", f"{text} times to first token will be left out", cure, label)


def network(endpoint: Endpoint) -> Iterator[Check]:
    """The proxy between, if the environment names one, and what of NO_PROXY is not honoured."""
    proxy = proxy_for(endpoint.base_url or "")
    if proxy:
        status = CheckStatus.WARN if proxy.ignored else CheckStatus.OK
        yield Check(status, "network", f"asked {proxy}", proxy.cure if proxy.ignored else "", endpoint.entry.label)
