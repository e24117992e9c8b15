"""`bench run --reuse-baseline`: earlier answers of the baseline count, unless a sample asked again shows drift."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from bench.records import read_table
from tests import runjson
from tests.cli.conftest import Bench
from tests.cli.test_deciding import configure, short
from tests.fake_endpoint import FakeEndpoint, Reply, Request

__all__ = ["short"]
AGE = ("--reuse-baseline", "30d")


@pytest.fixture
def answered(bench: Bench, short: FakeEndpoint) -> FakeEndpoint:
    """Both models have answered all 60 items, and a new candidate is declared."""
    configure(bench, short, "cheap")
    assert bench("run", "--yes", "-o", "first").code == 0
    configure(bench, short, "cheap2")
    short.requests.clear()
    return short


def asked(endpoint: FakeEndpoint) -> Counter[str]:
    return Counter(str(request.body["model"]) for request in endpoint.requests)


def test_earlier_answers_of_the_baseline_count_at_no_cost(bench: Bench, answered: FakeEndpoint) -> None:
    dry = bench("run", "--dry-run", *AGE, "--fresh")
    assert "cost of dear: 20 calls" in dry.out, dry.out
    done = bench("run", "--yes", "--fresh", *AGE)
    assert done.code == 0, done.err
    assert asked(answered) == {"cheap2": 60, "dear": 20}
    said = " ".join((done.out + done.err).split())
    assert "dear: 40 earlier answers" in said
    assert "20 asked again score +0.0 points" in said
    record = runjson.content(bench.run_folder)
    (reuse,) = record["baseline_reuse"].values()
    assert (reuse["hours"], reuse["answers"], reuse["compared"]) == (720, 40, 20)
    assert record["fresh"] is False
    items = read_table(bench.run_folder, "items")
    dear = items[items["model"] == "dear"]
    assert int(dear["reused"].sum()) == 40
    assert dear["cost_usd"].notna().all(), "the claim on cost uses what the answers cost when they were made"
    spent = float(record["spending"]["spent_usd"])
    assert spent == pytest.approx(float(items.loc[~items["reused"].astype(bool), "cost_usd"].sum()))
    (claim,) = json.loads(bench("claim", bench.run_folder.name, "--json").out)
    assert (claim["verdict"], claim["declared"]) == ("supported", True)
    assert any("40 earlier answers" in warning for warning in claim["notes"])


@pytest.mark.usefixtures("answered")
@pytest.mark.slow
def test_latency_beside_earlier_answers_is_not_judged(bench: Bench) -> None:
    path = bench.folder / "bench.toml"
    path.write_text(path.read_text() + "slower_by = 2\n")
    assert bench("run", "--yes", "--fresh", *AGE).code == 0
    (claim,) = json.loads(bench("claim", bench.run_folder.name, "--json").out)
    assert claim["verdict"] == "inconclusive"
    assert "not judged: the baseline's answers are earlier ones" in json.dumps(claim)


@pytest.mark.parametrize(
    "how", ["worse", *(pytest.param(how, marks=pytest.mark.slow) for how in ("longer", "renamed"))]
)
def test_a_baseline_that_drifted_counts_in_nothing(bench: Bench, answered: FakeEndpoint, how: str) -> None:
    sound = answered.script

    def changed(request: Request) -> Reply:
        reply = sound(request)
        if request.body["model"] != "dear":
            return reply
        if how == "worse":
            return replace(reply, text="0.123")
        if how == "renamed":
            return replace(reply, served_model="dear-2")
        return replace(reply, usage={"prompt_tokens": 10, "completion_tokens": 19})

    answered.script = changed
    refused = bench("run", "--yes", "--fresh", *AGE)
    assert refused.code == 5, refused.out
    said = "dear is served as dear-2 now" if how == "renamed" else "dear drifted: 20 asked again"
    (line,) = [line for line in refused.err.splitlines() if said in line]
    assert "With --fresh in place of --reuse-baseline the same command asks all of them." in line
    assert asked(answered) == {"dear": 20}, "nothing else is paid for"
    on = bench("run", "--yes")
    assert on.code == 0, on.err
    assert runjson.content(bench.run_folder).get("baseline_reuse") in (None, {})


@pytest.mark.slow
def test_it_goes_with_looks_and_is_not_checked_twice(bench: Bench, answered: FakeEndpoint) -> None:
    done = bench("run", "--yes", "--fresh", "--until-decided", *AGE)
    assert done.code == 0, done.err
    first = asked(answered)
    assert first["dear"] == 20
    assert first["cheap2"] == 36
    assert "decided at look 3 of 5" in " ".join(done.out.split())
    again = bench("run", "--yes", "--until-decided", *AGE)
    assert again.code == 0, again.err
    assert asked(answered) == first


def test_what_cannot_be_reused_is_one_line(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    for age in ("0d", "abc", "-3d", "5", "nan", "1e9d", "999999d"):
        refused = bench("run", "--yes", "--reuse-baseline", age)
        assert refused.code == 2, age
        assert "must be days or hours above 0, e.g. 30d or 12h" in refused.err
    path = bench.folder / "bench.toml"
    text = path.read_text()
    path.write_text(text.partition("[claims")[0])
    refused = bench("run", "--yes", *AGE)
    assert refused.code == 2
    assert refused.err.startswith("Error: --reuse-baseline needs a claim")
    assert refused.err.count("\n") == 1
    assert short.requests == []
    path.write_text(text)
    done = bench("run", "--yes", "--limit", "12", *AGE)
    assert done.code == 0, done.err
    assert "dear: 0 answers of the last 30d under the same settings, too few" in " ".join((done.out + done.err).split())
