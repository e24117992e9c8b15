"""Who may call: keys that the proxy hands out, each with its own limits, and never a vendor's."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from bench.errors import UsageError

TOKEN_BYTES = 16
"""128 bits: nobody guesses them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyKey:
    """What one agent, project or episode calls with."""

    name: str
    """Its name in the ledger and in reports."""
    token: str = field(default_factory=lambda: f"cb-{secrets.token_hex(TOKEN_BYTES)}", repr=False)
    """The secret that names it, in place of an API key or in the path."""
    budget_usd: Decimal | None = None
    """The most that its calls may cost together, in USD; None for no limit of its own."""
    calls: int | None = None
    """The most calls that it may make; None for no limit."""
    before: str | None = None
    """The name of an earlier key whose client was cut off: replies that it got are given again, and not paid again.
    They count against this key's limits."""


class KeyRing:
    """The keys that are good now; `refused` counts the calls of each that its limits did not hold."""

    def __init__(self) -> None:
        self._by_token: dict[str, ProxyKey] = {}
        self.refused: Counter[str] = Counter()
        self.again: set[int] = set()
        """Numbers of earlier keys' calls whose replies were given again."""

    def add(self, key: ProxyKey) -> ProxyKey:
        """Makes a key good. UsageError where its name is taken."""
        if any(key.name == other.name for other in self._by_token.values()):
            raise UsageError(f"two keys are called '{key.name}'. Give each a name of its own.")
        self._by_token[key.token] = key
        return key

    def find(self, token: str) -> ProxyKey | None:
        """The key of a token; None where there is none."""
        said = token.encode("utf-8", "replace")  # a header may hold any letters
        return next((key for mine, key in self._by_token.items() if secrets.compare_digest(mine.encode(), said)), None)

    @property
    def only(self) -> str | None:
        """The name of the one key that there is; None where there are more, or none."""
        names = [key.name for key in self._by_token.values()]
        return names[0] if len(names) == 1 else None

    @property
    def tokens(self) -> list[str]:
        """All tokens: secrets, which nothing may repeat."""
        return [*self._by_token]
