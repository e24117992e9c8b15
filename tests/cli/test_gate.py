"""`bench run --gate` on a fake endpoint: fresh answers, refusals before a call, and the second asking."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.gate.worlds import rows, write
from tests.reference.test_schemas import mistakes
from tests.report.sample_run import not_asked

WRONG = "```python\n'wrong'\n```"


@pytest.fixture
def based(bench: Bench, endpoint: FakeEndpoint) -> Bench:
    """A finished run of eight items, all solved, and its baseline in gate.json."""
    bench.configure(endpoint, "good", limit=8)
    config = bench.folder / "bench.toml"
    config.write_text(config.read_text().replace('["coding"]', '["coding_predict"]'))
    assert bench("run").code == 0
    saved = bench("gate", "--save", "gate.json")
    assert saved.out == "wrote gate.json: 8 answers of good.\n"
    endpoint.requests.clear()
    return bench


def wrong_at_first(endpoint: FakeEndpoint, times: int, text: str = WRONG) -> Callable[[Request], Reply]:
    """Every item is answered wrongly so many times, then rightly."""
    right, seen = endpoint.script, Counter[str]()

    def script(request: Request) -> Reply:
        seen[request.prompt] += 1
        return Reply(text=text) if seen[request.prompt] <= times else right(request)

    return script


def runs(bench: Bench) -> list[Path]:
    return sorted((bench.folder / "results").glob("*/run.json"))


@pytest.mark.parametrize("gone", [1, 8])
def test_answers_taken_out_of_a_run_pass_no_gate(based: Bench, gone: int) -> None:
    [run] = runs(based)
    items = pd.read_parquet(run.parent / "items.parquet")
    items[gone:].to_parquet(run.parent / "items.parquet")
    for wanted in (("--baseline", "gate.json"), ("--save", "again.json")):
        said = based("gate", run.parent.name, *wanted)
        assert (
            said.code,
            f"has {8 - gone} of the 8 rows of good, coding_predict, that the run planned" in said.err,
        ) == (2, True)
    assert not (based.folder / "again.json").exists()


@pytest.mark.slow
def test_every_gate_asks_afresh_and_a_loss_must_come_again(
    based: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = based("run", "--gate", "gate.json", "--confirm")
    assert first.code == 0, first.err
    assert "gate: pass" in first.out
    assert "0 lost and 0 won of 8 items" in first.out
    assert len(endpoint.requests) == 8, "nothing failed, so nothing is confirmed"

    endpoint.script = wrong_at_first(endpoint, 1)
    flaky = based("run", "--gate", "gate.json", "--confirm")
    assert flaky.code == 0, flaky.err
    assert "not confirmed" in flaky.out
    assert len(endpoint.requests) == 8 + 16
    run = runs(based)[-1]
    assert json.loads(run.read_text())["second_asking"] == {"spent_usd": "0", "ended": None}
    again = based("gate", run.parent.name, "--baseline", "gate.json")
    assert (again.code, "not confirmed" in again.out) == (0, True), "the second asking is part of the run"
    with sqlite3.connect(based.folder / "results" / "journal.db") as journal:
        asked = journal.execute("SELECT ask, count(*) FROM calls GROUP BY ask ORDER BY ask").fetchall()
    assert asked == [(0, 24), (1, 8)]

    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    endpoint.script = lambda _request: Reply(text=WRONG, served_model="good-2")
    lost = based(
        "run",
        "--gate",
        "gate.json",
        "--confirm",
        "--junit",
        "gate.xml",
        "--json",
        "--page-url",
        "https://pages.example/r.html",
    )
    assert lost.code == 3, lost.err
    told = json.loads(lost.out)
    assert told["verdict"] == "fail"
    assert len(told["lost"]) == 8
    assert any("served model good → good-2" in line for line in told["changed"])
    [quality] = [f for f in told["findings"] if f["measure"] == "quality"]
    assert "in the second asking alone" in quality["why"]
    item = told["lost"][0]["item"]
    assert f"(https://pages.example/r.html#item={item})" in (based.folder / "summary.md").read_text()
    assert f"lost: coding_predict {item}" in (based.folder / "gate.xml").read_text()
    assert len(runs(based)) == 4


def test_a_loss_stands_where_the_budget_holds_no_second_asking(based: Bench, endpoint: FakeEndpoint) -> None:
    (based.folder / "prices.toml").write_text(
        '[[price]]\nprovider = "openai-api/acme"\nmodel = "good"\ninput = "1"\noutput = "1000"\n'
    )
    config = based.folder / "bench.toml"
    config.write_text(config.read_text().replace("base_url", "max_tokens = 20\nbase_url"))
    endpoint.script = wrong_at_first(endpoint, 1)
    done = based("run", "--gate", "gate.json", "--confirm", "--budget-usd", "0.085")
    assert done.code == 3, done.out + done.err
    assert len(endpoint.requests) < 16, "a call costs 0.007 USD and may cost 0.03"
    said = " ".join(done.err.split())
    assert "not everything that failed was asked once more: the 0.028912 USD that the budget leaves" in said
    assert "not all of it was asked a second time" in done.out
    assert "changed: good: max_tokens not set → 20" in done.out


REFUSALS = [
    ('"version": "', '"version": "0', "their scores say nothing of each other"),
    ('"sha256": "', '"sha256": "0', "its content is another than in the baseline"),
    ('"prompt": "', '"prompt": "0', "has another prompt than in the baseline"),
    ('"coding_predict": {\n', '"coding": {\n', "the run has no suite 'coding' of good"),
    ('"good": {', '"best": {', "the baseline has no model 'good'; it has best"),
    ("{", "", "gate.json: is damaged"),
]

MISTAKES: list[tuple[tuple[str, ...], str]] = [
    (("run", "--confirm"), "--confirm, --detect, --junit and --page-url go with --gate FILE."),
    (("run", "--page-url", "a.html"), "--confirm, --detect, --junit and --page-url go with --gate FILE."),
    (("gate",), "give one of --baseline, --save and --same-weights."),
    (("gate", "--save", "a", "--baseline", "b"), "give one of --baseline, --save and --same-weights."),
    (("gate", "--save", "a", "--json"), "--json does not go with --save."),
    (("gate", "--save", "a", "--junit", "b"), "--junit does not go with --save."),
    (("gate", "--save", "a", "--detect", "0.1"), "--detect does not go with --save."),
    (("gate", "--save", "a", "-t", "coding"), "--suite does not go with --save."),
    (("gate", "--same-weights", "a", "b", "--junit", "c"), "--junit does not go with --same-weights."),
    (("gate", "--same-weights", "a", "b", "--detect", "0.1"), "--detect does not go with --same-weights."),
    (("gate", "--same-weights", "a", "b", "-m", "a"), "--model does not go with --same-weights."),
    (("gate", "--baseline", "gate.json", "--margin", "0.1"), "--margin does not go with --baseline."),
    (("gate", "--baseline", "nowhere"), "nowhere: is neither a baseline's file nor a run."),
    (("gate", "--baseline", "gate.json", "--baseline-model", "good"), "--baseline-model goes with one --model"),
    (("gate", "--baseline", "gate.json", "--model", "god"), "has no model 'god'. Did you mean 'good'?"),
]


def test_a_baseline_of_other_things_is_refused_before_a_call(based: Bench, endpoint: FakeEndpoint) -> None:
    path = based.folder / "gate.json"
    text = path.read_text()
    for old, new, says in REFUSALS:
        assert old in text
        path.write_text(text.replace(old, new))
        for command in (("run", "--gate", "gate.json"), ("gate", "--baseline", "gate.json")):
            done = based(*command)
            assert (done.code, says in done.err, done.err.count("\n")) == (2, True, 1), done.err
    path.write_text(text)
    for arguments, says in MISTAKES:
        done = based(*arguments)
        assert (done.code, says in done.err) == (2, True), done.err
    assert not endpoint.requests
    endpoint.script = lambda _request: Reply(events=0, end="drop")
    incomplete = based("run", "--gate", "gate.json")
    assert (incomplete.code, "gate:" in incomplete.out) == (5, False), "a run with gaps is not judged"


def test_exit_codes_and_the_summary_of_a_finished_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    both = rows([1.0] * 24, "a") + rows([1.0] * 24, "b")
    write(bench.folder / "results" / "1", both)
    write(bench.folder / "results" / "2", rows([1.0] * 24, "a") + rows([0.0] * 24, "b"))
    assert bench("gate", "1", "--save", "gate.json").code == 0
    for arguments, code in (
        (("1", "--baseline", "gate.json"), 0),
        (("2", "--baseline", "1"), 3),
        (("--baseline", "gate.json"), 3),
        (("2", "--baseline", "gate.json", "--model", "a"), 0),
        (("2", "--baseline", "gate.json", "--model", "b", "--baseline-model", "a"), 3),
        (("1", "--baseline", "gate.json", "--detect", "0.05"), 4),
        (("1", "--same-weights", "a", "b"), 4),
        (("1", "--same-weights", "a", "b", "--margin", "0.2"), 0),
        (("2", "--same-weights", "a", "b", "--margin", "0.2"), 3),
        (("1", "--same-weights", "a", "c"), 2),
    ):
        done = bench("gate", *arguments)
        assert done.code == code, (arguments, done)
    page = (bench.folder / "summary.md").read_text()
    assert page.count("## gate: FAIL") == 3
    assert page.count("## same weights: ") == 3
    printed = json.loads(bench("gate", "1", "--same-weights", "a", "b", "--json").out)
    assert printed["verdict"] == "inconclusive"
    assert mistakes("same-weights", printed) == []


def test_a_baseline_with_gaps_says_so(bench: Bench) -> None:
    write(bench.folder / "results" / "1", rows([1.0, None]))
    done = bench("gate", "--save", "gate.json")
    assert "1 answer has no score: a gate can rest on the others only." in done.out


def test_an_incomplete_run_exits_5_and_is_not_saved(bench: Bench) -> None:
    write(bench.folder / "results" / "1", rows([1.0] * 24))
    assert bench("gate", "1", "--save", "gate.json").code == 0
    write(bench.folder / "results" / "2", rows([1.0] * 4) + [not_asked(row) for row in rows([1.0] * 24)[4:]])
    for arguments in (("--baseline", "gate.json"), ("--save", "2.json"), ("--same-weights", "small", "other")):
        done = bench("gate", "2", *arguments)
        assert (done.code, done.out) == (5, ""), arguments
        assert "20 answers of small, reasoning were never asked for. Continue it first: bench run" in done.err
    assert not (bench.folder / "2.json").exists()


def test_the_verdict_is_told_where_the_summary_cannot_be_written(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "nowhere/summary.md")
    write(bench.folder / "results" / "1", rows([1.0] * 24, "a") + rows([1.0] * 24, "b"))
    write(bench.folder / "results" / "2", rows([0.0] * 24, "a") + rows([1.0] * 24, "b"))
    for arguments, code, says in (
        (("1", "--baseline", "1", "-m", "a", "--baseline-model", "b"), 0, "gate: pass"),
        (("2", "--baseline", "1"), 3, "gate: FAIL"),
        (("2", "--same-weights", "a", "b"), 3, "same weights: refuted"),
    ):
        done = bench("gate", *arguments)
        assert (done.code, says in done.out) == (code, True), done
        assert "Warning: nowhere/summary.md: the step's summary cannot be written" in done.err
