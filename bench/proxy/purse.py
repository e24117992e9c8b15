"""What may still be spent: the worst case of a call is set aside before it is passed on, so that no cap is passed."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from bench.proxy.keys import ProxyKey


class Purse:
    """Spent and reserved money, of each key and of all together. For one event loop: nothing here waits."""

    def __init__(self, limit_usd: Decimal | None = None) -> None:
        """`limit_usd`: the most that all calls may cost together; None for no limit."""
        self.limit_usd = limit_usd
        self._spent: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._held: defaultdict[str, Decimal] = defaultdict(Decimal)
        self._calls: Counter[str] = Counter()

    def admit(self, key: ProxyKey, worst_usd: Decimal | None) -> str | None:
        """Sets the worst case of a call aside; returns why it may not be made, or None.

        A worst case that is not known fits into no limit.
        """
        limited = self.limit_usd is not None or key.budget_usd is not None
        if key.calls is not None and self._calls[key.name] >= key.calls:
            return f"the {key.calls} calls of key '{key.name}' are used up"
        if limited and worst_usd is None:
            return (
                "what this call may cost is not known, and there is a budget: its price, its max_tokens or its "
                "model's context_window is missing"
            )
        worst = worst_usd or Decimal(0)
        for limit, taken, whose in (
            (key.budget_usd, self.taken(key.name), f"of key '{key.name}'"),
            (
                self.limit_usd,
                sum((self.taken(name) for name in {*self._spent, *self._held}), Decimal(0)),
                "of all keys",
            ),
        ):
            if limit is not None and taken + worst > limit:
                used = f"{taken:f} are spent or set aside, and it may cost {worst:f}"
                return f"the budget {whose}, {limit:f} USD, does not hold this call: {used}"
        self._calls[key.name] += 1
        self._held[key.name] += worst
        return None

    def settle(self, key: str, worst_usd: Decimal | None, cost_usd: Decimal | None) -> None:
        """A call is over: what was set aside for it becomes what it cost, or stays where that is not known."""
        worst = worst_usd or Decimal(0)
        self._held[key] -= worst
        self._spent[key] += worst if cost_usd is None else cost_usd

    def recall(self, key: str, calls: int, usd: Decimal) -> None:
        """What a key did before the proxy was started anew."""
        self._calls[key] += calls
        self._spent[key] += usd

    def taken(self, key: str) -> Decimal:
        """What a key spent and has set aside, in USD."""
        return self._spent[key] + self._held[key]
