"""What a reply says of its bill beyond the tokens, whatever it holds; tests/proxy has whole replies."""

from __future__ import annotations

import json

import pytest

from bench.providers.extras import Tariff

USAGE = {"prompt_tokens": 9, "completion_tokens": 2}


@pytest.mark.parametrize(
    ("reply", "tariff", "found"),
    [
        ("4", Tariff(), None),
        ('{"usage": ', Tariff(), None),
        ('["usage"]', Tariff(), None),
        ('{"usage": ' + "[" * 100_000, Tariff(), None),
        ('{"usage": ' + '{"a":' * 700 + "1" + "}" * 701, Tariff(), "a field that is nested too deeply"),
        (
            json.dumps({"type": "response.output_item.done", "item": {"type": "web_search_call"}}),
            Tariff(),
            "an item of",
        ),
        (json.dumps({"usage": {**USAGE, "cost": 0.5}}), Tariff(charge_kept=True), None),
        (json.dumps({"usage": {**USAGE, "cost": 0.5}}), Tariff(), "usage.cost"),
        (json.dumps({"usage": USAGE, "service_tier": "batch"}), Tariff(batch=True), None),
        (json.dumps({"usage": USAGE, "service_tier": "batch"}), Tariff(), "service_tier 'batch'"),
    ],
)
def test_a_bill_is_known_only_where_nothing_else_is_charged(reply: str, tariff: Tariff, found: str | None) -> None:
    said = tariff.beyond(reply)
    assert said == found if found is None or said is None else said.startswith(found)
