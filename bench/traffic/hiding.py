"""What hides secrets in everything that an import of logs writes or says."""

from __future__ import annotations

from bench.importers import Ledger
from bench.records import Secrets
from bench.traffic.redact import SECRETS
from bench.traffic.redactor import Redactor

_SHORT, _MOST_KNOWN = 200, 10_000
"""Characters of names and settings, which come again and again, and how many without a secret are remembered."""


class Hiding:
    """Hides the secrets of this machine in a text, and what looks like anybody's key or password."""

    def __init__(self, own: Secrets) -> None:
        self._own = own
        self._harmless: set[str] = set()
        self.replaced = Redactor(SECRETS)
        """What replaces those of others, with how often it did."""

    def __call__(self, text: str) -> str:
        """The text without them."""
        if len(text) > _SHORT:
            return self.replaced(self._own(text))
        if text in self._harmless:
            return text
        hidden = self.replaced(self._own(text))
        if hidden == text:
            if len(self._harmless) >= _MOST_KNOWN:
                self._harmless.clear()
            self._harmless.add(text)
        return hidden


class HidingLedger(Ledger):
    """A ledger that no secret enters: what a log says of a call may quote a key."""

    def __init__(self, hide: Hiding) -> None:
        super().__init__()
        self._hide = hide

    def drop(self, row: str, why: str) -> None:
        """See `Ledger`."""
        super().drop(self._hide(row), self._hide(why))

    def unknown(self, what: str) -> None:
        """See `Ledger`."""
        super().unknown(self._hide(what))

    def note(self, text: str) -> None:
        """See `Ledger`."""
        super().note(self._hide(text))

    def warn(self, text: str) -> None:
        """See `Ledger`."""
        super().warn(self._hide(text))
