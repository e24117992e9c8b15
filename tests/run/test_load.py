"""`bench run --load`: what is asked, resumed and paid, against endpoints on loopback."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from bench import registry
from bench.config.load import load as read_config
from bench.costs import Terms
from bench.errors import UsageError
from bench.records import LOAD_COLUMNS, read_load
from bench.report.numbers.load import LoadPoint, load_curves
from bench.run import load, measuring
from bench.run.execute import execute
from bench.run.prepare import Prepared, SilentWatcher, prepare
from tests.fake_endpoint import FakeEndpoint, Reply, Request


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer prompts: these tests look at what is asked, not at what it shows."""
    monkeypatch.setattr(load, "LEAST", 4)
    monkeypatch.setattr(load, "ROUNDS", 3)


def prepared(folder: Path, url: str = "http://127.0.0.1:1/v1", loads: str = "load = [1, 4]") -> Prepared:
    (folder / "bench.toml").write_text(
        f'[run]\nsuites = ["reasoning"]\nlimit = 1\n{loads}\n[models.ds]\nmodel = "deepseek/deepseek-v4-pro"\n'
    )
    return prepare(read_config(folder / "bench.toml"), registry.read(), {"DEEPSEEK_BASE_URL": url})


def is_load(request: Request) -> bool:
    return "is the number of this request" in request.prompt


def measured(folder: Path) -> tuple[LoadPoint, LoadPoint]:
    """One at once and four, asked once and written once."""

    def script(request: Request) -> Reply:
        return Reply(gap_s=0.01) if is_load(request) else Reply()

    folder.mkdir()
    with FakeEndpoint(script) as endpoint:
        plan, results, watcher = prepared(folder, endpoint.url), folder / "results", SilentWatcher()
        done = execute(plan, results, watcher, environ={})

        def measure() -> bool:
            return load.measure(plan, results, done.folder, watcher=watcher, environ={}, terms=Terms())

        assert measure()
        asked = [request for request in endpoint.requests if is_load(request)]
        assert len(asked) == 4 + 12
        assert len({request.prompt[:16] for request in asked}) == len(asked)
        first = (done.folder / "load.csv").read_text()
        assert measure()
        assert len([request for request in endpoint.requests if is_load(request)]) == len(asked)
        assert (done.folder / "load.csv").read_text() == first
    assert len({row["sent_at"] for row in csv.DictReader(first.splitlines())}) > 4
    rows = read_load(done.folder)
    assert Counter(row.at_once for row in rows) == {1: 4, 4: 12}
    assert all(row.timed for row in rows)
    (curve,) = load_curves(rows, ["ds"])
    one, four = curve.points
    return one, four


def test_each_load_is_held_asked_once_and_written(tmp_path: Path) -> None:
    for attempt in range(
        3
    ):  # while the machine stands still no clock is clean, and a figure is unknown as it should be
        one, four = measured(tmp_path / str(attempt))
        if one.answers_per_s and four.answers_per_s:
            break
    assert one.answers_per_s
    assert four.answers_per_s
    assert four.in_flight
    assert four.in_flight > 3.5
    assert four.answers_per_s.estimate > 2 * one.answers_per_s.estimate


def test_what_failed_is_a_result_and_not_asked_again(tmp_path: Path) -> None:
    def script(request: Request) -> Reply:
        return Reply(status=400, text="no") if is_load(request) and "2" in request.prompt[:2] else Reply()

    with FakeEndpoint(script) as endpoint:
        plan, results, watcher = prepared(tmp_path, endpoint.url, "load = [4]"), tmp_path / "results", SilentWatcher()
        done = execute(plan, results, watcher, environ={})
        for _ in range(2):
            whole = load.measure(plan, results, done.folder, watcher=watcher, environ={}, terms=Terms())
    rows = read_load(done.folder)
    refused = sum("2" in request.prompt[:2] for request in endpoint.requests if is_load(request))
    assert whole
    assert sum(not row.answered for row in rows) == refused


def test_the_load_is_part_of_the_plan_and_its_cost_is_set_aside(tmp_path: Path) -> None:
    without, with_load = (prepared(tmp_path, loads=loads) for loads in ("", "load = [1, 4]"))
    assert without.plan.sha256 != with_load.plan.sha256 != prepared(tmp_path, loads="load = [1, 5]").plan.sha256
    worst = load.estimate_load(with_load).worst_usd
    assert worst
    assert load.set_aside(with_load, Terms(worst + 1)) == Terms(1)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"--load 1,4 may cost .* Measure fewer loads"):
        load.set_aside(with_load, Terms(worst))


@pytest.mark.parametrize(
    ("loads", "why"),
    [
        ("load = [0]", "load must be different numbers above 0"),
        ("load = [4, 4]", "load must be different numbers above 0"),
        ("load = 4", "load must be a list of whole numbers"),
        ("load = [5000]", "load must be numbers up to 4,096"),
    ],
)
def test_a_wrong_load_is_named_with_its_line(tmp_path: Path, loads: str, why: str) -> None:
    with pytest.raises(UsageError, match=rf"bench\.toml:4: .*{why}"):
        prepared(tmp_path, loads=loads)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_text("model,at_once\nds,4\n")
    with pytest.raises(UsageError, match=r"load\.csv: line 1: .*no column.*--load"):
        read_load(tmp_path)


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [("wall_s", "-1", "'-1' is no number of seconds"), ("at_once", "0", "at least 1"), ("timing_ok", "maybe", "maybe")],
)
def test_a_damaged_line_is_named(tmp_path: Path, column: str, value: str, why: str) -> None:
    usual = dict.fromkeys(LOAD_COLUMNS, "") | {"model": "ds", "at_once": "4", "number": "0", "attempts": "1"}
    usual |= {"sent_at": "2026-11-30T10:00:00+00:00", "outcome": "answered", "timing_ok": "True", column: value}
    (tmp_path / "load.csv").write_text(measuring.csv_text(LOAD_COLUMNS, [usual]))
    with pytest.raises(UsageError, match=rf"load\.csv: line 2: .*{why}"):
        read_load(tmp_path)
