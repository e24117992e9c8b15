"""Items of every kind with right answers and wrong ones that look alike: shipped ones, and own ones from a seed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from bench.registry.items import read_jsonl
from bench.suites.reasoning import exam
from bench.suites.reasoning.build import FOLDER

Item = Mapping[str, Any]
Case = tuple[Item, str, str]
"""An item, its right answer, and a wrong one that looks alike."""

WORDS = (
    *(
        "angry",
        "calm",
        "pear",
        "bug-report",
        "愤怒",
        "平静",
        "高兴",
        "Lima",
        "v2.10",
        "2026-02-03",
        "snake_case",
        "C++",
    ),
    *("O'Neill", "3.10"),
)


def shipped(task: str, language: str = "en") -> Iterator[Case]:
    """The items of a shipped reasoning task, each with another item's answer."""
    suite = next(suite for suite, name, told in exam.files() if (name, told) == (task, language))
    rows = read_jsonl(FOLDER / suite / f"{task}.jsonl")
    for at, row in enumerate(rows):
        wrong = next(other["answer"] for other in rows[at + 1 :] + rows if _differs(row, other))
        yield row, row["answer"], wrong


def _differs(row: Item, other: Item) -> bool:
    return bool(row["answer"] != other["answer"] and row["type"] == other["type"])


def made(kind: str) -> Iterator[Case]:
    """Own items of a kind, drawn from a seed."""
    rng = Random(f"wrappings {kind}")
    while True:
        yield _number(kind, rng) if kind in (*OWN_NUMBERS, "fraction") else _words(kind, rng)


def _number(kind: str, rng: Random) -> Case:
    number = rng.choice([rng.randrange(-99, 99), rng.randrange(-(10**10), 10**10)])
    right, wrong = str(number), str(number + rng.choice([-1, 1, 10]))
    if "decimal" in kind:
        right = f"{rng.randrange(-(10**6), 10**6)}.{rng.randrange(1, 1000):03}"
        wrong = right + "1"
    if kind == "fraction":
        right, wrong = f"{right}/7", f"{wrong}/7"
    item: dict[str, Item] = {
        "number": {"number": number},
        "decimal number": {"number": float(right) if "decimal" in kind else 0.5},
        "answer as number": {"answer": number},
    }
    return item.get(kind, {"answer": right, "type": kind}), right, wrong


def _words(kind: str, rng: Random) -> Case:
    if kind in ("tuple", "set"):
        parts = [str(rng.randrange(100)) for _ in range(rng.randrange(2, 6))]
        right, wrong = ", ".join(parts), ", ".join([*parts[:-1], str(int(parts[-1]) + 1)])
        return {"answer": right, "type": kind}, ", ".join(parts[::-1]) if kind == "set" else right, wrong
    if kind == "answer":
        word, other = rng.sample(WORDS, 2)
        return {"answer": word}, word, other
    choices = ["billing", "bug report", "praise", "spam"]
    at, other_at = rng.sample(range(4), 2)
    named = choices if kind == "choice in words" else "ABCD"
    return {"choices": choices, "answer": "ABCD"[at]}, named[at], named[other_at]


OWN_NUMBERS = ("number", "decimal number", "answer as number", "integer", "decimal")
OWN = (*OWN_NUMBERS, "fraction", "answer", "tuple", "set", "choice", "choice in words")
TASKS = [(task, language) for _, task, language in exam.files()]


def objects() -> Iterator[Case]:
    """JSON objects, each by a schema that takes nothing else; the wrong one has another number."""
    rng = Random("wrappings json")
    while True:
        value: dict[str, Any] = {
            "city": rng.choice(WORDS),
            "count": rng.randrange(-99, 999),
            "ratio": rng.randrange(1, 99) / 8,
            "tags": rng.sample(["a]", "b}", "c", "{d"], 3),
            "inner": {"ok": rng.choice([True, False]), "none": None},
        }
        wrong = {**value, "count": value["count"] + rng.choice([-1, 1, 10])}
        yield {"json_schema": schema_of(value)}, json.dumps(value, ensure_ascii=False), json.dumps(wrong)


def schema_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """The schema that takes a value alone."""
    return {"type": "object", "const": value}


def functions() -> Iterator[tuple[Item, str, str]]:
    """Own `calls` items with a right program and a wrong one."""
    rng = Random("wrappings calls")
    while True:
        times, plus = rng.choice([n for n in range(-9, 10) if n]), rng.randrange(-99, 99)
        calls = [{"args": [n], "value": times * n + plus} for n in (-3, 0, 7)]
        item = {"id": f"linear {times} {plus}", "prompt": "?", "entry_point": "f", "calls": calls}
        yield item, f"def f(n):\n    return {times} * n + {plus}", f"def f(n):\n    return {times} * n + {plus + 1}"
