"""What a request's path and headers ask for, and which key it calls with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""What a Host header may name; anything else is a page in a browser that was led here by a name of its own."""


_USUAL = re.compile(
    "|".join(
        (
            r"accept(-charset|-encoding|-language)?|content-(language|length|type)|user-agent|cache-control|pragma|date",
            r"connection|keep-alive|proxy-authorization|te|trailer|transfer-encoding|upgrade|host|expect|cookie|origin",
            r"(http-)?referer|sec-.*|dnt|via|forwarded|x-forwarded-(for|host|port|proto)|x-real-ip|x-requested-with",
            r"authorization|(x-)?api-key|x-goog-api-(key|client)|(x-)?idempotency-key",
            r"traceparent|tracestate|baggage|b3|x-b3-.*|x-amzn-trace-id|x-cloud-trace-context|x-datadog-.*|sentry-trace",
            r"x-(client-)?(request|correlation|trace)-id|x-(parent-)?session(-id|-affinity)?|x-initiator|x-source",
            r"x-stainless-.*|openai-(beta|organization|project|poll-after-ms)",
            r"anthropic-(beta|version|dangerous-direct-browser-access|(organization|workspace|user-profile|worker)-id)",
            r"anthropic-(client-platform|mcp-client-capabilities)|x-anthropic-additional-protection|x-app|x-claude-.*",
            r"x-dashscope-(cachecontrol|useragent|authtype|sse|workspace|datainspection)|x-opencode-.*",
            r"x-codex-.*|(session|thread|conversation)[-_]id|originator|version|x-client-version",
            r"x-(openrouter-)?title|x-openrouter-categories|x-terminal-emulator",
        )
    )
)
"""Headers that HTTP, tracing, the vendors' SDKs and known agents send, and that choose no price: any other one may."""


class RouteKind(StrEnum):
    """What a request wants."""

    CALL = "call"
    """A model's answer: metered and paid."""
    COUNT = "count"
    """A count of tokens: passed on, free."""
    MODELS = "models"
    """The list of models, which the proxy answers."""
    HELLO = "hello"
    """Whether anybody is there, which the proxy answers."""
    NOTHING = "nothing"
    """Something that is not passed on."""


class Route(NamedTuple):
    """Where a request goes."""

    asked: RouteKind
    """What it wants."""
    protocol: str
    """The wire format that its path speaks, "anthropic" or "openai"."""
    token: str
    """The token of its key; empty where it has none."""
    extra: str | None = None
    """A header by which a vendor may bill beyond tokens; None where there is none."""
    responses: bool = False
    """Whether it is OpenAI's Responses that is asked, not its chat completions."""


def route(method: str, target: str, headers: Mapping[str, str]) -> Route:
    """Reads `/k/TOKEN/v1/messages`, or `/v1/messages` with the token as API key; header names in lower case."""
    path = target.partition("?")[0]
    token = ""
    if path.startswith("/k/"):
        token, _, rest = path.removeprefix("/k/").partition("/")
        path = f"/{rest}"
    token = token or headers.get("x-api-key", "") or headers.get("authorization", "").removeprefix("Bearer ").strip()
    path = path.removeprefix("/v1") if path != "/v1" else "/"
    anthropic = path.startswith("/messages") or "anthropic-version" in headers
    responses = path.rstrip("/") == "/responses"
    return Route(_asked(method, path), "anthropic" if anthropic else "openai", token, _costly(headers), responses)


def onward(path: str, way: Route) -> str:
    """Where the vendor is asked: the path of its calls, or that of what is wanted in their place."""
    if way.asked is RouteKind.COUNT:
        return path.replace("/messages", "/messages/count_tokens", 1)
    return path.replace("/chat/completions", "/responses", 1) if way.responses else path


def _costly(headers: Mapping[str, str]) -> str | None:
    return next((f"header {name[:60]!r}" for name in headers if not _USUAL.fullmatch(name)), None)


def _asked(method: str, path: str) -> RouteKind:
    match method, path.rstrip("/"):
        case "POST", "/messages" | "/chat/completions" | "/responses":
            return RouteKind.CALL
        case "POST", "/messages/count_tokens":
            return RouteKind.COUNT
        case "GET", "/models":
            return RouteKind.MODELS
        case "HEAD" | "GET", "" | "/api/hello" | "/health":
            return RouteKind.HELLO
    return RouteKind.NOTHING


def own_host(host: str) -> bool:
    """Whether a Host header names this machine; a unix socket's clients may send any or none."""
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name.lower() in OWN_HOSTS
