"""What a request's path and headers ask for, and which key it calls with."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""What a Host header may name; anything else is a page in a browser that was led here by a name of its own."""


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
    return Route(_asked(method, path), "anthropic" if anthropic else "openai", token)


def _asked(method: str, path: str) -> RouteKind:
    match method, path.rstrip("/"):
        case "POST", "/messages" | "/chat/completions":
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
