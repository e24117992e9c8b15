"""Every output, held against one table of hostile strings."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench import clean
from bench.gate import Snapshot
from bench.records import Attempt, Call, ItemRow, Outcome, TokenUsage, read_record, read_rows, read_table, write_tables
from bench.report.numbers.comparison import compare
from bench.report.text import documents, tables
from tests.attack.texts import HOSTILE
from tests.cli.conftest import Bench, bench, endpoint
from tests.fake_endpoint import FakeEndpoint, Reply
from tests.report.sample_run import ANSWERED, model, write_run
from tests.sampling import sampled

__all__ = ["Snapshot", "bench", "endpoint"]
COMMAND = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""What no terminal, page or table of ours may hold."""
TAGS = re.compile(r"(?<!`)<(?=[A-Za-z/!?])")
ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=60)
"""Lone halves of characters and controls included."""
NUMBERS = [2**63, 10**400, -1, 10**9 + 1]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | ANY_TEXT
    | st.sampled_from([2**63, 10**400, -1, 10**9 + 1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)


def hostile_rows(text: str) -> list[ItemRow]:
    """Twelve items of two models whose names are a hostile string, cleaned as a reader cleans them."""
    return [
        replace(
            ANSWERED,
            item=f"{text}{n}",
            cluster=f"{text}{n}",
            family=text,
            model=label,
            suite=text,
            task=text,
            score=float(n % 2),
            served_model=text,
            outcome="answered",
        )
        for n in range(6)
        for label in (text, f"{text} 2")
    ]


def run_of(folder: Path, text: str) -> Path:
    """A run folder that a stranger wrote: names, notes and reasons are hostile."""
    text = clean.text(text)  # JSON holds halves of characters, Parquet does not
    labels = {label: model(f"openai-api/acme/{text}") for label in (text, f"{text} 2")}
    claim = {
        "name": text, "candidate": text, "baseline": f"{text} 2", "worse_by": 0.1, "suites": [text],
        "recorded_at": "2026-11-20T10:14:00.000+00:00",
    }  # fmt: skip
    return write_run(folder, hostile_rows(text), models=labels, stopped={text: text}, claims={text: claim})


@pytest.fixture(scope="module", params=sampled(HOSTILE, 11))
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Everything that is written of such a run, charts aside, by the medium."""
    from bench import claims
    from bench.report.page.build import PageSource, page

    hostile = HOSTILE[request.param]
    folder = run_of(tmp_path_factory.mktemp("run"), hostile)
    comparison = compare(folder)
    judged = comparison.ruling, comparison.record
    return {
        "name": clean.line(clean.text(hostile)),
        "md": tables.markdown(comparison),
        "claims": claims.markdown(*judged),
        "csv": tables.csv_text(comparison),
        "json": tables.json_text(comparison),
        "tex": documents.latex(comparison),
        "html": documents.page(comparison),
        "page": page([PageSource(folder, comparison, [])]),
        "items": (folder / "items.csv").read_text(encoding="utf-8"),
        "terminal": clean.terminal("\n".join(claims.lines(*judged))),
    }


def test_no_output_holds_a_command_or_a_hidden_character(shown: dict[str, str]) -> None:
    for medium, text in shown.items():
        if medium != "items":  # the table as it is, for machines
            assert not COMMAND.search(text), (medium, COMMAND.search(text))


def test_markdown_has_our_headings_and_no_markup_of_theirs(shown: dict[str, str]) -> None:
    for medium in ("md", "claims"):
        text = shown[medium]
        assert not TAGS.search(text), TAGS.search(text)
        assert not re.search(r"\]\(|^\s*#+ Verdict|https?://|www\.", text, re.MULTILINE)
        widths = {line.count("|") - line.count("\\|") for line in text.splitlines() if line.startswith("| ")}
        assert len(widths) <= 6, "every row of a table has its columns"
    assert not re.search(r"\*\*[^*]*small|\*small", shown["md"])


def test_tex_has_no_command_of_theirs(shown: dict[str, str]) -> None:
    body = "\n".join(line for line in shown["tex"].splitlines() if not line.startswith("%"))
    assert not re.search(r"\\(input|write|frac)|\^\^", body)
    assert "## Verdict" not in [line[:10] for line in shown["tex"].splitlines()]
    assert all(line.startswith("% ") for line in shown["tex"].splitlines() if line.startswith("%"))


def test_html_has_no_tag_of_theirs(shown: dict[str, str]) -> None:
    for medium in ("html", "page"):
        assert not re.search(r"<img|<script>alert|<!-- gone", shown[medium])


def test_no_cell_of_a_csv_is_a_formula_and_each_can_be_read_back(shown: dict[str, str]) -> None:
    for medium in ("csv", "items"):
        header, *lines = csv.reader(io.StringIO(shown[medium]))
        assert lines
        for line in lines:
            assert len(line) == len(header)
            for cell in line:
                assert cell[:1] not in "=+@\t\r\uff1d" or not cell
                assert not cell.startswith("-") or re.fullmatch(r"-[\d.e-]+", cell)
    names = {row["model"] for row in csv.DictReader(io.StringIO(shown["csv"]))}
    assert {clean.unguarded(name) for name in names} == {shown["name"], clean.line(f"{shown['name']} 2")}


@given(ANY_TEXT)
@example("'=x")
@example("''-")
def test_a_guarded_cell_reads_back(text: str) -> None:
    assert clean.unguarded(clean.spreadsheet(text)) == text
    assert not re.match("[=+\\-@\t\r\uff1d]", clean.spreadsheet(text))


@given(ANY_TEXT)
def test_cleaners_are_whole_and_steady(text: str) -> None:
    for cleaner in (clean.text, clean.line, clean.terminal, clean.xml):
        assert cleaner(cleaner(text)) == cleaner(text)
        cleaner(text).encode()
    assert "\n" not in clean.line(text)
    assert json.loads(clean.terminal(json.dumps(clean.text(text), ensure_ascii=False))) == clean.text(text)
    ElementTree.fromstring(f"<a>{clean.html(clean.xml(text))}</a>")


def test_ordinary_texts_stay_as_they_are() -> None:
    for text in (
        "qwen3_8b",
        "opus (32k thinking)",
        "p < 0.05, x2",
        "Zoë 千问 👩‍💻",
        "a - b",
        "-0.5",
        "`bench run`",
        "50 %",
    ):
        assert clean.line(text) == clean.terminal(text) == clean.markdown(text) == clean.text(text) == clean.xml(text)
    assert clean.text("\ud83d\ude00") == "😀"


def call(**changes: Any) -> Call:
    """A finished call."""
    attempt = Attempt(sent_at="2026-11-20T10:15:01.000+00:00", outcome=Outcome.ANSWERED)
    known: dict[str, Any] = {
        "key": "k", "run": "r", "task": "t", "item": "i", "repeat": 0, "order": 0, "outcome": Outcome.ANSWERED,
        "text": "4", "reasoning": "", "finish_reason": "stop", "served_model": "m", "usage": TokenUsage(),
        "attempts": (attempt,), "started_at": attempt.sent_at, "queue_s": 0.0, "wall_s": 1.0, "timing_ok": True,
    }  # fmt: skip
    return Call(**{**known, **changes})


@settings(max_examples=25, deadline=None)
@given(ANY_TEXT, JSON, st.lists(JSON, min_size=6, max_size=6))
def test_any_reply_makes_a_call_that_the_journal_holds(text: str, value: Any, counts: list[Any]) -> None:
    usage = TokenUsage(**dict(zip(TokenUsage.__slots__, counts, strict=True)))
    made = call(text=text, reasoning=text, finish_reason=value, served_model=value, usage=usage,
                cost_reported_usd=value)  # fmt: skip
    again = Call.from_json(made.to_json())
    assert again == made
    made.to_json().encode()
    assert all(count is None or 0 <= count <= 10**9 for count in again.usage.__getstate__())  # type: ignore[attr-defined]


def test_what_the_journal_held_before_is_cleaned_when_it_is_read() -> None:
    raw = json.loads(call().to_json())
    raw |= {"text": "half \ud83d", "served_model": "a\x1b[2J", "finish_reason": ["x"]}
    raw["usage"]["out_total"], raw["usage"]["in_uncached"] = 2**63, -1
    raw["attempts"][0]["usage"]["out_total"] = 10**400
    read = Call.from_json(json.dumps(raw))
    assert (read.text, read.served_model, read.finish_reason) == ("half �", "a\\u001b[2J", None)
    assert (read.usage, read.attempts[0].usage) == (TokenUsage(), TokenUsage())


@settings(max_examples=10, deadline=None)
@given(ANY_TEXT, JSON)
def test_a_row_that_cannot_be_written_is_marked(
    tmp_path_factory: pytest.TempPathFactory, text: str, value: Any
) -> None:
    folder = write_run(tmp_path_factory.mktemp("rows"), [ANSWERED, replace(ANSWERED, item="1")])
    items, answers = read_rows(folder)
    items[0] = replace(items[0], served_model=value, out_total=value, cost_usd=value)
    answers[0] = replace(answers[0], answer=text, grade_detail=value)
    write_tables(folder, items, answers)
    first, second = read_rows(folder)[0]
    assert second == items[1]
    assert (first.outcome, first.score) in (("answered", 1.0), ("infrastructure", None))
    if first.score is None:
        assert str(read_table(folder, "answers")["error"][0]).startswith("the row could not be written")


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(["models", "suites", "settings", "claims", "stopped", "run", "notes"]), JSON))
def test_any_run_json_is_read_or_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, raw: Any) -> None:
    from bench.errors import UsageError

    folder = tmp_path_factory.mktemp("record")
    text = (write_run(folder, [ANSWERED]) / "run.json").read_text(encoding="utf-8")
    (folder / "run.json").write_text(json.dumps({**json.loads(text), **raw}), encoding="utf-8")
    said = ""
    try:
        read_record(folder).text().encode()
    except UsageError as error:
        said = str(error)
    assert not said or "is damaged (" in said
    assert not COMMAND.search(said)


def replies() -> Iterator[Reply]:
    """Replies that ended whole runs."""
    half = '{"choices":[{"index":0,"delta":{"content":"half \\ud83d"},"finish_reason":"stop"}]'
    usages = ["9223372036854775808", "1" + "0" * 400, "-1", "true", "1.5", '"7"', "1e400", "NaN"]
    for count in usages:
        usage = f'"usage":{{"prompt_tokens":{count},"completion_tokens":{count}}}'
        yield Reply(raw_events=(f'{half},"model":"a\\u001b]0;x\\u0007",{usage}}}', "[DONE]"))


def test_no_reply_stops_a_run_or_its_report(bench: Bench, endpoint: FakeEndpoint) -> None:
    script = list(replies())
    endpoint.script = lambda _request: script[len(endpoint.requests) % len(script)]
    bench.configure(endpoint, "odd", limit=len(script))
    done = bench("run")
    assert done.code in (0, 5), done.err
    assert not COMMAND.search(done.out + done.err)
    table = read_table(bench.run_folder, "items")
    assert len(table) == len(script)
    assert table["out_total"].isna().all()
    assert bench("report").code == 0
    assert bench("score").code == 0
