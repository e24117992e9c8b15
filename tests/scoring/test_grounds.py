"""Checks that need no right answer: fields, and numbers or quotes that must stand in the request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.scoring.graders import own

BILL: dict[str, Any] = {
    "prompt": "The bill of 3 March is 1,200.50 euros for 'six chairs, oak'. We said “pay by Friday, please”."
}


@pytest.mark.parametrize(
    ("kind", "reply", "score", "partial"),
    [
        ("source_numbers", "You owe 1200.5 euros, since 3 March.", 1.0, 1.0),
        ("source_numbers", "1. You owe 1,200.50.\n2. It is due since 3 March.", 1.0, 1.0),
        ("source_numbers", "You owe 1200.5 euros in 14 days.", 0.0, 0.5),
        ("source_numbers", "You owe the whole sum.", 0.0, 0.0),
        ("source_numbers", "", 0.0, 0.0),
        ("source_quotes", 'You wrote "Pay  by Friday, please".', 1.0, 1.0),
        ("source_quotes", "You wrote “pay by Monday, please” and “pay by Friday”.", 0.0, 0.5),
        ("source_quotes", "You asked for the money.", 0.0, 0.0),
    ],
)
def test_what_a_reply_says_must_stand_in_the_request(kind: str, reply: str, score: float, partial: float) -> None:
    graded = own.grade({"id": "a", **BILL, kind: True}, reply)
    assert (graded.score, graded.partial) == (score, partial)
    assert (graded.extracted is None) == (partial == 0.0)


@pytest.mark.parametrize(
    ("reply", "score", "partial"),
    [
        ('{"name": " ann  LEE", "total": "1,200.50", "paid": false, "note": null}', 1.0, 1.0),
        ('Here:\n```json\n{"name": "Ann Lee", "total": 1200.5, "paid": false, "note": null, "more": 1}\n```', 1.0, 1.0),
        ('{"name": "Ann Lee", "total": 1200, "paid": 0, "note": null}', 0.0, 0.5),
        ("Ann Lee owes 1200.5", 0.0, 0.0),
        ('["Ann Lee"]', 0.0, 0.0),
    ],
)
def test_fields_are_compared_by_their_values(reply: str, score: float, partial: float) -> None:
    item = {"id": "a", "prompt": "?", "fields": {"name": "Ann Lee", "total": 1200.5, "paid": False, "note": None}}
    graded = own.grade(item, reply)
    assert (graded.score, graded.partial) == (score, partial)
    assert own.grade(item, own.oracle(item) or "").score == 1.0
    assert json.loads(own.expected(item) or "") == item["fields"]


def test_long_replies_take_no_long_time() -> None:
    for reply in ('"' * 20_000, "“" * 20_000, "1," * 10_000, '"a b" ' * 4_000):
        for kind in ("source_numbers", "source_quotes"):
            assert own.grade({"id": "a", **BILL, kind: True}, reply).score == 0.0
