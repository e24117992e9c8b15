"""What a logged call cost at the list price of its day."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal

from bench.prices import Price, PriceBook, cost
from bench.providers import BEYOND, find
from bench.records import VENDORS, vendor_of
from bench.traffic.rows import Logged
from bench.traffic.values import is_day, moment

_NAMES = {
    "moonshot_ai": "moonshot",
    "moonshotai": "moonshot",
    "z-ai": "zai",
    "z_ai": "zai",
    "alibaba": "dashscope",
    "qwen": "dashscope",
    "openai_chat": "openai",
    "text-completion-openai": "openai",
    "async_openai": "openai",
}
"""What logs call a vendor whose preset has another name."""
_DAY_S, _PAIRS = 86_400.0, 1000
"""Seconds that an answer may take; pairs of models that are counted."""
_MAKERS = {vendor.id: vendor.presets[0] for vendor in VENDORS if vendor.presets}
_MOST_KNOWN = 1000
"""Names of models whose list is remembered."""


class Pricer:
    """Prices calls by one price list; keeps what it had to assume."""

    def __init__(self, book: PriceBook, dated: datetime | None = None) -> None:
        """`dated`: the day of which calls without a time are taken to be; None leaves their cost unknown."""
        self._book, self._dated = book, dated
        self.unpriced: Counter[str] = Counter()
        """Why a cost is unknown, and of how many calls."""
        self._lists: dict[tuple[str, str | None], tuple[str | None, str, bool]] = {}
        self.assumed = 0
        """Calls that name no provider: they are priced by the list of the model's maker."""
        self.served: Counter[str] = Counter()
        """What was called and what answered, where these have not the same price; calls of each pair."""
        self._steady: dict[tuple[str, str, str, str], bool] = {}
        self._same: set[tuple[str, str | None]] = set()

    @property
    def about(self) -> dict[str, str]:
        """The list that it prices by."""
        return {"snapshot_sha256": self._book.snapshot_sha256, "as_of": self._book.as_of.isoformat()}

    def __call__(self, call: Logged) -> tuple[float | None, str | None]:
        """USD and the price's id; None where the day, the provider, a price or a count is unknown."""
        at = moment(call.time) or self._dated
        hourless = call.time is None or is_day(call.time)
        if at is None:
            return self._unknown("the log does not say when the call was made; --dated DAY prices it as of a day")
        asked = (call.model, call.provider)
        provider, model, guessed = self._lists.get(asked) or _billed(*asked)
        if len(self._lists) < _MOST_KNOWN:
            self._lists[asked] = (provider, model, guessed)
        self.assumed += guessed
        if provider is None:
            return self._unknown(f"no price list of {call.provider or 'the maker of ' + call.model}")
        reasons = bool(call.usage.out_reasoning) and call.mode is None
        mode = call.mode or ("thinking" if reasons else "standard")
        if not hourless and 0 <= (call.latency_s or 0.0) <= _DAY_S:  # the end of the answer decides
            at += timedelta(seconds=call.latency_s or 0.0)
        price = self._book.find(provider, model, at=at, mode=mode)  # type: ignore[arg-type]
        if price is None:
            return self._unknown(self._book.why_not(provider, model, None, mode))  # type: ignore[arg-type]
        if call.beyond is not None:
            return self._unknown(BEYOND + call.beyond)
        if hourless and not self._is_steady(provider, model, mode, at):
            return self._unknown(f"the log does not say at what hour, and the price {price.id} is not the same all day")
        made = cost(price, call.usage, at)
        if made.usd is None:
            return self._unknown(made.missing[0])
        if call.served_model not in (None, call.model) and (price.id, call.served_model) not in self._same:
            self._compare(call, provider, mode, at, (price, made.usd))
        return float(made.usd), price.id

    def _is_steady(self, provider: str, model: str, mode: str, at: datetime) -> bool:
        """Whether the price of a day (UTC) is the same at all its hours."""
        key = (provider, model, mode, f"{at:%Y-%m-%d}")
        if key not in self._steady:
            begin = at.replace(hour=0, minute=0, second=0, microsecond=0)
            halves = [begin + timedelta(minutes=30 * half) for half in range(48)]
            prices = [(self._book.find(provider, model, at=half, mode=mode), half) for half in halves]  # type: ignore[arg-type]
            factors = {price.schedule.factor(half) if price and price.schedule else 1 for price, half in prices}
            self._steady[key] = all(price == prices[0][0] for price, _ in prices) and len(factors) == 1
        return self._steady[key]

    def _compare(self, call: Logged, provider: str, mode: str, at: datetime, made: tuple[Price, Decimal]) -> None:
        """Counts a call that another model answered than was called, unless that costs the same."""
        name = (call.served_model or "").rpartition("/")[2].lower()
        price = self._book.find(provider, name, at=at, mode=mode)  # type: ignore[arg-type]
        called = call.model.rpartition("/")[2].lower()
        alike = price is None and (called in name or name in called)  # a dated id, or an alias, of the same model
        if alike or price == made[0]:
            if len(self._same) < _PAIRS:
                self._same.add((made[0].id, call.served_model))
            return
        if price and cost(price, call.usage, at).usd == made[1]:
            return
        what = f"{call.model[:60]} by {(call.served_model or '')[:60]}"
        if len(self.served) < _PAIRS or what in self.served:
            self.served[what] += 1

    def _unknown(self, why: str) -> tuple[None, None]:
        if len(self.unpriced) < 1000 or why in self.unpriced:
            self.unpriced[why] += 1
        return None, None


def _billed(called: str, said: str | None) -> tuple[str | None, str, bool]:
    """Whose list, the model's name there, and whether it is the list of the model's maker as nobody else is named."""
    model, guessed = called, False
    host, slash, rest = model.partition("/")
    if said is None and slash and find(host) is not None:
        said = host
    if said is None:
        guessed = True
        said = _MAKERS.get(vendor_of(model) or "")
        model = rest if slash and said else model
    elif slash and host.lower() in (said.lower(), _preset(said)):
        model = rest
    preset = None if said is None else find(_preset(said))
    if preset is not None and preset.price_provider is not None:
        return preset.price_provider, model, guessed
    head, slash, name = called.rpartition("/")  # a row of the user's own list may have it
    return (head, name, guessed) if slash else (said, model, guessed)


def _preset(name: str) -> str:
    """The preset of a vendor as logs call it."""
    plain = name.lower().removeprefix("gen_ai.")
    return _NAMES.get(plain, plain)
