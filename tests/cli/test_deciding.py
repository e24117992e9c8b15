"""`bench run --until-decided` against an endpoint on loopback: waves, looks, what is refused, and what is said."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bench.records import read_table
from bench.registry import shipped
from bench.registry.items import read_jsonl
from tests import runjson
from tests.cli.conftest import Bench
from tests.fake_endpoint import DROP, FakeEndpoint, Reply, Request

ITEMS = read_jsonl(shipped("tasks") / "starter" / "short.jsonl")
CLAIM = """
[claims.{name}]
candidate = "{candidate}"
baseline = "dear"
cheaper_by = 0.5
worse_by = {margin}
"""


@pytest.fixture
def short() -> Iterator[FakeEndpoint]:
    """Answers the starter's short items: "dear" and "cheap" rightly, "bad" never."""
    answers = {item["prompt"]: item["answer"] for item in ITEMS}

    def script(request: Request) -> Reply:
        right = request.body["model"] != "bad"
        return Reply(text=answers[request.prompt] if right else "0.123")

    with FakeEndpoint(script) as running:
        yield running


def configure(bench: Bench, endpoint: FakeEndpoint, *candidates: str, margin: float = 0.2) -> None:
    """Models at prices of 100 and 1 USD a million tokens, and a claim of each candidate."""
    tables, prices = [], []
    for model in ("dear", *candidates):
        tables.append(
            f'[models.{model}]\nmodel = "openai-api/acme/{model}"\nbase_url = "{endpoint.url}"\nmax_tokens = 20\n'
        )
        usd = 100 if model == "dear" else 1
        prices.append(
            f'[[price]]\nprovider = "openai-api/acme"\nmodel = "{model}"\ninput = "{usd}"\noutput = "{usd}"\n'
        )
    claims = [CLAIM.format(name=name, candidate=name, margin=margin) for name in candidates]
    run = '[run]\nsuites = ["starter_short"]\n'
    (bench.folder / "bench.toml").write_text("\n".join([run, *tables, *claims]))
    (bench.folder / "prices.toml").write_text("\n".join(prices))


def until(bench: Bench, *args: str) -> Any:
    return bench("run", "--yes", "--until-decided", *args)


def looks(bench: Bench) -> dict[str, Any]:
    content: dict[str, Any] = runjson.content(bench.run_folder)["looks"]
    return content


@pytest.mark.charts
def test_a_run_ends_once_its_claim_is_decided(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    done = until(bench)
    assert done.code == 0, done.err
    recorded = looks(bench)
    ended = len(recorded["taken"])
    assert ended == 3
    assert [look["items"] for look in recorded["taken"]] == [12, 24, 36, 48, 60][:ended]
    assert recorded["taken"][-1]["decided"] == {"cheap": "supported"}
    assert len(short.requests) == 2 * 12 * ended, "whole waves, and nothing after the decision"
    said = " ".join(done.out.split())
    assert f"scores the same (n = {12 * ended}) (decided at look {ended} of 5)" in said
    assert "cheap: decided at look 3 of 5: 0.0654 of about 0.11 USD; saved about 0.0436 (36 of 60 items)." in said
    assert "interim" not in said
    assert "Incomplete" not in said
    again = until(bench)
    assert (again.code, len(short.requests)) == (0, 24 * ended)
    assert "0 calls: the claims are decided" in again.out
    (claim,) = json.loads(bench("claim", "--json").out)
    assert claim["declared"]
    assert claim["looks"]["decided"]
    assert claim["looks"]["line"].startswith(f"decided at look {ended} of 5: 0.0654 of about 0.11 USD")
    assert any("estimates at an early end lie further out" in note for note in claim["notes"])
    assert "decided" in bench("list", "runs").out
    chart = (bench.run_folder / "charts" / "looks_cheap.csv").read_text().splitlines()
    assert chart[0] == "line,spent,value"
    courses = [row.split(",")[0] for row in chart[1:]]
    assert courses.count("boundary") == 5
    assert sum("starter_short" in row for row in chart) == 2 * ended, "score and cost at each look"
    assert "Decided at look 3 of 5: 0.0654 of about 0.11 USD" in (bench.run_folder / "report.html").read_text()


@pytest.mark.slow
def test_a_run_that_goes_on_says_so_and_keeps_its_verdict(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    until(bench)
    (before,) = json.loads(bench("claim", "--json").out)
    short.script = lambda _request: Reply(text="0.123")
    on = bench("run", "--yes")
    assert on.code == 0, on.err
    assert len(short.requests) == 120
    assert "calls were made after the decision" in on.out
    (after,) = json.loads(bench("claim", "--json").out)
    assert (after["verdict"], after["n"], after["p_supported"]) == (
        before["verdict"],
        before["n"],
        before["p_supported"],
    )
    assert "after the decision 24 more items were asked of both; they count in no verdict" in after["notes"]


@pytest.mark.slow
def test_a_worse_model_is_refuted_and_leaves_while_the_other_goes_on(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap", "bad")
    done = until(bench)
    assert done.code == 0, done.err
    taken = looks(bench)["taken"]
    assert taken[-1]["decided"] == {"cheap": "supported", "bad": "refuted"}
    first = next(at for at, look in enumerate(taken) if "bad" in look["decided"])
    assert first < len(taken) - 1, "the worse model is known to be so before the other is known to be no worse"
    assert taken[first]["left"] == ["bad"]
    asked = [request.body["model"] for request in short.requests]
    assert asked.count("bad") == taken[first]["items"]
    assert asked.count("cheap") == asked.count("dear") == taken[-1]["items"]
    refuted = next(claim for claim in json.loads(bench("claim", "--json").out) if claim["name"] == "bad")
    assert (refuted["verdict"], refuted["n"]) == ("refuted", taken[first]["items"])
    assert refuted["candidate"]["missing"] == 0, "what it was not asked after it left is not missing"
    on = bench("run", "--yes")
    assert on.code == 0, on.err
    assert len(short.requests) == 180, "the plain command asks all models everything"


@pytest.mark.slow
def test_a_claim_that_is_not_named_decides_nothing(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap", "bad")
    done = until(bench, "--claim", "bad")
    assert done.code == 0, done.err
    taken = looks(bench)["taken"]
    assert set(taken[-1]["decided"]) == {"bad"}
    assert {request.body["model"] for request in short.requests} == {"dear", "bad"}, "no open claim needs cheap"


@pytest.mark.slow
def test_what_was_recorded_is_not_changed_after_a_look(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    until(bench, "--json")
    asked = len(short.requests)
    path = bench.folder / "bench.toml"
    text = path.read_text()
    for args, old, new, said in (
        (("--until-decided", "--looks", "4"), "", "", "this run was begun with 5 looks"),
        (
            ("--until-decided",),
            "worse_by = 0.2",
            "worse_by = 0.25",
            "[claims.cheap] changed since this run's first call",
        ),
        ((), "worse_by = 0.2", "worse_by = 0.25", "[claims.cheap] changed since this run's first call"),
        ((), "[claims.cheap]", "[claims.other]", "[claims.cheap] is gone since this run's first call"),
    ):
        path.write_text(text.replace(old, new))
        refused = bench("run", "--yes", *args)
        assert (refused.code, len(short.requests)) == (2, asked)
        assert said in refused.err
        assert "`bench run --fresh` with these settings begins anew." in refused.err
        assert refused.err.count("\n") == 1
    path.write_text(text)
    assert until(bench, "--looks", "2", "--fresh").code == 0
    assert len(short.requests) > asked


def test_what_cannot_be_decided_is_refused_in_one_line(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    path = bench.folder / "bench.toml"
    text = path.read_text()
    for args, change, said in (
        (("--looks", "0"), text, "0 is not in the range 1<=x<=20"),
        (("--claim", "chep"), text, "has no claim 'chep'. Did you mean 'cheap'?"),
        ((), text.partition("[claims")[0], "--until-decided needs a claim"),
        (("-t", "starter_predict"), text + 'suites = ["starter_short"]\n', "which this run does not ask"),
        (("--limit", "4"), text, "--looks 5: starter_short has only 4 items here"),
    ):
        path.write_text(change)
        refused = until(bench, *args)
        assert refused.code == 2
        assert said in refused.err
        assert "Traceback" not in refused.err
    path.write_text(text)
    for args in (("--looks", "3"), ("--claim", "cheap")):
        assert "goes with --until-decided" in bench("run", *args).err
    assert short.requests == []


def test_looks_do_not_begin_in_the_middle_of_a_run(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    assert bench("run", "--yes").code == 0
    refused = until(bench)
    assert refused.code == 2
    assert "120 calls of this run were made without looks" in refused.err


@pytest.mark.slow
def test_a_run_stopped_in_a_wave_takes_the_look_when_the_wave_is_whole(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    sound, asked = short.script, list[Request]()

    def breaking(request: Request) -> Reply:
        asked.append(request)
        return sound(request) if len(asked) <= 40 else DROP

    short.script = breaking
    stopped = until(bench, "-j", "1")
    assert stopped.code == 5
    assert len(looks(bench)["taken"]) == 1
    first = looks(bench)
    short.script = sound
    done = until(bench, "-j", "1")
    assert done.code == 0, done.err
    after = looks(bench)
    assert after["taken"][0] == first["taken"][0], "no second look at the same items"
    assert (after["waves"], after["sha256"], after["recorded_at"]) == (
        first["waves"],
        first["sha256"],
        first["recorded_at"],
    )
    assert after["taken"][-1]["decided"] == {"cheap": "supported"}


@pytest.mark.slow
def test_kill_9_between_looks_goes_on_with_the_same_looks(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    sound = short.script
    short.script = lambda request: replace(sound(request), delay_s=0.05)
    command = [sys.executable, "-m", "bench", "run", "--yes", "--until-decided", "-j", "2"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not recorded_looks(bench):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    first = recorded_looks(bench)
    done = until(bench)
    assert done.code == 0, done.err
    taken = looks(bench)["taken"]
    assert taken[: len(first)] == first, "no second look at the same items"
    assert taken[-1]["decided"] == {"cheap": "supported"}
    asked = Counter((request.body["model"], request.prompt) for request in short.requests)
    assert sum(count - 1 for count in asked.values()) <= 4, "only what was in flight is asked twice"


def recorded_looks(bench: Bench) -> list[dict[str, Any]]:
    """The looks in the journal, which a crash leaves."""
    path = bench.folder / "results" / "journal.db"
    if not path.exists():
        return []
    with contextlib.closing(sqlite3.connect(path)) as db:
        try:
            rows = db.execute("SELECT manifest FROM runs").fetchall()
        except sqlite3.OperationalError:
            return []
    found: list[dict[str, Any]] = [look for (text,) in rows for look in json.loads(text)["looks"]["taken"]]
    return found


@pytest.mark.slow
def test_a_claim_about_other_kinds_is_looked_at_family_by_family(bench: Bench, short: FakeEndpoint) -> None:
    """Six families in three waves: too few for a verdict on others, and the run goes to its end."""
    configure(bench, short, "cheap")
    path = bench.folder / "bench.toml"
    path.write_text(path.read_text() + 'about = "such"\n')
    done = until(bench, "--looks", "3")
    assert done.code == 0, done.err
    recorded = looks(bench)
    assert recorded["whole_clusters"]
    assert [look["items"] for look in recorded["taken"]][:1] == [20]
    items = read_table(bench.run_folder, "items")
    wave = items["order"].map(lambda order: recorded["waves"][order // 2])
    assert (wave.groupby(items["family"]).nunique() == 1).all()
    (claim,) = json.loads(bench("claim", "--json").out)
    assert claim["looks"]["of"] == 3


@pytest.mark.slow
def test_a_budget_that_ends_in_a_wave_takes_no_look_and_can_go_on(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    spent = bench("run", "--until-decided", "--budget-usd", "0.085")
    assert spent.code == 5
    assert "The budget of 0.085 USD does not hold another item" in " ".join(spent.out.split())
    before = len(looks(bench).get("taken", []))
    done = until(bench, "--budget-usd", "3")
    assert done.code == 0, done.err
    taken = looks(bench)["taken"]
    assert len(taken) > before
    assert taken[-1]["decided"] == {"cheap": "supported"}


@pytest.mark.slow
def test_repeats_of_an_item_share_its_wave(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    done = until(bench, "--repeats", "2", "--looks", "2", "--limit", "30")
    assert done.code == 0, done.err
    recorded = looks(bench)
    assert recorded["items"] == {"starter_short": [15, 30]}
    assert len(recorded["waves"]) == 60
    items = read_table(bench.run_folder, "items")
    wave = items["order"].map(lambda order: recorded["waves"][order // 2])
    assert (wave.groupby(items["item"]).nunique() == 1).all()


@pytest.mark.slow
def test_what_is_made_of_a_decided_run_keeps_its_looks(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    until(bench, "--json")
    run = bench.run_folder
    (before,) = json.loads(bench("claim", run.name, "--json").out)
    verified = bench("verify", run.name)
    assert verified.code == 0, verified.out + verified.err
    for command in (("score", run.name), ("reprice", run.name, "--off-peak"), ("report", run.name)):
        made = bench(*command)
        assert made.code == 0, made.err
    for folder in (bench.folder / "results").glob("*/run.json"):
        (claim,) = json.loads(bench("claim", str(folder.parent), "--json").out)
        for key in ("verdict", "n", "p_supported"):
            assert claim[key] == before[key]
        assert claim["looks"]["look"] == 3
    asked = bench("claim", run.name, "--candidate", "cheap", "--baseline", "dear", "--worse-by", "0.3")
    assert asked.code == 0, "a claim of one's own is judged on the same looks"
    assert "exploratory; decided at look 2 of 5" in " ".join(asked.out.split())


@pytest.mark.slow
def test_real_runs_of_known_truth_end_as_the_whole_exam_does(bench: Bench, short: FakeEndpoint) -> None:
    """In three orders each: a candidate as good, and one that never answers rightly."""
    for candidate, verdict in (("cheap", "supported"), ("bad", "refuted")):
        configure(bench, short, candidate)
        for seed in ("1", "2", "3"):
            folder = f"results/{candidate}-{seed}"
            assert until(bench, "--seed", seed, "--fresh", "-o", folder).code == 0
            early = json.loads(bench("claim", folder, "--json").out)[0]
            assert (early["verdict"], early["looks"]["decided"]) == (verdict, True)
            assert early["n"] < 60
            assert bench("run", "--yes", "--seed", seed, "--fresh", "-o", f"{folder}-whole").code == 0
            whole = json.loads(bench("claim", f"{folder}-whole", "--json").out)[0]
            assert (whole["verdict"], whole["n"]) == (verdict, 60)
