"""The probe's own decisions: a user who says no, and what stays for models that need no money."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from bench import registry
from bench.config.load import load
from bench.costs.estimate import Estimate
from bench.costs.spending import Terms
from bench.engine import Slowed
from bench.plan import PlannedCall
from bench.records.items import Call, Graded
from bench.run import probe
from bench.run.execute import execute
from bench.run.prepare import Prepared, prepare
from tests.fake_endpoint import FakeEndpoint


class Refusing:
    """A user who agrees to the run's cost, and to no other."""

    def __init__(self) -> None:
        self.asked: list[bool] = []

    def say(self, text: str) -> None:
        """Not of interest."""

    def lane(self, label: str, done: int, total: int) -> None:
        """Not of interest."""

    def finished(self, planned: PlannedCall, call: Call, graded: Graded | None) -> None:
        """Not of interest."""

    def slowed(self, label: str, pace: Slowed) -> None:
        """Not of interest."""

    def fetched(self, name: str, done: int, total: int) -> None:
        """Not of interest."""

    def estimated(self, estimate: Estimate, *, ask: bool) -> bool:
        del estimate
        self.asked.append(ask)
        return not ask

    def spent(self, usd: Decimal, limit: Decimal | None, unknown: Sequence[str], unsure: Decimal = Decimal(0)) -> None:
        """Not of interest."""


def prepared(folder: Path, url: str = "http://127.0.0.1:1/v1") -> Prepared:
    (folder / "bench.toml").write_text(
        '[run]\nsuites = ["reasoning"]\nlimit = 1\n[models.ds]\nmodel = "deepseek/deepseek-v4-pro"\n'
    )
    return prepare(load(folder / "bench.toml"), registry.read(), {"DEEPSEEK_BASE_URL": url})


def test_a_user_who_says_no_is_not_charged(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        plan, watcher, results = prepared(tmp_path, endpoint.url), Refusing(), tmp_path / "results"
        done = execute(plan, results, watcher, environ={}, terms=Terms())
        before = len(endpoint.requests)
        assert not probe.measure(plan, results, done.folder, 4, watcher, {}, Terms(consent="ask"))
        assert (watcher.asked[-1], len(endpoint.requests)) == (True, before)
        assert list(csv.DictReader((done.folder / "latency.csv").read_text().splitlines())) == []
        assert probe.measure(plan, results, done.folder, 4, watcher, {}, Terms())
        assert len(endpoint.requests) == before + 4


def test_without_a_limit_nothing_is_set_aside(tmp_path: Path) -> None:
    plan = prepared(tmp_path)
    assert probe.set_aside(plan, 4, Terms()) == Terms()
    worst = probe.estimate_probe(plan, 4).worst_usd
    assert worst
    rest = probe.set_aside(plan, 4, Terms(worst + 1, "ask"))
    assert rest == Terms(Decimal(1), "ask")


@pytest.mark.parametrize(("prompts", "calls"), [(1, 2), (2, 2), (3, 4)])
def test_an_odd_number_is_rounded_up_to_a_pair(tmp_path: Path, prompts: int, calls: int) -> None:
    assert [model.calls for model in probe.estimate_probe(prepared(tmp_path), prompts).models] == [calls]
