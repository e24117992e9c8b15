"""Takes the vendors' keys out of a reply that is passed on part by part, and out of its headers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bench.records import HIDDEN, Secrets

NOT_SHOWN = frozenset(
    (
        *("content-length", "transfer-encoding", "content-encoding", "connection", "keep-alive", "trailer", "upgrade"),
        *("set-cookie", "set-cookie2", "location", "content-location", "refresh", "link", "alt-svc"),
        "proxy-authenticate",
    )
)
"""Headers of a reply that are not passed back: of the connection, and those that would lead the client elsewhere."""


def shown(headers: Iterable[tuple[bytes, bytes]], secrets: Secrets) -> list[tuple[bytes, bytes]]:
    """The headers of a reply that are passed back, without secrets."""
    plain = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers]
    return [
        (name.encode("latin-1"), secrets(value).encode("latin-1", "replace"))
        for name, value in plain
        if name not in NOT_SHOWN and secrets(name) == name
    ]


class Veil:
    """Called with each part of a reply; gives what may be passed on now, which is nearly always all of it."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """`secrets`: each in every form in which it is to be found."""
        texts = sorted({text.encode("utf-8", "surrogatepass") for text in secrets}, key=lambda text: -len(text))
        self._secret = re.compile(b"|".join(map(re.escape, texts))) if texts else None
        self._beginnings = tuple({text[:size] for text in texts for size in range(1, len(text))})
        self._kept = b""

    def __call__(self, part: bytes) -> bytes:
        """The part, with keys masked; what may be the beginning of one waits for the next part."""
        if self._secret is None:
            return part
        text = self._secret.sub(HIDDEN.encode(), self._kept + part)
        if not text.endswith(self._beginnings):
            self._kept = b""
            return text
        until = len(text) - max(len(each) for each in self._beginnings if text.endswith(each))
        self._kept = text[until:]
        return text[:until]

    def rest(self) -> bytes:
        """What waited for a part that did not come."""
        kept, self._kept = self._kept, b""
        return kept
