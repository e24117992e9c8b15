"""A vendor's error, of whatever shape, as a `Fault`: what it said, what may be done next, and what the user can do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bench.providers.protocol import Fault, FaultKind
from bench.providers.reading import parse, whole

LONGEST = 300
"""Characters kept of a vendor's message."""

_BALANCE = "Top up the account's balance or raise its spending limit."
_KEY = "Check the key, and that it belongs to this vendor, region and plan."
_NAME = "Check the model's name and base_url (it often ends in /v1), and that the key may use the model."
_RATE = "Ask less at once with -j, or wait."
_LONG = "Lower max_tokens, or take a model with a longer context."


class _Rule(NamedTuple):
    kind: FaultKind
    words: re.Pattern[str]
    codes: frozenset[str]
    cure: str


def _rule(kind: FaultKind, words: str, codes: str = "", cure: str = "") -> _Rule:
    return _Rule(kind, re.compile(words, re.IGNORECASE), frozenset(codes.split()), cure)


_RULES = (
    _rule(
        FaultKind.REFUSED,
        r"data_?inspection_?failed|inappropriate content|content management policy|"
        r"\b(input|prompt|request|content|message)s?\b.{0,20}\bflagged\b",
        "content_filter content_policy_violation ResponsibleAIPolicyViolation sensitive 1301",
    ),
    _rule(
        FaultKind.MODEL,
        r"spend(ing)?[ _]?limit|insufficient[ _]balance|credit balance|arrearage|billing_hard_limit",
        "billing_error 1113",
        _BALANCE,
    ),
    # A rate may be called a quota; it passes, a spent quota does not.
    _rule(
        FaultKind.TRANSIENT,
        r"\b[rt]p[md]\b|per (minute|second)|too quickly|concurrency|throttling|rate limit",
        cure=_RATE,
    ),
    _rule(FaultKind.MODEL, r"insufficient_quota|current[ _]quota|check your plan|usage limit", cure=_BALANCE),
    _rule(FaultKind.REQUEST, r"exceed_context_size|context_length_exceeded|context window|maximum context", cure=_LONG),
    _rule(FaultKind.MODEL, r"(invalid|incorrect|wrong|missing).{0,12}api.?key|api.?key.{0,9}(not |in)valid", cure=_KEY),
    _rule(FaultKind.MODEL, r"model[ _]?not[ _]?(found|exist)|no such model|unknown_model|invalid_?model", cure=_NAME),
)
"""Tried in this order: words anywhere in what was said, codes as the whole of its type or code."""

_STATUS = {
    **dict.fromkeys((408, 409, 425), (FaultKind.TRANSIENT, "")),
    429: (FaultKind.TRANSIENT, _RATE),
    **dict.fromkeys((401, 403), (FaultKind.MODEL, _KEY)),
    402: (FaultKind.MODEL, _BALANCE),
    **dict.fromkeys((404, 405, 410), (FaultKind.MODEL, _NAME)),
}

_TYPES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
}
"""The statuses of errors that may come after a 200; all others are transient."""


def read_fault(status: int, body: str) -> Fault:
    """What a reply other than 200 means. Never raises, whatever the body is."""
    try:
        error = parse(body)
    except ValueError:
        error = body
    return _fault(status, error)


def in_stream(error: object) -> Fault:
    """What an error inside a stream that began with HTTP 200 means. Never raises."""
    codes = [_TYPES.get(text) or (int(text) if re.fullmatch(r"[45]\d\d", text) else 0) for text in _codes(error)]
    return _fault(next(filter(None, codes), 0), error)


def _fault(status: int, error: object) -> Fault:
    """`status` 0: none was given, so only what was said speaks against asking again."""
    message, codes = _message(error), set(_codes(error))
    said = " ".join((*sorted(codes), message))
    for rule in _RULES if status < 500 else ():
        rate = rule.kind is FaultKind.TRANSIENT
        if (not rate or status in (0, 429)) and (rule.codes & codes or rule.words.search(said)):
            return Fault(rule.kind, message, rule.cure)
    if 100 <= status < 400:
        return Fault(FaultKind.MODEL, message, _NAME)
    kind, cure = _STATUS.get(status, (FaultKind.REQUEST if 400 <= status < 500 else FaultKind.TRANSIENT, ""))
    return Fault(kind, message, cure)


def _message(error: object) -> str:
    """The vendor's sentence on one line; without one, all that it said."""
    keys = ("error", "message", "detail", "msg", "error_msg")
    while isinstance(error, dict) and (inner := next((error[key] for key in keys if error.get(key)), None)):
        error = inner
    try:
        return whole(" ".join(str(error).split()))[:LONGEST]
    except RecursionError:
        return "nested too deeply"


def _codes(error: object) -> Iterator[str]:
    """The types and codes of an error, of the object around it and of the one in it."""
    while isinstance(error, dict):
        for key in ("type", "code", "status", "error_code"):
            if isinstance(error.get(key), str | int):
                yield str(error[key])
        error = error.get("error")
