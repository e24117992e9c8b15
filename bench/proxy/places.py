"""Who may be connected: no number of idle connections shuts others out, and no key takes all places."""

from __future__ import annotations

import asyncio
from collections import Counter

from bench.proxy.request import NotPassed

MOST_CLIENTS = 256
"""Connections of clients at a time."""
MOST_OF_A_KEY = 192
"""Requests of one key at a time."""


class ClientPlace:
    """A client's connection among the others."""

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self.transport = transport
        """Its socket."""
        self.known = False
        """Whether a request on it had a good key."""
        self.key: str | None = None
        """The key of the request that is under way; None while none is."""


class ClientPlaces:
    """The places of a proxy. Where all are taken the connection that has been idle longest gives way to a new one.

    One that never had a good key goes before those that did.
    """

    def __init__(self) -> None:
        self._taken: dict[ClientPlace, None] = {}
        self._keys: Counter[str] = Counter()

    def enter(self, transport: asyncio.WriteTransport) -> ClientPlace | None:
        """A place for a new connection; None where every other has a request under way."""
        if len(self._taken) >= MOST_CLIENTS:
            idle = [place for place in self._taken if place.key is None]
            if not idle:
                return None
            oldest = next((place for place in idle if not place.known), idle[0])
            oldest.transport.abort()
            del self._taken[oldest]
        place = ClientPlace(transport)
        self._taken[place] = None
        return place

    def begin(self, place: ClientPlace, key: str) -> None:
        """A request with a good key is under way. NotPassed where too many of this key are."""
        place.known = True
        if self._keys[key] >= MOST_OF_A_KEY:
            raise NotPassed(429, f"{MOST_OF_A_KEY} requests of key '{key}' are under way. Ask again later.")
        self._keys[key] += 1
        place.key = key

    def end(self, place: ClientPlace) -> None:
        """It is over: the connection is idle from now on."""
        if place.key is not None:
            self._keys[place.key] -= 1
            place.key = None
        if place in self._taken:  # behind those that have been idle for longer
            del self._taken[place]
            self._taken[place] = None

    def leave(self, place: ClientPlace) -> None:
        """The connection is gone."""
        self.end(place)
        self._taken.pop(place, None)
