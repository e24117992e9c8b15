"""A vendor's error, of whatever shape, as a `Fault`: what it said, what may be done next, and what the user can do."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bench.providers.protocol import Fault, FaultKind
from bench.providers.reading import parse, whole

LONGEST = 300
"""Characters kept of a vendor's message."""

_BALANCE = "Top up the account's balance or raise its spending limit."
_KEY = "Check the key, and that it belongs to this vendor, region and plan."
_NAME = "Check the model's name and base_url (it often ends in /v1), and that the key may use the model."
_RATE = "Ask less at once with -j, or wait."
_PROXY = "Put the proxy's user and password into its variable, as http://USER:PASSWORD@HOST:PORT."
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
        r"spend(ing)?[ _]?limit|insufficient[ _](balance|credits?|funds)|credit balance|arrearage|billing_hard_limit|"
        r"budget[ _](has been )?exceeded|exceeded[ _]?(its |your |the |their )?(\w+ )?budget\b|over[ _]budget",
        "billing_error 1113 ExceededBudget",
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
    _rule(
        FaultKind.MODEL,
        r"model[ _]?not[ _]?(found|exist)|"
        r"(no such|unknown|invalid|unrecogni[sz]ed|nonexistent|unsupported|unavailable)[ _-]?model|"
        r"\bno model (named|called|with|matching)\b|\b(could ?not|couldn't|cannot|can't) find (the |a )?model\b|"
        r"\bmodel\b([^.]|\.(?=\S)){0,120}?\b(not found|does(n't| not) exist|not exist\b|"
        r"is (not (a )?(available|valid|served|hosted|deployed|loaded|known|registered)|unknown|invalid))|"
        r"\bmodel\b[ :=]{0,3}\S{1,100} is not supported\b",
        cure=_NAME,
    ),
)
"""Tried in this order: words anywhere in what was said, codes as the whole of its type or code."""

_STATUS = {
    **dict.fromkeys((408, 409, 425), (FaultKind.TRANSIENT, "")),
    429: (FaultKind.TRANSIENT, _RATE),
    **dict.fromkeys((401, 403), (FaultKind.MODEL, _KEY)),
    402: (FaultKind.MODEL, _BALANCE),
    407: (FaultKind.MODEL, _PROXY),
    **dict.fromkeys((404, 405, 410), (FaultKind.MODEL, _NAME)),
}

_TYPES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "engine_overloaded_error": 429,
    "overloaded_error": 529,
}
"""The statuses that the types and codes of errors after a 200 stand for; any other is transient."""
_MINIMAX = {
    **dict.fromkeys(("1002", "1039", "1041", "2045"), 429),
    **dict.fromkeys(("1004", "2049"), 401),
    "1008": 402,
    **dict.fromkeys(("2013", "1042"), 400),
}
"""The same of the numbers in MiniMax's `base_resp`; 1026 and 1027 are its filter's."""
_CODES = ("type", "code", "status", "status_code", "statusCode", "error_code", "errcode", "err_code", "errorCode")
_WORDS = (
    *("error", "errors", "message", "detail", "msg", "error_msg", "errmsg", "err_msg", "status_msg", "errorMessage"),
    *("error_message", "base_resp"),
)
_GOOD = ("0", "200", "ok", "success", "none")
"""What codes and messages say where nothing is wrong."""
_PAGE = re.compile(
    r"\s*(?:<!--|<\?xml[^>]{0,100}>\s*)?<(?:!doctype\s+html|html|head|body|title|center|h1)\b", re.IGNORECASE
)
_TITLE = re.compile(r"<(?:title|h1)\b[^>]{0,100}>(.{1,300}?)</", re.IGNORECASE | re.DOTALL)
_CURES_BY_WORDS = (
    (
        re.compile(r"stream_options|include_usage", re.IGNORECASE),
        "Set stream_options = false for the model in bench.toml: its token counts are then unknown where the endpoint "
        "does not report them by itself.",
    ),
)
"""What else an endpoint's words ask the user to do, whatever the fault is."""


def page_title(body: str) -> str:
    """What a web page in place of a reply is called, in words; empty if a text is none."""
    if not _PAGE.match(body[:400]):
        return ""
    title = _TITLE.search(body[:20_000])
    words = html.unescape(re.sub(r"<[^>]{0,200}>", " ", title[1] if title else body[:2000]))
    named = " ".join(words.split())[:120]
    return f'a web page ("{named}") in place of an answer' if named else "a web page in place of an answer"


def read_fault(status: int, body: str) -> Fault:
    """What a reply other than 200 means. Never raises, whatever the body is."""
    try:
        error = parse(body)
    except ValueError:
        error = page_title(body) or body
    return _fault(status, error)


def stated(raw: Mapping[str, Any]) -> Fault | None:
    """The error that an object without an answer states, inside a reply of HTTP 200; None if it states none.

    Vendors and gateways put it into `error`, `errors`, `detail` or `base_resp`, or beside it into a code with a
    message. Never raises.
    """
    base = raw.get("base_resp")
    if isinstance(base, dict) and not _fine(base.get("status_code")):
        return in_stream(raw)
    wrong = any(not _fine(raw.get(key)) for key in ("error", "errors", "detail", "error_msg", "errorMessage"))
    kinds = {str(raw.get(key)).lower() for key in ("type", "object", "status", "event")}
    if wrong or kinds & {"error", "fail", "failed", "failure"} or raw.get("success") is False:
        return in_stream(raw)
    status = raw.get("status")
    if isinstance(status, int) and 400 <= status < 600:
        return in_stream(raw)
    bare = "object" not in raw and "choices" not in raw and any(isinstance(raw.get(key), str) for key in _WORDS)
    return in_stream(raw) if bare and not all(_fine(raw.get(key)) for key in _WORDS) else None


def _fine(value: object) -> bool:
    """Whether a code, a text or an object of an error says that there is none."""
    if isinstance(value, dict):
        return all(map(_fine, value.values()))
    return not value or str(value).lower() in _GOOD


def in_stream(error: object) -> Fault:
    """What an error inside a stream that began with HTTP 200 means. Never raises."""
    status = next(filter(None, _statuses(error)), 0)
    fault = _fault(status, error)
    if not status and fault.kind is FaultKind.TRANSIENT and fault.cure == _RATE:
        status = 429
    return fault._replace(status=status)


def _statuses(error: object) -> Iterator[int]:
    """The statuses that an error names: its numbers before its words."""
    codes = list(_codes(error))
    yield from (int(code) for code in codes if re.fullmatch(r"[45]\d\d", code))
    if isinstance(error, dict) and "base_resp" in error:
        yield from (_MINIMAX.get(code, 0) for code in codes)
    yield from (_TYPES.get(code, 0) for code in codes)


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
    if kind is FaultKind.REQUEST:
        cure = next((cure for words, cure in _CURES_BY_WORDS if words.search(said)), "")
    return Fault(kind, message, cure)


def _message(error: object) -> str:
    """The vendor's sentence on one line; without one, all that it said."""
    while isinstance(error, dict) and (inner := next((i for key in _WORDS if _says(i := error.get(key))), None)):
        error = inner
    try:
        return whole(" ".join(str(error).split()))[:LONGEST]
    except RecursionError:
        return "nested too deeply"


def _says(value: object) -> bool:
    return bool(value) and not isinstance(value, bool | int | float)


def _codes(error: object) -> Iterator[str]:
    """The types and codes of an error, of the object around it and of the one in it."""
    while isinstance(error, dict):
        for key in _CODES:
            code = error.get(key)
            if isinstance(code, str | int) and not isinstance(code, bool):
                yield str(code)
        error = next((i for key in ("error", "base_resp", "detail") if isinstance(i := error.get(key), dict)), None)
