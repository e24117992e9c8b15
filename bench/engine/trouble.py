"""The message for a connection that fails: what went wrong, by way of which proxy, and what to do."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bench.engine.proxies import Proxy
from bench.records import Secrets

SHOWN = 300
"""Characters shown of a place or of what names itself in a header."""
CERTIFICATE = (
    "If its certificate is signed by an authority of your own, as behind a company's proxy, set SSL_CERT_FILE to a PEM "
    "file that holds this authority."
)
"""What the user can do about a certificate that nobody we know has signed."""
REDIRECT = "Set base_url to where it leads if you trust that place: no redirect is followed, so that no key is either."
"""What the user can do about an endpoint that sends us elsewhere."""
LOGIN = "Put its user and password into the variable, as http://USER:PASSWORD@HOST:PORT."
"""What the user can do about a proxy that wants to know who asks."""


class Trouble(NamedTuple):
    """Why no reply came."""

    message: str
    """What went wrong."""
    cure: str
    """What the user can do; empty if nothing is known."""
    lasting: bool
    """Whether asking again cannot help."""


def trouble(error: Exception, proxy: Proxy | None) -> Trouble:
    """What an error of a connection comes to."""
    message = f"{type(error).__name__}: {error}"
    if "CERTIFICATE_VERIFY_FAILED" in message:
        named = os.environ.get("SSL_CERT_FILE")
        cure = f"{CERTIFICATE} It is {named} now." if named else CERTIFICATE
        return Trouble(f"{message} ({proxy})" if proxy else message, cure, lasting=True)
    if proxy is None:
        return Trouble(message, "", lasting=False)
    login = re.search(r"\b407\b", message)
    return Trouble(f"{message} ({proxy})", LOGIN if login else proxy.cure, lasting=bool(login))


def place(headers: Mapping[str, str]) -> str:
    """Where a redirect leads, without what may be a secret; empty if it does not say."""
    return headers.get("location", "").partition("?")[0].partition("#")[0][:SHOWN]


def sender(headers: Mapping[str, str], proxy: Proxy | None) -> str:
    """Who says that it sent a reply, as " (from nginx, via 1.1 squid)"; empty if nobody does."""
    names = {"from": headers.get("server"), "via": headers.get("via")}
    said = [f"{word} {name[:SHOWN]}" for word, name in names.items() if name] + ([str(proxy)] if proxy else [])
    return f" ({', '.join(said)})" if said else ""


def unforeseen(error: Exception, redact: Secrets) -> str:
    """What is said of an error of our own, or one that a reply caused: its kind, place and words, without secrets."""
    at = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" at {Path(at[0].filename).name}:{at[0].lineno}" if at else ""
    why = redact(" ".join(f"{type(error).__name__}: {error}".split()))[:SHOWN]
    return f"an unexpected error{where} ({why}); please report it"
