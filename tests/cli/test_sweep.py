"""`--sweep`: one model at several settings as rows of one run, each claim about it once for each setting."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint

CLAIM = '\n[claims.enough]\ncandidate = "good"\nbaseline = "other"\nworse_by = 0.1\n'


@pytest.mark.charts
def test_caps_are_rows_of_one_run_each_with_its_claim(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "other")
    (bench.folder / "bench.toml").write_text((bench.folder / "bench.toml").read_text() + CLAIM)
    plain = json.loads(bench("run", "--dry-run", "--json").out)["plan_sha256"]
    done = bench("run", "--yes", "--sweep", "max_tokens=100,400", "--json")
    assert done.code == 0, done.err
    record = json.loads((bench.run_folder / "run.json").read_text())
    assert list(record["models"]) == ["good-100", "good-400", "other"]
    assert list(record["claims"]) == ["enough-100", "enough-400"]
    assert record["plan_sha256"] != plain
    assert sorted({request.body["max_tokens"] for request in endpoint.requests if request.body["model"] == "good"}) == [
        100, 400,
    ]  # fmt: skip
    asked = len(endpoint.requests)
    again = bench("run", "--yes", "--sweep", "max_tokens=100,400")
    assert (again.code, len(endpoint.requests)) == (0, asked)
    assert bench("verify").code == 0
    assert record["settings"]["sweep"] == "good:max_tokens=100,400"
    line = "o setting of good is shown to do (max_tokens=100 inconclusive, max_tokens=400 inconclusive)"
    assert f"enough: n{line}." in " ".join(again.out.split())
    assert all(f"N{line}." in (bench.run_folder / name).read_text() for name in ("claims.md", "report.html"))
    assert (bench.run_folder / "charts" / "sweep.svg").is_file()


@pytest.mark.parametrize(
    ("sweep", "told"),
    [
        ("colour=1,2", "'colour' cannot be swept. Known: effort"),
        ("max_token=1,2", "'max_token' cannot be swept. Did you mean 'max_tokens'?"),
        ("max_tokens=1", "write a key and two or more different values"),
        (f"max_tokens={','.join(map(str, range(1, 301)))}", "300 values, and 64 at most are swept."),
        ("good:temperature=1,1.0", "write a key and two or more different values"),
        ("good:max_tokens=0,5", "max_tokens must be at least 1; found 0."),
        ("good:effort=low,bogus", "knows no effort 'bogus'. Known: none, minimal, low"),
        ("", "write a key and two or more different values"),
        ("good:max_tokens=1,many", "max_tokens must be a whole number; found many."),
        ("max_tokens=5,9", "say which model, e.g. --sweep good:max_tokens=5,9"),
        ("goood:max_tokens=5,9", "no model is called 'goood'. Did you mean 'good'?"),
    ],
)
def test_what_cannot_be_swept_is_one_line(bench: Bench, endpoint: FakeEndpoint, sweep: str, told: str) -> None:
    bench.configure(endpoint, "good", "other")
    done = bench("run", "--sweep", sweep)
    assert done.code == 2
    assert told in done.err
    assert done.err.count("\n") == 1
    assert not endpoint.requests


def test_a_slice_is_asked_named_in_every_output_and_verified(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "other")
    (bench.folder / "bench.toml").write_text((bench.folder / "bench.toml").read_text() + CLAIM)
    done = bench("run", "--yes", "--levels", "1,2", "--kinds", "predict")
    assert done.code == 0, done.err
    words = "levels 1 and 2, kind predict"
    folder = bench.run_folder
    assert f"coding: 3 of 12 items of {words}" in (folder / "comparison.md").read_text()
    assert f"on a slice: {words}" in (folder / "claims.md").read_text()
    assert json.loads((folder / "run.json").read_text())["settings"]["levels"] == [1, 2]
    assert bench("verify").code == 0
    assert bench("score", folder.name).code == 0


def test_a_slice_and_a_sweep_are_gated_like_any_run(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good")
    flags = ("--levels", "1", "--kinds", "predict", "--sweep", "max_tokens=100,400", "--limit", "4")
    assert bench("run", "--yes", *flags).code == 0
    assert bench("gate", "--save", "gate.json").code == 0
    passed = bench("run", "--yes", "--gate", "gate.json", *flags)
    assert passed.code == 0, passed.err
    assert "gate: pass" in passed.out
    records = [json.loads(each.read_text()) for each in (bench.folder / "results").glob("*/run.json")]
    assert len({record["plan_sha256"] for record in records}) == 1
    asked = len(endpoint.requests)
    other = bench("run", "--yes", "--gate", "gate.json", "--levels", "2", *flags[2:])
    assert (other.code, len(endpoint.requests)) == (2, asked), other.out
    assert other.err.count("\n") == 1


def test_a_size_is_in_the_plan_resumed_grown_gated_and_verified(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=100)
    runs = {}
    for size, asked in (("1", 3), ("1", 3), ("2", 6)):
        assert bench("run", "--yes", "-t", "coding_predict", "--instances", size, "-o", f"run-{size}").code == 0
        assert len(endpoint.requests) == asked, "what a smaller exam answered counts"
        runs[size] = json.loads((bench.folder / f"run-{size}" / "run.json").read_text())
    assert runs["1"]["plan_sha256"] != runs["2"]["plan_sha256"]
    assert runs["2"]["settings"]["instances"] == 2
    assert bench("verify", "run-2").code == 0
    assert bench("gate", "run-2", "--save", "gate.json").code == 0
    again = ("run", "--yes", "-t", "coding_predict", "--gate", "gate.json", "--instances")
    passed, other = bench(*again, "2"), bench(*again, "1")
    assert (passed.code, "gate: pass" in passed.out) == (0, True), passed.err
    assert (other.code, other.err.count("\n"), len(endpoint.requests)) == (2, 1, 12), other.err


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--instances", "0"), "'--instances'"),
        (("--levels", "7"), "--levels: coding has no level '7'"),
        (("--levels", "0"), "must be different whole numbers above 0"),
        (("--levels", "1", "--families", "vanz"), "no family 'vanz'. Did you mean 'vans'?"),
        (("--kinds", "sql", "--families", "vans"), "no family 'vans'. Known: library, shipments."),
        (("--levels", "one"), "must be different whole numbers"),
        (("--kinds", "fixx"), "Did you mean 'fix'?"),
    ],
)
def test_a_size_or_slice_that_is_not_there_is_one_line(
    bench: Bench, endpoint: FakeEndpoint, flags: tuple[str, ...], told: str
) -> None:
    bench.configure(endpoint, "good")
    done = bench("run", *flags)
    assert done.code == 2
    assert told in done.err
    assert done.err.count("\n") == 1
    assert not endpoint.requests


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("instances = 0", "bench.toml:4: instances must be at least 1 and at most 1000; found 0."),
        ("levels = [0]", "bench.toml:4: levels must be different numbers above 0; found [0]."),
        ("levels = [7]", "coding has no level '7'"),
        ('families = "vans"', "bench.toml:4: families must be a list of names"),
        ('sweep = "max_tokens=1,2"', "bench.toml:4: unknown key 'sweep' in [run]"),
    ],
)
def test_a_size_or_slice_in_a_file_that_is_not_there_is_one_line(
    bench: Bench, endpoint: FakeEndpoint, line: str, told: str
) -> None:
    bench.configure(endpoint, "good")
    file = bench.folder / "bench.toml"
    file.write_text(file.read_text().replace("limit = 3\n", f"limit = 3\n{line}\n"))
    done = bench("run")
    assert (done.code, told in done.err, done.err.count("\n")) == (2, True, 1), done.err
    assert not endpoint.requests
