"""From a log to a verdict for each kind of work: the whole way, with an endpoint on loopback."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from bench.cli.traffic import _decided as decided_lines
from bench.records import LabelRow, read_table, write_labels
from bench.traffic.deciding import SliceVerdict, TrafficVerdicts, same_model
from tests.cli.conftest import Bench, bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.reference.test_schemas import mistakes
from tests.traffic.test_load import lines, pair

__all__ = ["bench"]
WORDS = ("billing", "bug", "praise")
CONFIG = """
[run]
suites = ["sort", "find"]
limit = 40
[models.b]
model = "openai-api/acme/big-2026-01-01"
base_url = "{url}"
max_tokens = 64
[models.c]
model = "openai-api/acme/small"
base_url = "{url}"
max_tokens = 64
[data.sort]
class = "public"
[data.find]
class = "public"
[claims.sort]
candidate = "c"
baseline = "b"
suites = ["sort"]
cheaper_by = 0.5
worse_by = 0.1
[claims.find]
candidate = "c"
baseline = "b"
suites = ["find"]
cheaper_by = 0.5
worse_by = 0.1
"""
PRICE = """
[[price]]
provider = "openai-api/acme"
model = "{model}"
input = "{usd}"
output = "{usd}"
"""


def text_of(at: int, tag: str) -> str:
    """Texts that are not nearly the same."""
    letters = random.Random(at)
    return f"{tag}: " + " ".join("".join(letters.choices("abcdefghijklmnop", k=7)) for _ in range(8))


def right(text: str) -> str:
    return WORDS[sum(map(ord, text)) % 3]


def call(at: int, tag: str) -> dict[str, Any]:
    """A call of the dear model, of a day each, 60 days in all."""
    row = pair(text_of(at, tag), tag=tag, timestamp=f"2026-{9 + at % 60 // 30:02}-{1 + at % 30:02}T10:00:00Z")
    row["request"]["model"] = "openai-api/acme/big"
    row["response"]["choices"][0]["message"]["content"] = right(text_of(at, tag))
    return row


def labelled(item: str) -> list[LabelRow]:
    """Both models pass."""
    return [
        LabelRow(
            suite="sort", task="sort", item=item, cluster=item, measure="pass", model=model, rater="anna", value=1.0
        )
        for model in ("b", "c")
    ]


@pytest.fixture
def decided(bench: Bench) -> dict[str, Any]:
    """The small model sorts as the big one does and finds nothing."""

    def script(request: Request) -> Reply:
        text = request.prompt
        small = request.body["model"] == "small"
        return Reply(text=right(text) if text.startswith("sort") or not small else "nothing")

    lines(
        bench.folder / "log.jsonl",
        *(call(at, "sort") for at in range(120)),
        *(call(at, "find") for at in range(300, 360)),
    )
    (bench.folder / "prices.toml").write_text(
        PRICE.format(model="big", usd=10)
        + PRICE.format(model="big-2026-01-01", usd=10)
        + PRICE.format(model="small", usd=1)
    )
    with FakeEndpoint(script) as endpoint:
        (bench.folder / "bench.toml").write_text(CONFIG.format(url=endpoint.url))
        for command in (
            "traffic import log.jsonl -o mine",
            "traffic sample mine -n 40 --name sort --tag sort --check accepted",
            "tasks new sort --from mine/sort.jsonl --max-tokens 64",
            "traffic sample mine -n 40 --name find --tag find --check accepted",
            "tasks new find --from mine/find.jsonl --max-tokens 64",
            "run --yes",
        ):
            done = bench(*command.split())
            assert done.code == 0, (command, done.err, done.out)
    shown = bench("traffic", "decide", "mine")
    assert shown.code == 0, shown.err
    printed = json.loads(bench("traffic", "decide", "mine", "--json").out)
    assert mistakes("decide", printed) == []
    return {"text": shown.out, **printed}


def test_each_kind_of_work_has_its_verdict_and_only_supported_ones_save(bench: Bench, decided: dict[str, Any]) -> None:
    by = {each["name"]: each for each in decided["slices"]}
    assert {name: each["verdict"] for name, each in by.items()} == {"sort": "supported", "find": "refuted"}
    assert decided["routes"] == {"sort": "c", "find": "b"}
    assert (by["sort"]["calls"], by["sort"]["usd_calls"], by["sort"]["others"]) == (120, 120, 0)
    assert by["sort"]["call_share"] == pytest.approx(2 / 3)
    assert by["sort"]["usd"] == pytest.approx(120 * 110 * 10e-6)
    assert by["find"]["saving"] is None
    assert decided["saving"]["usd"] == pytest.approx(by["sort"]["usd"] * (1 - by["sort"]["ratio"]))
    assert decided["saving"]["low"] <= decided["saving"]["usd"] <= decided["saving"]["high"]
    assert by["sort"]["declared"]
    assert by["sort"]["why"] == "every part of the claim holds (cheaper_by 0.5, worse_by 0.1)"
    assert decided["months"] == pytest.approx(59 / 30)
    assert "use c for b" in decided["text"]
    assert "keep b" in decided["text"]
    assert "answers as they do, not that it is as good" in decided["text"]
    # margins that were changed since
    record = next((bench.folder / "results").glob("*/run.json"))
    text = record.read_text()
    record.write_text(text.replace('"worse_by": 0.1', '"worse_by": 0.6'))
    assert "cheaper_by 0.5, worse_by 0.6); exploratory" in bench("traffic", "decide", "mine").out
    record.write_text(text)
    # people's labels in place of scores, which nobody gave yet
    record.write_text(text.replace('"worse_by": 0.1', '"worse_by": 0.1, "measure": "pass"'))
    open_yet = bench("traffic", "decide", "mine").out
    assert "undecided: nobody labelled yet, needs about 62 labels" in " ".join(open_yet.split())
    assert "More items: bench traffic sample mine -n MORE" in open_yet
    items = read_table(record.parent, "items")
    sorts = items[(items["suite"] == "sort") & (items["model"] == "c")]
    write_labels(record.parent, [row for item in sorts["item"] for row in labelled(str(item))])
    told = json.loads(bench("traffic", "decide", "mine", "--json").out)
    assert mistakes("decide", told) == []
    assert {each["name"]: each["verdict"] for each in told["slices"]} == {"sort": "supported", "find": "screened"}
    assert told["routes"] == {"sort": "c", "find": "b"}
    record.write_text(text)
    # a slice of the sample, by the weights of its calls
    sliced = '"slice": {"name": "sorting", "tag": "sort"}, "worse_by": 0.2'
    record.write_text(text.replace('"worse_by": 0.1', sliced, 1).replace('"over": "each"', '"over": "traffic"', 1))
    weighed = bench("traffic", "decide", "mine", "--json")
    assert weighed.code == 0, weighed.err
    by = {each["name"]: each for each in json.loads(weighed.out)["slices"]}
    assert {"sorting", "find"} <= set(by), by
    assert (by["sorting"]["verdict"], by["sorting"]["calls"], by["sorting"]["only"]) == (
        "supported",
        120,
        {"tag": "sort"},
    )
    assert "weighted by the log's calls" in by["sorting"]["why"]
    record.write_text(text)
    # routes for gateways, with what they rest on
    plain, proxy, router = (
        json.loads(bench("traffic", "decide", "mine", "--routes", form).out)
        for form in ("json", "litellm", "openrouter")
    )
    assert plain["sort"]["model"] == "openai-api/acme/small"
    assert plain["find"]["model"] == plain["find"]["instead_of"] == "openai-api/acme/big-2026-01-01"
    assert plain["sort"]["evidence"]["verdict"] == "supported"
    assert plain["sort"]["evidence"]["decided_at"] > "2026"
    assert [each["model_name"] for each in proxy["model_list"]] == ["find", "sort", "sort-before"]
    assert proxy["router_settings"]["fallbacks"] == [{"sort": ["sort-before"]}]
    assert router["sort"]["request"]["models"] == ["openai-api/acme/small", "openai-api/acme/big-2026-01-01"]
    # a cascade from the same answers: the scores of a file that knows what the small model cannot do
    cascade = ("traffic", "cascade", "--first", "c", "--then", "b", "--worse-by", "0.1", "--suite")
    done = bench(*cascade, "find", "--by", "partial")
    assert (done.code, "40 of 40 first answers have no score" in done.err) == (2, True)
    (bench.folder / "scores.csv").write_text("item,score\n" + "".join(f"{item},1\n" for item in sorts["item"]))
    done = bench(*cascade, "sort", "--by", "scores.csv")
    assert (done.code, "100 % kept, score 100.0 % (+0.0 points), saves 90" in done.out) == (0, True), done.out
    assert "On items that chose nothing (5 folds): 100 % kept" in done.out
    printed = json.loads(bench(*cascade, "sort", "--by", "scores.csv", "--json").out)
    assert mistakes("cascade", printed) == []
    assert (printed["n"], printed["measure"], printed["best"]["policy"]["kept"]) == (len(set(sorts["item"])), None, 1.0)
    done = bench(*cascade, "find", "--by", "short", "--measure", "pass")
    assert (done.code, "nobody labelled both answers to an item" in done.err) == (2, True)
    done = bench(*cascade, "find", "--by", "perfect")
    assert (done.code, "A check without mistakes, which there is not: 0 % kept" in done.out) == (4, True), done.out
    (bench.folder / "scores.csv").write_text("item,score\n1,1\n1,0\n")
    assert "line 3: item '1' has a score already" in bench(*cascade, "sort", "--by", "scores.csv").err
    (bench.folder / "scores.csv").write_text("item,score\n1,high\n")
    done = bench(*cascade, "sort", "--by", "scores.csv")
    assert (done.code, "scores.csv, line 2: needs an item and a score" in done.err) == (2, True)
    # a run of other items, and a damaged sample
    path = bench.folder / "mine" / "sort.sample.json"
    sample = json.loads(path.read_text())
    path.write_text(json.dumps({**sample, "ids": sample["ids"][:5]}))
    refused = bench("traffic", "decide", "mine")
    assert (refused.code, "is not in the sample of that name" in refused.err) == (2, True)
    path.write_text("[]")
    refused = bench("traffic", "decide", "mine")
    assert (refused.code, "is no record of a sample" in refused.err) == (2, True)
    path.unlink()
    (bench.folder / "mine" / "find.sample.json").unlink()
    refused = bench("traffic", "decide", "mine")
    assert (refused.code, "asks no sample" in refused.err) == (2, True)


def supported(**facts: Any) -> TrafficVerdicts:
    """A claim that is supported, of which nothing is known to save money."""
    about: dict[str, Any] = {"name": "sort", "only": {}, "check": "exact", "calls": 9, "call_share": 1.0, "usd": None}
    about |= {"usd_calls": 0, "others": 9, "verdict": "supported", "why": "every part holds", "declared": True}
    line = SliceVerdict(**{**about, "claim": "sort", "candidate": "cheap", "baseline": "dear", "ratio": 0.1, **facts})
    return TrafficVerdicts(run="r", slices=(line,), days=None, saving=None, overlap=False)


def test_a_supported_claim_whose_saving_is_unknown_is_not_said_to_save_nothing() -> None:
    told = "\n".join(decided_lines(supported()))
    assert "use cheap for dear" in told
    assert "nothing is saved" not in told
    assert "A supported claim's saving in this log is unknown: sort: no call of dear in it has a known cost." in told
    told = "\n".join(decided_lines(supported(usd_unknown="none of its calls went to dear: they went to odd")))
    assert "USD of sort: none of its calls went to dear: they went to odd." in told
    told = "\n".join(decided_lines(supported(usd=3.0, usd_calls=9, others=0, ratio=None)))
    assert "A supported claim's saving in this log is unknown: sort: the claim says nothing of cost." in told
    told = "\n".join(decided_lines(supported(verdict="refuted")))
    assert "No claim is supported, so nothing is saved." in told
    assert "unknown:" not in told


def test_names_of_one_model() -> None:
    assert same_model("anthropic/claude-sonnet-4-5-20250929", "claude-sonnet-4-5")
    assert same_model("GPT-4.1-mini", "gpt-4.1-mini-2025-04-14")
    assert not same_model("gpt-4.1", "gpt-4.1-mini")
