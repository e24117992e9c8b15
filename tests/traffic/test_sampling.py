"""A sample is drawn by seed, each request once, without personal data, with what depends in one cluster."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.scoring.formats import round_trip
from bench.traffic import SampleChoices, TrafficSample, near, sample, sampling
from tests.cli.conftest import Bench, bench
from tests.traffic.conftest import Load
from tests.traffic.test_load import lines, pair

__all__ = ["bench"]
TICKETS = [
    "The app closes when I open a photo on the new phone",
    "I was charged twice for one order of green tea",
    "Your support was quick and kind, thank you all",
    "Where is the parcel that I sent back in October?",
    "Please change the address of my subscription",
    "The login page shows an error after the update",
    "How do I export all invoices of last year?",
    "The blue shirt has a hole in its left sleeve",
]


def drawn(folder: Path, **choices: Any) -> tuple[TrafficSample, list[dict[str, Any]]]:
    done = sample(folder, "t", SampleChoices(**{"n": 100, **choices}))
    return done, [json.loads(line) for line in done.path.read_text().splitlines()]


@pytest.fixture
def folder(load_logs: Load, tmp_path: Path) -> Path:
    rows = [
        pair(text, session_id=f"s{at // 2}", user=f"u{at}", tag="ab"[at % 2], cost_usd=float(1 + at))
        for at, text in enumerate(TICKETS)
    ]
    return load_logs(lines(tmp_path / "a.jsonl", *rows, *rows[:3]))[0].folder


def test_each_request_once_whatever_the_order_of_its_calls(folder: Path) -> None:
    done, items = drawn(folder)
    assert (done.items, done.calls, done.distinct, done.share) == (8, 11, 8, 1.0)
    assert Counter(item["meta"]["calls"] for item in items) == {2: 3, 1: 5}
    assert len({item["id"] for item in items}) == 8
    assert done.path.read_bytes() == drawn(folder)[0].path.read_bytes()


def test_the_seed_decides_and_a_larger_sample_holds_the_smaller(folder: Path) -> None:
    ids = {n: {item["id"] for item in drawn(folder, n=n)[1]} for n in (2, 5)}
    assert (len(ids[2]), len(ids[5])) == (2, 5)
    assert ids[2] < ids[5]
    assert any({item["id"] for item in drawn(folder, n=5, seed=seed)[1]} != ids[5] for seed in range(2, 6))


def test_every_request_is_as_likely_as_another_and_by_dollar_as_its_dollars() -> None:
    requests = [sampling._Request(row=at, usd=float(1 + at)) for at in range(8)]
    for by, weights in (("calls", [1.0] * 8), ("dollars", [each.usd for each in requests])):
        rows = (sampling._drawn(requests, SampleChoices(n=1, seed=seed, by=by))[0].row for seed in range(3000))
        counts = Counter(rows)
        for at, weight in enumerate(weights):
            share = weight / sum(weights)
            assert abs(counts[at] / 3000 - share) < 4 * (share * (1 - share) / 3000) ** 0.5, (by, at)


def test_what_depends_is_in_one_cluster(load_logs: Load, tmp_path: Path) -> None:
    rows = [pair(text, session_id=f"s{at}") for at, text in enumerate(TICKETS)]
    rows.append(pair(TICKETS[3].replace("October", "october!"), session_id="s9"))
    rows.append(pair("Something else that was written by the same person", session_id="s9"))
    folder = load_logs(lines(tmp_path / "a.jsonl", *rows))[0].folder
    clusters = [item["cluster"] for item in drawn(folder)[1]]
    assert clusters[3] == clusters[8] == clusters[9]
    assert len(set(clusters)) == 8
    assert len({item["cluster"] for item in drawn(folder, cluster="item")[1]}) == 9


def test_a_template_makes_no_two_texts_alike() -> None:
    head = "You get a ticket of our shop. Answer with one word that names its kind and nothing else at all. Ticket: "
    assert near.groups([head + text for text in TICKETS]) == list(range(len(TICKETS)))
    assert near.groups([*TICKETS, TICKETS[2] + "!"])[-1] == 2
    assert near.groups(["", "", "a"]) == [0, 0, 2]
    assert near.groups([]) == []


def test_near_texts_are_those_whose_exact_overlap_is_large() -> None:
    """Against every pair compared."""
    texts = [f"{text} {extra}" for text in TICKETS for extra in ("", "now", "please help me with it quickly")]
    sets = [near._shingles(text) for text in texts]
    grouped = near.groups(texts)
    for one in range(len(texts)):
        for other in range(one):
            if near._overlap(sets[one], sets[other]) >= near.ALIKE:
                assert grouped[one] == grouped[other]


def test_personal_data_and_own_words_are_replaced_in_prompt_and_answer_alike(load_logs: Load, tmp_path: Path) -> None:
    row = pair("Mail ann@x.org about Acme, then call +49 30 1234567")
    row["response"]["choices"][0]["message"]["content"] = "ann@x.org"
    folder = load_logs(lines(tmp_path / "a.jsonl", row))[0].folder
    done, [item] = drawn(folder, check="accepted", words=("acme",))
    assert item["messages"][0]["content"] == "Mail <EMAIL_2> about <WORD_1>, then call <PHONE_3>"
    assert item["answer"] == "<EMAIL_2>"
    assert item["meta"]["redacted"]
    assert done.replaced == {"EMAIL": 2, "PHONE": 1, "WORD": 1}


def test_an_ungraded_item_may_have_the_logged_answer_for_judges(bench: Bench, folder: Path) -> None:
    done, items = drawn(folder, example=True)
    assert {(item["ungraded"], item["example"]) for item in items} == {(True, "yes")}
    assert "no faults" in bench("tasks", "new", "t", "--from", str(done.path), "--max-tokens", "64").out
    with pytest.raises(UsageError, match="leave --check out"):
        drawn(folder, example=True, check="accepted")


def test_what_cannot_be_an_item_is_counted_by_its_reason(load_logs: Load, tmp_path: Path) -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    rows = [pair(TICKETS[0]), pair("a"), pair("b"), pair("c")]
    rows[1]["request"]["tools"] = tools
    rows[2]["request"]["messages"].append({"role": "assistant", "content": "hm"})
    rows[3]["request"]["messages"][0]["content"] = [{"type": "image_url", "image_url": {"url": "data:"}}]
    folder = load_logs(lines(tmp_path / "a.jsonl", *rows))[0].folder
    done, _ = drawn(folder)
    assert done.items == 1
    assert done.left_out == {
        "offer tools, which items cannot": 1,
        "do not end with a user's turn": 1,
        "hold pictures or files": 1,
    }


def test_a_request_s_own_schema_grades_it(load_logs: Load, tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["to"]}
    rows = [pair(TICKETS[0]), pair(TICKETS[1])]
    rows[0]["request"]["response_format"] = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    folder = load_logs(lines(tmp_path / "a.jsonl", *rows))[0].folder
    done, [item] = drawn(folder, check="schema")
    assert item["json_schema"] == schema
    assert done.left_out == {"demand no JSON": 1}


def test_a_logged_answer_in_json_grades_by_what_it_reads_as(load_logs: Load, tmp_path: Path) -> None:
    rows = [pair(f"{TICKETS[at]}; my mail is ann@x.org, my card 4111111111111111") for at in range(4)]
    said = '{"to": "ann@x.org", "again": [4111111111111111, 2, true, null]}'
    for row, text in zip(rows, (said, f"```json\n{said}\n```", "[" * 30 + "]" * 30, "No."), strict=True):
        row["response"]["choices"][0]["message"]["content"] = text
    folder = load_logs(lines(tmp_path / "a.jsonl", *rows))[0].folder
    done, items = drawn(folder, check="round_trip")
    assert done.left_out == {"have no logged answer in JSON": 2}
    for item in items:
        value = item["round_trip"]["value"]
        mail, card = re.findall(r"<[A-Z]+_\d+>", item["messages"][0]["content"])
        assert value == {"to": mail, "again": [card, 2, True, None]}, "as the prompt has it"
        assert round_trip(item, json.dumps(value, indent=1)).score == 1
        assert round_trip(item, "{}").score == 0


def test_logged_calls_of_tools_grade_a_request_whose_tools_stand_in_the_prompt(
    bench: Bench, load_logs: Load, tmp_path: Path
) -> None:
    tools = [{"type": "function", "function": {"name": "refund", "parameters": {"type": "object"}}}]
    rows = [pair(TICKETS[at]) for at in range(4)]
    for row in rows[:3]:
        row["request"]["tools"] = tools
    rows[1]["request"]["messages"].insert(0, {"role": "system", "content": "Be brief."})
    calls = [{"id": "1", "type": "function", "function": {"name": "refund", "arguments": '{"order": 7}'}}]
    for row in rows[:2]:
        row["response"]["choices"][0]["message"]["tool_calls"] = calls
    folder = load_logs(lines(tmp_path / "a.jsonl", *rows))[0].folder
    done, items = drawn(folder, check="tool_calls")
    assert sum(done.left_out.values()) == 2
    assert [item["tool_calls"] for item in items] == [[{"name": "refund", "arguments": {"order": 7}}]] * 2
    for item, first in zip(items, ("Reply with nothing but a JSON list", "Be brief.\n\nReply with"), strict=True):
        assert item["messages"][0]["content"].startswith(first)
        assert '"name": "refund", "parameters"' in item["messages"][0]["content"]
    made = bench("tasks", "new", "calls", "--from", str(done.path), "--max-tokens", "64")
    assert made.code == 0, made.err
    assert "no faults" in made.out


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        ({"check": "regex"}, "needs a --pattern"),
        ({"only": {"tag": "feature"}}, "no call can be an item .11 have another tag than 'feature': a, b"),
        ({"by": "weight"}, "'weight' is not known"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(folder: Path, choices: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        drawn(folder, **choices)


def test_from_a_table_to_a_task_that_the_lint_accepts(bench: Bench, folder: Path) -> None:
    done = bench("traffic", "sample", str(folder), "-n", "6", "--name", "mail", "--check", "accepted")
    assert done.code == 0
    assert "twice the longest logged answer, at least 512" in done.out
    for added in ('    allows = ["internal"]\n', '    provider = "openai-api/acme" ', "    output = 2.4\n"):
        assert added in done.out, "the lines that a run is refused without"
    command = done.out.splitlines()[-1].removeprefix("Next: bench ").split()
    rows = [json.loads(line) for line in (folder / "mail.jsonl").read_text().splitlines()]
    for at, row in enumerate(rows):
        row["answer"] = str(at)  # the fixture's answers are all alike, which the lint refuses
    (folder / "mail.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    made = bench(*command)
    assert (made.code, "mail version 1: 6 items" in made.out) == (0, True), made.err
