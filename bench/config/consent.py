"""Which environment variables a bench.toml sends where, and to what the user has agreed before.

A bench.toml from somebody else can name any variable and any host. Known without asking are: this machine, a vendor's
own address with the vendor's own key, and an https address that the user's own environment (not `.env`) states for it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import platformdirs

from bench.providers import Endpoint, parse, shipped_addresses
from bench.records import write_text

FILE = "agreed.json"


class Sending(NamedTuple):
    """A variable that goes to a host."""

    variable: str
    """The environment variable's name."""
    origin: str
    """Scheme, host and port, e.g. "http://gpu-box:8000"."""

    @property
    def plain(self) -> bool:
        """Whether anybody on the way can read it."""
        return self.origin.startswith("http:")


def sendings(endpoint: Endpoint, environ: Mapping[str, str]) -> list[Sending]:
    """The variables that are set and go to an endpoint whose address a stranger may have chosen."""
    url = urlsplit(endpoint.base_url or "")
    if endpoint.entry.local or _is_this_machine(url.hostname or ""):
        return []
    names = [value[1:] for value in endpoint.own_headers.values() if value.startswith("$")]
    if endpoint.key_variable and not _is_known(endpoint):
        names.append(endpoint.key_variable)
    origin = f"{url.scheme}://{url.netloc}".lower()
    return [Sending(name, origin) for name in dict.fromkeys(names) if environ.get(name)]


def _is_this_machine(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _is_known(endpoint: Endpoint) -> bool:
    """Whether key and address belong together: by the shipped presets, or by the user's own environment."""
    entry, stated = endpoint.entry, endpoint.base_url or ""
    if entry.own_provider or not stated.startswith("https://"):
        return False
    if any(re.fullmatch(_pattern(address), stated) for address in shipped_addresses(entry.provider)):
        return True
    address = next((os.environ[name] for name in endpoint.preset.address_variables if os.environ.get(name)), "")
    own, theirs = urlsplit(address), urlsplit(stated)
    return (own.scheme, own.hostname, own.port) == (theirs.scheme, theirs.hostname, theirs.port)


def _pattern(address: str) -> str:
    """A preset's address as a pattern: what stands for a variable is one part of a host's name."""
    return re.sub(r"\\\{\w+\\\}", r"[\\w-]+", re.escape(address.rstrip("/"))) + "(/v1)?"


def agreed() -> frozenset[Sending]:
    """What the user agreed to at a terminal, on this machine; nothing where the file is missing or damaged."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        rows = parse(_file().read_text(encoding="utf-8"))
        return frozenset(Sending(str(variable), str(origin)) for variable, origin in rows)
    return frozenset()


def remember(new: Iterable[Sending]) -> None:
    """Adds to what the user agreed to. Raises UsageError or IncompleteError where it cannot be kept."""
    write_text(_file().parent, FILE, json.dumps(sorted(agreed() | set(new)), indent=1) + "\n")


def _file() -> Path:
    return platformdirs.user_data_path("claimbench") / FILE


def open_questions(
    endpoints: Sequence[Endpoint], environ: Mapping[str, str], given: Collection[str]
) -> dict[Sending, list[str]]:
    """What the user must be asked, and the labels of the models it is for; `given` are origins agreed to before."""
    known = agreed()
    origins = {origin.rstrip("/").lower() for origin in given}
    labels: dict[Sending, list[str]] = {}
    for endpoint in endpoints:
        for sending in sendings(endpoint, environ):
            if sending not in known and sending.origin not in origins:
                labels.setdefault(sending, []).append(endpoint.entry.label)
    return labels
