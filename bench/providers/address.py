"""An endpoint's address, its secret parts kept apart: they are sent, but never shown and in no call's key."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from bench.records import HIDDEN, SECRET_NAME, Secrets, sha256_of

_CALLED = re.compile(r"/(chat/completions|completions|messages|responses|embeddings|models)/*$")
"""What an address ends in that was copied whole from a request."""


def address_problem(value: object) -> str | None:
    """What is wrong with an endpoint's address, without repeating it: it may hold a secret."""
    problem = "must be an address that begins with http:// or https://"
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^/\s]\S*", value):
        return problem
    try:
        _ = urlsplit(value).port
    except ValueError:
        return problem
    if not urlsplit(value).netloc.rpartition("@")[2].isascii():
        return "must hold its host in ASCII, as name servers know it, e.g. xn--bcher-kva.example"
    if "#" in value:
        return "must hold no '#'"
    called = _CALLED.search(urlsplit(value).path)
    return f"must end before {called[0].rstrip('/')}, which is added to it for every call" if called else None


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL in its parts."""

    base_url: str
    """Scheme, host and path, without a slash at the end; safe to show."""
    query: str = ""
    """What follows the question mark, to be sent with every call; may hold a secret."""
    user_info: str = ""
    """What stands before the host, decoded: user:password; a secret."""

    @property
    def identity(self) -> dict[str, str]:
        """What of it decides the answer: a query too, unless its names say that it is a key."""
        plain = [(k, v) for k, v in parse_qsl(self.query, keep_blank_values=True) if not SECRET_NAME.search(k)]
        return {"base_url": self.base_url, **({"query_sha256": sha256_of(plain)} if plain else {})}

    @property
    def headers(self) -> dict[str, str]:
        """The user info as HTTP sends it."""
        basic = b64encode(self.user_info.encode()).decode()
        return {"Authorization": f"Basic {basic}"} if self.user_info else {}

    @property
    def secrets(self) -> Secrets:
        """The texts of it that nothing may repeat; a query's value whose name says nothing is hidden."""
        pairs = parse_qsl(self.query)
        named = {value for name, value in pairs if SECRET_NAME.search(name)}
        basic = {value.removeprefix("Basic ") for value in self.headers.values()}
        hidden = {self.query, *(value for _, value in pairs)}
        return Secrets({*named, self.user_info, *self.user_info.split(":"), *basic}, hidden)


def split(url: str) -> Address:
    """The parts of an address that has no `address_problem`."""
    parts = urlsplit(url)
    user_info, _, host = parts.netloc.rpartition("@")
    base_url = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    return Address(base_url, parts.query, unquote(user_info))


def shown(url: str) -> str:
    """An address without its secret parts."""
    address = split(url)
    user_info = f"{HIDDEN}@" if address.user_info else ""
    return address.base_url.replace("://", f"://{user_info}", 1) + (f"?{HIDDEN}" if address.query else "")


def expanded(headers: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """Headers with "$NAME" replaced by that environment variable; empty where it is not set."""
    return {
        name: environ.get(value.removeprefix("$"), "") if value.startswith("$") else value
        for name, value in headers.items()
    }
