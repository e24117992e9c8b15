"""Who was sent a run's items, as run.json has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.records.runjson import JsonRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRecipient(JsonRecord):
    """Who was sent items of a run, and what the user states of it."""

    host: str | None = None
    """Where requests went, without a port; None for weights on this machine."""
    region: str | None = None
    """The region that was chosen; None for the usual one, or where there is none."""
    allows: tuple[str, ...] = ()
    """Classes of data that it may receive, as the user states."""
    retention_days: int | None = None
    """Days for which it keeps requests, as the user states; None where that is not known."""
    trains_on_data: bool | None = None
    """Whether it trains on requests, as the user states; None where that is not known."""
    items: Mapping[str, int]
    """Items it was sent, by suite; answers of earlier runs are not among them."""
    classes: Mapping[str, str] = field(default_factory=dict)
    """The class of the data of these suites, where bench.toml states one."""
