"""Logs that somebody damaged: every record is a row or is named, and nothing ends in a traceback."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.errors import UsageError
from bench.traffic import TABLE, SampleChoices, sample, spend
from tests.sampling import sampled
from tests.traffic.conftest import FIXTURES, Load

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**400,
    1e308,
    float("nan"),
    "",
    "x",
    "\ud800",
    "\x1b[2J\u202e",
    "[",
    "{}",
    [],
    [[]],
    [None],
    {},
    {"a": None},
    "2026-11-20T10:00:00Z",
    "99999999999999999999",
    [{"type": "text"}],
    [{"role": "user", "content": [{"type": "tool_result"}]}],
)
NAMES = ("litellm-payloads.jsonl", "langsmith.jsonl", "helicone.jsonl", "claude-code.jsonl", "qwen-code.jsonl")
WHOLE = ("litellm-spend.json", "langfuse.json", "otel-traces-new.json", "otel-logs-old.json", "otel-console-new.json")
BATCHES = ("requests.jsonl", "openai-batch-input.jsonl", "openai-batch-output.jsonl", "langfuse-old.jsonl")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a value stands in a record, at every depth."""
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def damaged(record: Any, rng: random.Random) -> Any:
    """The record with one to three values replaced or taken away."""
    record = json.loads(json.dumps(record))
    for _ in range(rng.randint(1, 3)):
        *path, last = rng.choice([*places(record)] or [("a",)])
        inner = record
        for key in path:
            inner = inner[key]
        if rng.random() < 0.2 and isinstance(inner, dict):
            inner.pop(last, None)
        else:
            inner[last] = copy.deepcopy(rng.choice(ODD))
    return record


def originals(name: str) -> list[Any]:
    text = (FIXTURES / name).read_text()
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    if "console" in name:
        return [json.loads(text[: text.index("\n}\n") + 2])]
    whole = json.loads(text)
    return list(whole) if isinstance(whole, list) else [whole]


@pytest.mark.parametrize("name", [*NAMES, *WHOLE, *BATCHES])
def test_a_damaged_record_is_a_row_or_is_named(load_logs: Load, tmp_path: Path, name: str) -> None:
    rng, kept = random.Random(name), originals(name)
    path = tmp_path / "log.jsonl"
    records = [damaged(rng.choice(kept), rng) for _ in range(150)]
    path.write_text("".join(json.dumps(record) + "\n" for record in (*kept, *records)))
    done, table = load_logs(path, "helicone.csv")
    assert len(table) == done.rows > 0
    for column in ("where", "model", "kind", "format"):
        assert table[column].notna().all()
    for row in table["request"].dropna():
        assert isinstance(json.loads(row)["messages"], list)


WRONG: tuple[tuple[str, str, Any], ...] = (
    ("litellm-payloads.jsonl", "prompt_tokens", "many"),
    ("litellm-payloads.jsonl", "prompt_tokens", -5),
    ("litellm-payloads.jsonl", "completion_tokens", [1]),
    ("litellm-payloads.jsonl", "messages", 7),
    ("litellm-payloads.jsonl", "messages", [7]),
    ("litellm-payloads.jsonl", "startTime", "yesterday"),
    ("litellm-payloads.jsonl", "response_cost", float("nan")),
    ("litellm-spend.json", "spend", float("nan")),
    ("requests.jsonl", "request.messages", 7),
    ("requests.jsonl", "response.usage", "much"),
    ("requests.jsonl", "response.usage.prompt_tokens", "many"),
    ("requests.jsonl", "response.usage.total_tokens", 3),
    ("helicone.jsonl", "prompt_tokens", "many"),
    ("helicone.jsonl", "request_created_at", "yesterday"),
    ("langsmith.jsonl", "start_time", "yesterday"),
    ("langsmith.jsonl", "total_cost", -1),
    ("langfuse.json", "startTime", "yesterday"),
)


@pytest.mark.parametrize(("name", "field", "value"), WRONG)
def test_a_value_of_another_kind_is_named_by_line_and_field(
    load_logs: Load, tmp_path: Path, name: str, field: str, value: Any
) -> None:
    records = [inner for each in originals(name) for inner in each.get("data", [each])]
    good = next(each for each in records if each.get("type", each.get("run_type", "llm")) in ("GENERATION", "llm"))

    def with_(value: Any, ident: str) -> Any:
        record = json.loads(json.dumps(good))
        *path, last = field.split(".")
        inner = record
        for key in path:
            inner = inner[key]
        inner[last] = value
        for side in (record, record.get("response")):
            for key in ("id", "request_id"):
                if isinstance(side, dict) and key in side:
                    side[key] = ident
        return record

    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in (good, with_(value, "wrong"), with_(None, "unknown"))))
    done, table = load_logs(path)
    assert [*table["where"]] == ["log.jsonl line 1", "log.jsonl line 3"]
    assert [each["row"] for each in done.dropped] == ["log.jsonl line 2"]
    assert done.dropped[0]["why"].startswith(f"{field.removeprefix('request.').removeprefix('response.')} is ")


@pytest.mark.parametrize("name", [*NAMES, "requests.jsonl"])
def test_a_record_of_another_shape_is_named_unless_the_log_holds_such(
    load_logs: Load, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text((FIXTURES / name).read_text() + '{"note": "rotated"}\n')
    last = f"log.jsonl line {len(path.read_text().splitlines())}"
    named = {each["row"]: each["why"] for each in load_logs(path)[0].dropped}
    assert (last in named) == ("-code" not in name)
    assert "-code" in name or named[last].startswith("is none of ")


@pytest.mark.parametrize("choices", [None, [], "x", [7]])
def test_a_reply_without_a_choice_is_named(load_logs: Load, tmp_path: Path, choices: Any) -> None:
    good = originals("requests.jsonl")[0]
    bad = {**good, "response": {**good["response"], "id": "wrong", "choices": choices}}
    path = tmp_path / "log.jsonl"
    path.write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n")
    done, table = load_logs(path)
    assert len(table) == 1
    assert [*done.dropped] == [{"row": "log.jsonl line 2", "why": "choices: there is none in the reply"}]


def test_deep_nesting_and_long_lines_are_named(load_logs: Load, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    good = (FIXTURES / "requests.jsonl").read_text().splitlines()[0]
    path.write_text("\n".join([good, '{"a":' * 100_000 + "1" + "}" * 100_000, "[" * 100_000, good.replace("c1", "c2")]))
    done, table = load_logs(path)
    assert len(table) == 2
    assert [row["row"] for row in done.dropped] == ["log.jsonl line 2", "log.jsonl line 3"]


def test_a_file_of_devices_and_of_bytes_is_refused_in_a_line(load_logs: Load, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(UsageError, match="is no log of a known format"):
        load_logs(path)
    with pytest.raises(UsageError, match="cannot be read"):
        load_logs(Path("/dev/zero"))


@pytest.mark.parametrize(("column", "value"), [("time", 3), ("cost_usd", "x"), ("model", None)])
def test_a_table_that_is_none_of_ours_is_refused_in_a_line(load_logs: Load, column: str, value: Any) -> None:
    folder = load_logs("requests.jsonl")[0].folder
    table = pd.read_parquet(folder / TABLE)
    table[column] = value
    table.to_parquet(folder / TABLE, index=False)
    with pytest.raises(UsageError, match="cannot be read"):
        spend(folder)
    table.drop(columns=[column]).to_parquet(folder / TABLE, index=False)
    for read in (spend, lambda folder: sample(folder, "t", SampleChoices(n=5))):
        with pytest.raises(UsageError, match=f"column {column} is missing"):
            read(folder)


@pytest.mark.parametrize("text", ["{", "[]", "[" * 99_999, '{"messages": 1}', '{"messages": [{"role": "x"}, 1]}'])
def test_a_damaged_request_is_no_item(load_logs: Load, text: str) -> None:
    folder = load_logs("requests.jsonl")[0].folder
    table = pd.read_parquet(folder / TABLE)
    table["request"] = text
    table.to_parquet(folder / TABLE, index=False)
    with pytest.raises(UsageError, match="no call can be an item"):
        sample(folder, "t", SampleChoices(n=5))


def test_money_that_cannot_be_is_unknown(load_logs: Load) -> None:
    folder = load_logs("requests.jsonl")[0].folder
    table = pd.read_parquet(folder / TABLE)
    table["cost_usd"] = [-1.0, float("inf"), 2.0, None, 1e301]
    table.to_parquet(folder / TABLE, index=False)
    assert (spend(folder).total.usd, spend(folder).total.priced) == (2.0, 1)


ONE: dict[str, tuple[int, str]] = {
    "litellm-payloads.jsonl": (0, "id"),
    "litellm-spend.json": (0, "request_id"),
    "helicone.jsonl": (0, "request_id"),
    "requests.jsonl": (0, "response.id"),
    "requests-clients.jsonl": (3, "response.id"),
    "langfuse.json": (1, "id"),
    "langfuse-old.jsonl": (0, "id"),
    "langsmith.jsonl": (1, "id"),
    "openai-batch-output.jsonl": (0, "response.body.id"),
    "otel-console-new.json": (0, "context.span_id"),
    "otel-traces-new.json": (-1, ""),
    "claude-code.jsonl": (-1, "message.id"),
    "qwen-code.jsonl": (-1, "uuid"),
}
"""Of each format a record that is one call, by its number (-1: the only one), and where its id stands."""
MIXED = ("langfuse", "langsmith", "otel", "claude", "qwen")
"""Logs that hold other things beside calls: what calls itself such is counted, not named."""
KIND = {
    *(
        "type",
        "run_type",
        "resourceSpans",
        "gen_ai.operation.name",
        "event.name",
        "subtype",
        "systemPayload",
        "uiEvent",
    ),
    *("gen_ai.request.model", "gen_ai.response.model"),
}
"""Fields that say what a record of these is."""


def one_call(name: str) -> tuple[Any, str]:
    """A record that is one call, and where its id stands."""
    at, ident = ONE[name]
    records = [inner for each in originals(name) for inner in each.get("data", [each])]
    if name == "claude-code.jsonl":
        return next(each for each in records if each.get("type") == "assistant"), ident
    if name == "qwen-code.jsonl":
        return next(each for each in records if "qwen-code.api_response" in json.dumps(each)), ident
    if name == "otel-traces-new.json":
        for resource in records[0]["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                calls = [span for span in scope["spans"] if "gen_ai.request.model" in json.dumps(span)]
                if calls:
                    return {"resourceSpans": [{**resource, "scopeSpans": [{**scope, "spans": calls[:1]}]}]}, ident
    return records[at], ident


def set_at(record: Any, way: Any, value: Any) -> None:
    *path, last = way
    for key in path:
        record = record[key]
    record[last] = value


@pytest.mark.parametrize("name", sampled(ONE, 4))
def test_a_line_with_one_damaged_value_is_a_row_or_named(load_logs: Load, tmp_path: Path, name: str) -> None:
    rng, path = random.Random(name), tmp_path / "log.jsonl"
    good, ident = one_call(name)
    records, kinds = [good], {1: False}
    for number in range(2, 82):
        record = json.loads(json.dumps(good))
        if ident:
            set_at(record, ident.split("."), f"id-{number}")
        elif "spanId" in json.dumps(record):
            set_at(record, ("resourceSpans", 0, "scopeSpans", 0, "spans", 0, "spanId"), f"{number:016x}")
        way = rng.choice([*places(record)])
        around: Any = record
        for key in way[:-1]:
            around = around[key]
        said = {str(key) for key in way} | ({str(around.get("key"))} if isinstance(around, dict) else set())
        kinds[number] = (
            bool(KIND & said) or way[-1] == "attributes" or (len(way) <= 2 and name.startswith("otel-traces"))
        )
        set_at(record, way, copy.deepcopy(rng.choice(ODD)))
        records.append(record)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    done, table = load_logs(path)
    named = {" ".join(each["row"].split()[:3]) for each in done.dropped}
    rows = {" ".join(where.split()[:3]) for where in table["where"]}
    lines = {f"log.jsonl line {at}" for at in range(1, len(records) + 1)}
    silent = lines - rows - named
    assert not silent or name.startswith(MIXED)
    assert all(kinds[int(where.split()[2])] for where in silent), silent
    assert len(silent) <= sum(int(note.split()[0]) for note in done.notes if "are no calls" in note)
    if not name.startswith("otel-traces"):
        assert not rows & named
    assert len(rows) > 20
    whole = table[table["where"].str.startswith("log.jsonl line 1")].iloc[0]
    assert {*table["out_total"].dropna()} <= {whole["out_total"]}, "a count is right, unknown, or its line is named"
