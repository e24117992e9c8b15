"""The order in which a local model is asked."""

from __future__ import annotations

import dataclasses
import random
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from bench.providers import resolve
from bench.records import LocalModel
from bench.run.local import by_prefix

WEIGHTS = LocalModel(label="a", model="weights/smollm2-135m-instruct")


def calls() -> list[Any]:
    """Twelve calls of three systems' prompts, in random order."""
    texts = [(system, f"question {n}") for system in ("be brief", "be kind", "be right") for n in range(4)]
    random.Random(1).shuffle(texts)
    messages = [({"role": "system", "content": s}, {"role": "user", "content": u}) for s, u in texts]
    return [SimpleNamespace(item=SimpleNamespace(messages=each)) for each in messages]


def systems(parts: list[Any]) -> list[str]:
    return [call.item.messages[0]["content"] for part in parts for call in part]


def test_without_a_prompt_cache_the_plans_order_stays() -> None:
    planned = calls()
    assert by_prefix(WEIGHTS, planned) == [planned]


def test_with_a_prompt_cache_shared_beginnings_stand_back_to_back_after_one_warm_up() -> None:
    planned = calls()
    one = by_prefix(dataclasses.replace(WEIGHTS, prompt_cache=True), planned)
    assert [len(part) for part in one] == [12]
    seen = systems(one)
    assert sum(a != b for a, b in pairwise(seen)) == 2, "each beginning is left once"
    assert sum(a != b for a, b in pairwise(systems([planned]))) > 2
    many = by_prefix(dataclasses.replace(WEIGHTS, prompt_cache=True, slots=4), planned)
    assert [len(part) for part in many] == [1, 11]
    assert systems(many) == seen
    assert by_prefix(dataclasses.replace(WEIGHTS, prompt_cache=True, slots=4), []) == [[]]


def test_the_record_says_so_only_where_it_is_so() -> None:
    assert "asked_order" not in resolve(WEIGHTS, {}).shown()
    assert resolve(dataclasses.replace(WEIGHTS, prompt_cache=True), {}).recorded().asked_order == "by prefix"
