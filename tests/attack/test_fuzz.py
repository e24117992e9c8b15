"""Anything may stand in a reply, an answer, an imported file or a page: a result or one clear error, never a crash.

`make test` tries a few of everything, always the same; `make fuzz` tries thousands of others, for minutes.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.engine.sse import MAX_EVENT_BYTES, SseParser
from bench.errors import BenchError
from bench.importers import FORMATS
from bench.importers.source import Provenance, Request
from bench.providers import parse
from bench.providers.usage import of_chat, of_messages
from bench.report.page import read_page
from bench.report.page.pack import pack, unpack
from bench.scoring import graders
from tests.scoring.hostile import _UNITS as UNITS

FREE = os.environ.get("FUZZ_EXAMPLES")
"""How many examples `make fuzz` asks of each test; None elsewhere."""
few = settings(deadline=None, max_examples=int(FREE or 25), derandomize=FREE is None)
KEYS = st.sampled_from(
    (
        *("usage", "prompt_tokens", "completion_tokens", "input_tokens", "output_tokens", "total_tokens", "reasoning"),
        *("completion_tokens_details", "prompt_tokens_details", "cached_tokens", "reasoning_tokens", "cache_creation"),
        *("cache_read_input_tokens", "cache_creation_input_tokens", "choices", "delta", "content", "type", "message"),
        *("model", "score", "item", "suite", "results", "samples", "doc_id", "doc", "target", "metrics", "filter"),
        *("info", "simulations", "tasks", "reward_info", "reward", "agent_cost", "trial", "task_id", "versions"),
    )
)
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([2**63, -(2**63), 10**400, 10**9, -1, 1e308, -0.0, True])
)
WORDS = st.one_of(
    st.text(st.characters(), max_size=20), st.sampled_from(("\ud83d", "\x00", "=1+1", "\x1b[2J", "", "1"))
)
ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(KEYS, WORDS), inner, max_size=5)),
    max_leaves=20,
)
TEXTS = st.one_of(
    st.text(st.characters(), max_size=200),
    st.lists(st.one_of(st.sampled_from(sorted(UNITS.values())), WORDS), max_size=30).map("".join),
)
CHUNKS = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from((b"data:", b"data: {}", b"\n", b"\r", b"\r\n", b"\n\n", b": comment", b"event: x", b"\x00")),
    ),
    max_size=30,
)


@few
@given(CHUNKS, st.integers(1, 7))
def test_events_are_the_same_in_any_pieces(chunks: list[bytes], size: int) -> None:
    whole = b"".join(chunks)
    expected = SseParser().feed(whole)
    for pieces in (chunks, [whole[at : at + size] for at in range(0, len(whole), size)]):
        parser = SseParser()
        assert [event for piece in pieces for event in parser.feed(piece)] == expected


def test_an_endless_event_ends() -> None:
    parser = SseParser()
    parser.feed(b"data: " + b"x" * (MAX_EVENT_BYTES - 100) + b"\n")
    with pytest.raises(ValueError, match="longer than"):
        parser.feed(b"data: " + b"x" * 200 + b"\n")


@few
@given(ANY_JSON)
def test_counts_are_counts_or_unknown(raw: Any) -> None:
    for usage in (of_chat(raw), of_messages(raw, final=True), of_messages(raw, final=False)):
        for field in fields(usage):
            value = getattr(usage, field.name)
            assert value is None or (type(value) is int and 0 <= value <= 10**9), (field.name, value)


@few
@given(TEXTS)
def test_a_body_is_json_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        parse(text)


GRADED = (
    (graders.answer_tag, {"answer": "42"}),
    (graders.answer_tag, {"answer": "a, b"}),
    (graders.python_value, {"value": {"a": [1, 2.5]}}),
    (graders.own, {"number": 4}),
    (graders.own, {"answer": "Paris"}),
    (graders.own, {"answer": "Paris", "choices": ["Paris", "Rome"]}),
    (graders.own, {"regex": "Paris"}),
    (graders.own, {"json_schema": {"type": "object", "properties": {"a": {"multipleOf": 0.1}}}}),
)


@few
@given(TEXTS)
def test_every_answer_gets_a_score(text: str) -> None:
    for grader, item in GRADED:
        found = grader.grade({"id": "x", "prompt": "?", **item}, text)
        assert found.score in (0.0, 1.0), (grader, item, found)


def lines(rows: list[Any]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def table(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["model", "item", "score", "cost_usd", "tokens_out"], *rows])
    return out.getvalue().encode("utf-8", "surrogatepass")


CONTENTS = st.one_of(
    st.binary(max_size=300),
    ANY_JSON.map(lambda value: json.dumps(value).encode()),
    st.lists(ANY_JSON, max_size=5).map(lines),
    st.lists(st.lists(st.one_of(WORDS, NUMBERS.map(repr)), max_size=6), max_size=6).map(table),
)
NAMES = ("a.csv", "a.jsonl", "a.json", "results_a.json", "samples_a.jsonl", "leaderboards.json", "a.yml")


@contextmanager
def written(name: str, content: bytes, *, packed: bool) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (name + ".gz" if packed else name)
        path.write_bytes(gzip.compress(content) if packed else content)
        yield path


@few
@given(st.sampled_from(sorted(FORMATS)), st.sampled_from(NAMES), CONTENTS, st.booleans())
def test_any_file_is_imported_or_refused(form: str, name: str, content: bytes, packed: bool) -> None:
    with written(name, content, packed=packed) as path:
        for given_path in (path, path.parent):
            request = Request(paths=[given_path], provenance=Provenance(), run="run")
            with suppress(BenchError):
                assert all(FORMATS[form].read(request))


PLAIN_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=20,
)


@few
@given(PLAIN_JSON)
def test_what_is_packed_is_unpacked(content: Any) -> None:
    packed = pack(content)
    assert unpack(packed) == content
    assert not set(packed) & set("<>&\"'")


PARTS = st.lists(
    st.one_of(
        st.sampled_from(
            (
                *('<script id="index">', "</script>", '<script id="texts-0">', '<script id="page-facts">', "<style>"),
                *('<b data-number="k">', "</b>", "<p hidden>", "<!--", "-->", "<![CDATA[", "<", "&#x110000;", "&amp;"),
            )
        ),
        PLAIN_JSON.map(pack),
        WORDS,
    ),
    max_size=12,
)


@few
@given(PARTS)
def test_any_page_is_read_or_refused(parts: list[str]) -> None:
    with suppress(ValueError):
        read_page("".join(parts))


def test_make_attack_names_what_exists() -> None:
    root = Path(__file__).parents[2]
    makefile = (root / "Makefile").read_text()
    named = makefile[makefile.index("ATTACKS :=") : makefile.index("EXAMPLES ?=")].replace("\\\n", " ").split()[2:]
    assert len(named) > 10
    assert [name for name in named if not (root / name).exists()] == []
