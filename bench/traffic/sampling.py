"""A sample of a traffic table as items of a task: drawn by seed, personal data replaced, what depends in clusters."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from bench.errors import UsageError, suggest
from bench.records import HEAVY_SHARE, parquet_file, require_columns, write_file, write_text
from bench.traffic import near
from bench.traffic.eligible import Askable, asked
from bench.traffic.redactor import Redactor
from bench.traffic.rows import SAMPLE, TABLE, TrafficRow

BY = ("calls", "frequency", "dollars")
"""What a request's chance of being drawn follows: nothing, all being alike; how often it was made; what it cost."""
CERTAIN = 0.999
"""The chance of being drawn from which a request that is made often counts as certain."""
CHECKS = ("none", "accepted", "round_trip", "tool_calls", "schema", "regex", "numbers", "quotes")
"""How the items are graded: by nothing; by the logged answer, as text, as JSON, or by the calls that it makes; by the
JSON schema of each request; by one pattern; by whether the answer's numbers, or its quotes, stand in the request."""
LEAST_TOKENS, MOST_TOKENS = 512, 32_768
"""The least and the most tokens that an answer is granted by `TrafficSample.max_tokens`."""
CLUSTERS = ("session", "user", "item")
"""What makes items depend on each other, besides being nearly the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleChoices:
    """What the user decides of a sample."""

    n: int
    """Items."""
    seed: int = 1
    """Of the draw."""
    by: str = "calls"
    """A word of BY."""
    check: str = "none"
    """A word of CHECKS."""
    pattern: str | None = None
    """The regular expression of the check `regex`."""
    cluster: str = "session"
    """A word of CLUSTERS."""
    only: Mapping[str, str] = field(default_factory=dict)
    """Column -> value: only these calls, e.g. of one tag."""
    example: bool = False
    """Whether items that nothing grades have the logged answer as their `example`, which judges are shown."""
    words: tuple[str, ...] = ()
    """The user's own words to be replaced, e.g. names of customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSample:
    """What was drawn."""

    path: Path
    """The items, a JSON object a line."""
    items: int
    """Their number."""
    clusters: int
    """Groups of items that do not depend on each other."""
    calls: int
    """Calls that the sample speaks of."""
    distinct: int
    """Different requests among them."""
    share: float
    """Of these calls, those whose request was drawn."""
    models: Mapping[str, int]
    """Models as called -> calls of the sample's requests: their prompts were written for them."""
    left_out: Mapping[str, int]
    """Why calls cannot be items, and how many."""
    replaced: Mapping[str, int]
    """Kinds of personal data and secrets -> how often they were replaced."""
    max_tokens: int
    """Tokens to grant an answer: twice the longest logged answer of the sample, LEAST_TOKENS to MOST_TOKENS."""


@dataclass(slots=True, kw_only=True)
class _Request:
    """A distinct request of the table."""

    row: int
    calls: int = 0
    usd: float = 0.0
    priced: int = 0
    longest: int = 0
    chance: float = 1.0
    certain: bool = False

    @property
    def weight(self) -> float:
        return self.calls / self.chance


def sample(folder: Path, name: str, choices: SampleChoices) -> TrafficSample:
    """Draws items into `folder`/`name`.jsonl, which `bench tasks new` makes a task of.

    Each request is drawn once, however often it was made: uniformly, or with a chance that follows its dollars
    (Efraimidis and Spirakis 2006). UsageError if the table has no call that can be an item.
    """
    for value, words in ((choices.by, BY), (choices.check, CHECKS), (choices.cluster, CLUSTERS)):
        if value not in words:
            raise UsageError(f"'{value}' is not known.{suggest(value, words)}")
    if (choices.check == "regex") != (choices.pattern is not None):
        raise UsageError("the check 'regex' needs a --pattern, and nothing else does.")
    if choices.example and choices.check != "none":
        raise UsageError("--example is for items that nothing grades: leave --check out.")
    requests, left_out = _requests(folder, choices)
    calls = sum(each.calls for each in requests)
    if not requests:
        why = "; ".join(f"{count} {reason}" for reason, count in left_out.most_common(3)) or "it has no call"
        raise UsageError(f"{folder / TABLE}: no call can be an item ({why}).")
    drawn = _drawn(requests, choices)
    heaviest = _heaviest(requests)
    redactor = Redactor(words=choices.words)
    found = list(_items(folder, {each.row: each for each in drawn}, choices, redactor, heaviest))
    grouped = _clustered(found, choices.cluster)
    lines = [json.dumps(item, ensure_ascii=False) for item in grouped]
    write_file(folder, f"{name}.jsonl", lambda file: file.write(("\n".join(lines) + "\n").encode()))
    record = {**asdict(choices), "words": len(choices.words), "ids": [item["id"] for item in grouped]}
    write_text(folder, f"{name}{SAMPLE}", json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    models = Counter[str]()
    for item in grouped:
        models[item["meta"]["model"]] += item["meta"]["calls"]
    return TrafficSample(
        path=folder / f"{name}.jsonl",
        items=len(grouped),
        clusters=len({item["cluster"] for item in grouped}),
        calls=calls,
        distinct=len(requests),
        share=sum(each.calls for each in drawn) / calls,
        models=models,
        left_out=left_out,
        replaced=dict(sorted(redactor.replaced.items())),
        max_tokens=min(MOST_TOKENS, max(LEAST_TOKENS, 2 * max(each.longest for each in drawn))),
    )


def _requests(folder: Path, choices: SampleChoices) -> tuple[list[_Request], Counter[str]]:
    """The distinct requests that can be items, and why calls cannot."""
    known: dict[bytes, _Request] = {}
    left_out = Counter[str]()
    others: dict[str, Counter[str]] = {column: Counter() for column in choices.only}
    found = False
    for at, row in _rows(folder):
        if any(row[column] != value for column, value in choices.only.items()):
            for column, counts in others.items():
                if len(counts) < _MOST_NAMED or row[column] in counts:
                    counts[row[column]] += 1
            continue
        found = True
        made = asked(row, choices.check)
        if isinstance(made, str):
            left_out[made] += 1
            continue
        request = known.setdefault(_key(row), _Request(row=at))
        request.calls += 1
        usd = row["cost_usd"] if row["cost_usd"] is not None else row["cost_logged_usd"]
        if usd is not None:
            request.usd += usd
            request.priced += 1
        request.longest = max(request.longest, row["out_total"] or 0)
    if not found:
        left_out.update(_strange(choices.only, others))
    if choices.by == "dollars":
        unknown = sum(each.calls for each in known.values() if not each.usd)
        if unknown:
            left_out["have no known cost, which --by dollars needs"] += unknown
        return [each for each in known.values() if each.usd], left_out
    return list(known.values()), left_out


def _strange(only: Mapping[str, str], others: Mapping[str, Counter[str]]) -> dict[str, int]:
    """For each value that no call was seen to have: how it is told, and how many calls have another."""
    found = {}
    for column, counts in others.items():
        if counts and only[column] not in counts:
            named = ", ".join(str(name) for name, _ in counts.most_common(5))
            found[f"have another {column} than '{only[column]}': {named}"] = sum(counts.values())
    return found


_MOST_NAMED = 1000
"""Values of a column that are counted while a sample looks for one of them."""
_COLUMNS = (
    "where",
    "request",
    "answer",
    "tool_calls",
    "request_sha256",
    "kind",
    "session",
    "user",
    "tag",
    "model",
    "cost_usd",
    "cost_logged_usd",
    "out_total",
)


def _rows(folder: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every row of the table with its place, some at a time."""
    at = 0
    with parquet_file(folder, TABLE, _COLUMNS) as file:
        require_columns(file.schema_arrow, TrafficRow)
        for batch in file.batches(_COLUMNS):
            for row in batch.to_pylist():
                yield at, row
                at += 1


def _key(row: Mapping[str, Any]) -> bytes:
    """What stands for a row's request."""
    return blake2b(row["request_sha256"].encode(errors="surrogatepass"), digest_size=10).digest()


def _drawn(requests: list[_Request], choices: SampleChoices) -> list[_Request]:
    """The requests with the smallest keys: exponential waiting times at the rate of their calls or dollars, or alike.

    Each gets its chance of being drawn given the first key that was not, t: 1 - exp(-rate t). Weighted by its inverse a
    sum over the sample is unbiased (Cohen and Kaplan 2007, rank conditioning). Certain are requests that make up two
    n-ths of the calls or more and are drawn with a chance of CERTAIN.
    """
    rates = np.array([_rate(each, choices.by) for each in requests])
    waits = np.random.default_rng(choices.seed).exponential(size=len(requests)) / rates
    order = np.argsort(waits, kind="stable")
    if choices.n < len(requests):
        often = 2 * sum(each.calls for each in requests) / choices.n
        for each, chance in zip(requests, -np.expm1(-rates * waits[order[choices.n]]), strict=True):
            each.chance = max(float(chance), 1e-12)
            each.certain = each.chance > CERTAIN and each.calls >= often
    return [requests[at] for at in np.sort(order[: choices.n])]


def _heaviest(requests: list[_Request]) -> float:
    """Calls for each draw of the heaviest requests that together hold HEAVY_SHARE of the calls; the certain ones apart.

    No part of the log that holds so much can be met more rarely.
    """
    drawn = sorted((each for each in requests if not each.certain), key=lambda each: -each.weight)
    calls, chance, least = 0, 0.0, HEAVY_SHARE * sum(each.calls for each in requests)
    for each in drawn:
        calls, chance = calls + each.calls, chance + each.chance
        if calls >= least:
            break
    return calls / chance if drawn else 1.0


def _rate(request: _Request, by: str) -> float:
    return request.usd if by == "dollars" else float(request.calls) if by == "frequency" else 1.0


def _items(
    folder: Path, drawn: Mapping[int, _Request], choices: SampleChoices, redactor: Redactor, heaviest: float
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The items, each with its row."""
    for at, row in _rows(folder):
        if at not in drawn:
            continue
        made, request = asked(row, choices.check), drawn[at]
        assert isinstance(made, Askable)
        item: dict[str, Any] = {"id": _key(row).hex()}
        item["messages"] = [{"role": each["role"], "content": redactor(each["content"])} for each in made.messages]
        item |= _check(choices, made, redactor)
        item["family"] = row["tag"] or row["kind"]
        item["traffic"] = {
            "tag": row["tag"],
            "kind": row["kind"],
            "model": row["model"],
            "check": choices.check,
            "weight": request.weight,
            "heaviest": heaviest,
            "certain": request.certain,
        }
        item["meta"] = {
            "calls": request.calls,
            "usd": request.usd if request.priced else None,
            "model": row["model"],
            "where": row["where"],
            "redacted": item["messages"] != made.messages,
        }
        yield item, row


def _check(choices: SampleChoices, made: Askable, redactor: Redactor) -> dict[str, Any]:
    """What the item is graded by."""
    if choices.check == "accepted":
        return {"answer": redactor(made.answer)}
    if choices.check == "round_trip":
        return {"round_trip": {"parser": "json", "value": redactor.values(made.value)}}
    if choices.check == "tool_calls":
        return {"tool_calls": redactor.values(made.value)}
    if choices.check == "schema":
        return {"json_schema": made.schema}
    if choices.check in ("numbers", "quotes"):
        return {f"source_{choices.check}": True}
    if choices.check == "regex":
        return {"regex": choices.pattern}
    example = {"example": redactor(made.answer)} if choices.example and made.answer else {}
    return {"ungraded": True, **example}


def _clustered(found: list[tuple[dict[str, Any], dict[str, Any]]], column: str) -> list[dict[str, Any]]:
    """The items with what they share: a session or a user, and being nearly the same as another."""
    texts = [" ".join(each["content"] for each in item["messages"] if each["role"] != "system") for item, _ in found]
    alike = near.groups(texts)
    people = [(row[column] if column != "item" else None) or f"item {at}" for at, (_, row) in enumerate(found)]
    parent: dict[Any, Any] = {}

    def root(key: Any) -> Any:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for number, person in zip(alike, people, strict=True):
        parent[root(person)] = root(number)
    names: dict[Any, str] = {}
    for number, (item, _) in zip(alike, found, strict=True):
        item["cluster"] = names.setdefault(root(number), f"group-{len(names) + 1}")
    return [item for item, _ in found]
