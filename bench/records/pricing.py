"""What run.json says of prices: the list and its rows, hours with other prices, and the traffic they are mixed for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bench.language import tr
from bench.records.runjson import JsonRecord

OWN = "prices.toml:"
"""How the ids of a user's own rows begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedHours(JsonRecord):
    """Hours in which a price is multiplied."""

    multiplier: float
    """The factor inside them."""
    words: str = ""
    """When, e.g. "2 times the price 01:00-04:00 UTC, Mon-Fri"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPrices(JsonRecord):
    """The price list that made the costs, and its rows that were used."""

    KEYS: ClassVar[tuple[str, ...]] = ("snapshot_sha256", "as_of", "override_sha256", "rows")

    snapshot_sha256: str | None = None
    """Hash of the shipped list; None where the file does not say."""
    as_of: str | None = None
    """The shipped list's day, ISO 8601."""
    override_sha256: str | None = None
    """Hash of the user's own prices.toml; None if there is none."""
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By id: the rows that billed an answer, as the snapshot writes them."""
    schedules: Mapping[str, RecordedHours] = field(default_factory=dict)
    """By name: the hours that these rows' prices depend on."""

    def dates(self, day: str | None) -> Iterator[str]:
        """Which prices they are and of when, in words; `day` is the list's, or that of a repricing.

        A user's own rows have only the dates that they state: they never take the list's day.
        """
        own = {name: row for name, row in self.rows.items() if name.startswith(OWN)}
        if day and (len(own) < len(self.rows) or not self.rows):
            yield tr("list prices of {day}", day=day)
        if own:
            stated = sorted({str(row.get("retrieved") or row.get("valid_from") or "")[:10] for row in own.values()})
            yield tr("your own prices ") + tr(" and ").join(
                tr("of {date}", date=date) if date else tr("without a date") for date in stated
            )

    def hours(self, price_id: object) -> RecordedHours | None:
        """The hours that a row's price depends on; None if on none, or the file does not say."""
        return self.schedules.get(str(self.rows.get(str(price_id), {}).get("schedule")))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTraffic(JsonRecord):
    """The `[traffic]` table: how the models would really be asked. None is as the run's calls were."""

    peak_share: float | None = None
    """The share of calls in hours with dearer prices, in [0, 1]."""
    cache_hit: float | None = None
    """The share of prompt tokens read from the provider's cache, in [0, 1]."""
    mode: Mapping[str, str] = field(default_factory=dict)
    """How a model is asked, e.g. "batch", by label."""
    requests: int | None = None
    """Requests a month, of which the page states the bill; changes no verdict. None: not stated."""

    @property
    def prices_differ(self) -> bool:
        """Whether anything is stated that costs depend on."""
        return self.peak_share is not None or self.cache_hit is not None or bool(self.mode)

    @property
    def words(self) -> str:
        """For example "40 % of calls at peak hours, cache hits 80 %, claude in batch mode"."""
        said = (
            []
            if self.peak_share is None
            else [tr("{peak_share:g} % of calls at peak hours", peak_share=100 * self.peak_share)]
        )
        said += (
            []
            if self.cache_hit is None
            else [tr("{cache_hit:g} % of prompt tokens from the cache", cache_hit=100 * self.cache_hit)]
        )
        return ", ".join(
            [*said, *(tr("{label} in {mode} mode", label=label, mode=mode) for label, mode in self.mode.items())]
        )
