"""`--anytime` and `--futility`: bets that go on from run to run, and claims that are given up."""

from __future__ import annotations

import json
import shutil

import pytest

from bench.records import RecordedLooks
from tests import runjson
from tests.cli.conftest import Bench
from tests.cli.test_deciding import ITEMS, configure, looks, short, until
from tests.fake_endpoint import FakeEndpoint, Reply, Request

__all__ = ["short"]


@pytest.mark.slow
def test_bets_go_on_from_run_to_run_on_other_items(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    families = list(dict.fromkeys(item["family"] for item in ITEMS))
    held: list[dict[str, float]] = []
    for name, chosen in (("a", families[:2]), ("b", families[2:4]), ("c", families[1:3])):
        done = until(bench, "--anytime", "--looks", "2", "--families", ",".join(chosen), "-o", f"results/{name}")
        assert done.code == 0, done.err
        made = runjson.content(bench.folder / "results" / name)["looks"]
        expected = held[-1] if name == "b" else {}
        assert (made.get("carried") or {}) == expected, "an item says what it says once"
        held.append(made["taken"][-1]["wealth"])
    assert 0 < held[0]["cheap/starter_short/quality/for"] < held[1]["cheap/starter_short/quality/for"]
    (claim,) = json.loads(bench("claim", "results/b", "--json").out)
    assert any(
        "judged by bets (--anytime)" in note and "their own tables beside this run" in note for note in claim["notes"]
    )
    assert bench("verify", "results/b").code == 0
    forged = runjson.content(bench.folder / "results" / "b")
    bent = {**forged["looks"], "carried": dict.fromkeys(forged["looks"]["carried"], 50.0)}
    bent["sha256"] = RecordedLooks.from_json(bent).hashed(forged["plan_sha256"])
    runjson.put(bench.folder / "results" / "b", {**forged, "looks": bent})
    (claim,) = json.loads(bench("claim", "results/b", "--json").out)
    assert any("said to hold does not count" in note for note in claim["notes"]), claim["notes"]
    assert bench("verify", "results/b").code == 3
    shutil.rmtree(bench.folder / "results" / "b")
    stranger = bench.folder / "results" / "z"
    shutil.copytree(bench.folder / "results" / "a", stranger)
    runjson.put(stranger, {**runjson.content(stranger), "run": "20990101T000000Z-aaaaaaaa"})
    shutil.rmtree(bench.folder / "results" / "a")
    shutil.rmtree(bench.folder / "results" / "c")
    others = ",".join(families[4:6])
    assert until(bench, "--anytime", "--looks", "2", "--families", others, "-o", "results/d").code == 0
    assert not runjson.content(bench.folder / "results" / "d")["looks"].get("carried"), "the journal knows no such run"


def test_what_cannot_be_bet_on_is_refused_in_one_line(bench: Bench, short: FakeEndpoint) -> None:
    configure(bench, short, "cheap")
    path = bench.folder / "bench.toml"
    text = path.read_text()
    for key in ("slower_by = 2", 'about = "such"'):
        path.write_text(f"{text}{key}\n")
        refused = until(bench, "--anytime")
        assert (refused.code, refused.err.count("\n")) == (2, 1)
        assert "[claims.cheap]: --anytime bets on scores and costs of these kinds of task" in refused.err
    assert "--anytime goes with --until-decided" in bench("run", "--anytime").err
    assert short.requests == []


@pytest.mark.slow
def test_a_claim_that_can_hardly_be_decided_any_more_is_given_up(bench: Bench, short: FakeEndpoint) -> None:
    """Every fifth answer of the candidate is wrong, and it may be 20 points worse; at a risk of 1 in 1,000."""
    configure(bench, short, "cheap")
    path = bench.folder / "bench.toml"
    path.write_text(path.read_text() + "confidence = 0.999\n")
    sound, wrong = short.script, {item["prompt"] for item in ITEMS[::5]}

    def script(request: Request) -> Reply:
        bad = request.body["model"] == "cheap" and request.prompt in wrong
        return Reply(text="0.123") if bad else sound(request)

    short.script = script
    done = until(bench, "--futility")
    assert done.code == 0, done.err
    taken = looks(bench)["taken"]
    assert len(taken) < 5
    assert taken[-1]["futile"] == ["cheap"]
    assert "given up as no verdict was in reach" in " ".join(done.out.split())
    assert "cheap is given up: no verdict is in reach" in " ".join(done.err.split())
    on = bench("run", "--yes")
    assert on.code == 0, on.err
    assert "futile" not in looks(bench)["taken"][-1] or not looks(bench)["taken"][-1]["futile"]
