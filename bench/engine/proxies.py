"""Which proxy the environment names for an address, and what of NO_PROXY does not work."""

from __future__ import annotations

import os
from ipaddress import ip_address, ip_network
from typing import NamedTuple


class Proxy(NamedTuple):
    """The proxy through which an address is asked."""

    url: str
    """Its address; may hold a password."""
    shown: str
    """The same without user and password."""
    variable: str
    """The environment variable that names it, as it is written there."""
    ignored: str
    """The network of NO_PROXY that holds the host and is not honoured; empty if there is none."""

    def __str__(self) -> str:
        route = f"through the proxy {self.shown} of {self.variable}"
        return f"{route}, as NO_PROXY's {self.ignored} is a network and names no host" if self.ignored else route

    @property
    def cure(self) -> str:
        """What the user can do where it stands in the way."""
        instead = "the host itself, as networks are not honoured there," if self.ignored else "the endpoint's host"
        return f"Check the proxy that {self.variable} names, or add {instead} to NO_PROXY."


def named(kind: str, address: str, host: str, exempt: str) -> Proxy:
    """The proxy that the environment names for a kind of address, to ask a host that `exempt`, its NO_PROXY, leaves."""
    url = address if "://" in address else f"http://{address}"
    variable = next((name for name in os.environ if name.lower() == f"{kind}_proxy"), "the system's settings")
    scheme, _, rest = url.partition("://")
    return Proxy(url, f"{scheme}://{rest.rpartition('@')[2].partition('/')[0]}", variable, _ignored(host, exempt))


def _ignored(host: str, exempt: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    for entry in (part.strip() for part in exempt.split(",")):
        try:
            if "/" in entry and address in ip_network(entry, strict=False):
                return entry
        except ValueError:
            continue
    return ""
