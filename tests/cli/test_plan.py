"""`bench plan`: what a run would decide, and for how much, before it asks anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Bench
from tests.cli.test_deciding import configure
from tests.fake_endpoint import FakeEndpoint, Reply

SMALL = ("--limit", "12", "--looks", "2", "--worlds", "10")


@pytest.fixture
def silent() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(lambda _request: Reply()) as running:
        yield running


def test_a_plan_says_what_a_run_would_decide_and_calls_nothing(bench: Bench, silent: FakeEndpoint) -> None:
    configure(bench, silent, "cheap")
    (plan,) = json.loads(bench("plan", *SMALL, "--usd", "dear=0.5", "--saving", "0.9", "--json").out)
    assert [reading["about"] for reading in plan["readings"]] == ["these", "such"]
    these = plan["readings"][0]
    assert (these["planned"], these["worlds"], plan["looks"]) == (12, 10, 2)
    assert these["usd_fixed"] == pytest.approx(12 * 0.55, rel=0.2)
    assert these["usd_90"][0] <= these["usd"] <= these["usd_90"][1]
    assert [size["items"] for size in these["sizes"]] == [6, 12]
    assert plan["guess"]["ratio"] == pytest.approx(0.1)
    assert plan["claim"]["worse_by"] == 0.2
    assert silent.requests == []


@pytest.mark.slow
def test_a_plan_in_words_names_its_guesses_and_a_budget_cuts_it(bench: Bench, silent: FakeEndpoint) -> None:
    configure(bench, silent, "cheap")
    told = bench("plan", *SMALL, "--usd", "dear=1", "--saving", "0.75", "--budget-usd", "10", "--chart", "power.svg")
    assert told.code == 0, told.err
    assert "10 USD pay for 8 items a suite on average." in told.err
    assert "if cheap scores the same, costs 75 % less and 10 % of the items are answered differently" in told.out
    assert "1.25 USD an item on both sides" in told.out
    assert re.search(r"on these kinds of task: with 2 looks supported .* of 8 items", told.out)
    assert "on other kinds like these: with 2 looks" in told.out
    assert (bench.folder / "power.svg").exists()
    assert "cheap" in (bench.folder / "power.csv").read_text()


def test_what_cannot_be_planned_is_refused_in_one_line(bench: Bench, silent: FakeEndpoint) -> None:
    configure(bench, silent, "cheap")
    for args, said in (
        (("--budget-usd", "5"), "--budget-usd needs what an item costs: give --usd dear=USD"),
        (("--budget-usd", "1", "--usd", "dear=1"), "too few for 2 looks"),
        (("--budget-usd", "0"), "must be an amount above 0"),
        (("--usd", "dear"), "'dear' must be MODEL=USD"),
        (("--claim", "other"), "has no claim 'other'"),
        (("--from", "nothing"), "no run 'nothing'"),
        (("--looks", "0"), "0 is not in the range"),
    ):
        refused = bench("plan", *SMALL, *args)
        assert refused.code == 2, args
        assert said in refused.err, args
        assert "Traceback" not in refused.err


@pytest.mark.slow
def test_an_earlier_run_of_the_same_exam_says_the_rest(bench: Bench, silent: FakeEndpoint) -> None:
    configure(bench, silent, "cheap")
    assert bench("run", "--yes", "--limit", "12").code == 0
    (plan,) = json.loads(bench("plan", *SMALL, "--from", bench.run_folder.name, "--json").out)
    assert plan["guess"]["ratio"] == pytest.approx(0.01)
    assert plan["guess"]["baseline_usd"] == pytest.approx(0.0018)
    assert plan["guess"]["discordance"] == pytest.approx(1 / 13), "one more, lest none is taken for never"
    assert plan["basis"] == [f"from {bench.run_folder.name}"]
    refused = bench("plan", *SMALL, "--from", bench.run_folder.name, "--exam-seed", "3")
    assert refused.code == 2
    assert "asked another exam of starter_short; what it measured is not of these items" in refused.err


def test_a_dry_run_until_decided_has_the_plan_in_one_line(bench: Bench, silent: FakeEndpoint) -> None:
    configure(bench, silent, "cheap")
    dry = bench("run", "--dry-run", "--until-decided", "--looks", "2", "--limit", "12")
    assert dry.code == 0, dry.err
    (line,) = [line for line in dry.out.splitlines() if line.startswith("claim cheap: with 2 looks supported")]
    assert line.endswith("`bench plan` says more")
    assert bench("run", "--dry-run", "--until-decided", "--claim", "other").code == 2
    assert silent.requests == []


@pytest.mark.parametrize(
    "args",
    [["--difference", "nan"], ["--saving", "nan"], ["--icc", "nan"], ["--usd", "a=1e308"], ["--usd", "a=1e-320"]],
)
def test_a_plan_takes_numbers_that_are_some(bench: Bench, args: list[str]) -> None:
    refused = bench("plan", *args)
    assert refused.code == 2
    assert refused.err.startswith(f"Error: Invalid value for '{args[0]}'")
