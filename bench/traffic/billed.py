"""What a logged reply says of its bill beyond tokens, by the same rule as a run's and the proxy's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.providers import Tariff, chosen_lanes
from bench.traffic.values import word

_USUAL = (None, "default", "standard", "auto")
"""Tiers of the list's own price."""
_STATED = frozenset(("cost", "total_cost"))
"""Fields in which a log has what its own tool reckoned: no fee of the vendor's."""
_OF_REPLIES = frozenset(
    (
        *("type", "object", "choices", "content", "output", "usage", "service_tier", "speed", "inference_geo"),
        *("citations", "search_results", "search_info", "web_search", "container", "x_tools"),
    )
)
"""Fields that are a reply's where a line has those of the request and of the log beside them."""


def lane(tier: Any) -> str | None:
    """The lane of another price that a reply names, e.g. "flex"; None for the usual one."""
    named = word(tier)
    return None if named in _USUAL else named


def beyond_tokens(
    replied: Any, asked: Mapping[str, Any] | None = None, *, flat: bool = False, batch: bool = False
) -> str | None:
    """What may move a call's bill beyond its tokens at the list's price, e.g. "web_search_requests"; None if nothing.

    `asked`: the request, whose chosen tier the price is of. `flat`: the reply's fields stand beside others.
    """
    if not isinstance(replied, Mapping) or not replied:
        return None
    said = {key: value for key, value in replied.items() if (key in _OF_REPLIES if flat else key not in _STATED)}
    lanes = chosen_lanes(asked) if asked else {}
    if place := lanes.pop("inference_geo", None):  # its surcharge is in no list
        return f"inference_geo {place[:60]!r}"
    return Tariff(lanes=lanes, batch=batch, charge_kept=True).beyond(json.dumps(said, default=str))
