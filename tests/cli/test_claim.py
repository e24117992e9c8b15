"""Claims from bench.toml to the printed sentence, on a fake endpoint."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint

CLAIM = '\n[claims.same]\ncandidate = "bad"\nbaseline = "good"\nworse_by = {margin}\n'


def test_a_margin_edited_afterwards_makes_the_claim_exploratory(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=4)
    config = bench.folder / "bench.toml"
    plain = config.read_text()
    config.write_text(plain + CLAIM.format(margin=0.03))
    first = bench("run")
    assert first.code == 0
    assert "same: " in first.out
    assert "exploratory" not in first.out
    assert (bench.run_folder / "claims.md").is_file()
    config.write_text(plain + CLAIM.format(margin=0.5))
    again = bench("run")
    assert again.code == 0
    assert "(exploratory)" in " ".join(again.out.split())
    [told] = json.loads((bench.run_folder / "claims.json").read_text())
    assert (told["declared"], told["claim"]["worse_by"]) == (False, 0.5)
    config.write_text(plain + CLAIM.format(margin=0.03))
    bench("run")
    [told] = json.loads((bench.run_folder / "claims.json").read_text())
    assert told["declared"], "the first margin was declared before anything was asked"


def test_reused_answers_are_older_than_a_new_claim(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=4)
    bench("run")
    config = bench.folder / "bench.toml"
    config.write_text(config.read_text().replace("limit = 4", "limit = 3") + CLAIM.format(margin=0.03))
    assert bench("run").code == 0
    newest = sorted((bench.folder / "results").glob("*/claims.json"))[-1]
    assert json.loads(newest.read_text())[0]["labels"] == ["exploratory"]


def test_a_claim_withdrawn_before_a_run_that_reuses_its_answers_still_counts(
    bench: Bench, endpoint: FakeEndpoint
) -> None:
    bench.configure(endpoint, "good", "bad", limit=4)
    config = bench.folder / "bench.toml"
    plain = config.read_text()
    config.write_text(plain + CLAIM.format(margin=0.03))
    bench("run")
    config.write_text(plain.replace("limit = 4", "limit = 3") + CLAIM.format(margin=0.05))
    assert bench("run").code == 0
    manifests = [json.loads(path.read_text()) for path in (bench.folder / "results").glob("*/run.json")]
    [second] = [manifest for manifest in manifests if manifest["settings"]["limit"] == 3]
    assert [one["worse_by"] for one in second["withdrawn_claims"]] == [0.03]


@pytest.mark.slow
def test_a_claim_judged_on_some_of_the_answers_before_says_so(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=3)
    config = bench.folder / "bench.toml"
    config.write_text(config.read_text() + CLAIM.format(margin=0.03))
    bench("run")
    config.write_text(config.read_text().replace("limit = 3", "limit = 4"))
    assert bench("run").code == 0
    told = [json.loads(path.read_text())[0] for path in (bench.folder / "results").glob("*/claims.json")]
    assert {one["n"]: one["labels"] for one in told} == {3: [], 4: ["judged before"]}
    assert all(one["declared"] for one in told)


def test_a_claim_that_cannot_be_judged_is_exit_2_after_the_others(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=4)
    config = bench.folder / "bench.toml"
    config.write_text(config.read_text() + CLAIM.format(margin=0.03))
    bench("run")
    manifest = bench.run_folder / "run.json"
    content = json.loads(manifest.read_text())
    content["claims"]["elsewhere"] = {**content["claims"]["same"], "name": "elsewhere", "suites": ["maths"]}
    manifest.write_text(json.dumps(content))
    found = bench("claim")
    assert found.code == 2
    assert "## same: " in found.out
    assert "Claim 'elsewhere': the run has no suite 'maths'" in found.err


def test_a_claim_given_by_hand_is_kept_for_the_report_as_exploratory(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=4)
    bench("run")
    told = ("--candidate", "bad", "--baseline", "good", "--worse-by", "0.05")
    assert bench("claim", *told, "--keep").code == bench("claim", *told, "--keep").code == 4
    bench("report")
    [kept] = json.loads((bench.run_folder / "claims.json").read_text())
    assert (kept["name"], kept["labels"]) == ("bad against good", ["exploratory"])


def test_what_cannot_be_kept_is_said(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=4)
    bench("run")
    refused = bench("claim", "--keep")
    assert refused.code == 2
    assert "--keep is for a claim given here" in refused.err
