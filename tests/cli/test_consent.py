"""Whether a run may spend: the pilot, the question, and who need not be asked."""

from __future__ import annotations

import json
import sys

import pytest

from bench import prices
from bench.prices import load
from tests.cli.conftest import Bench
from tests.cli.test_money import configure, items, price
from tests.fake_endpoint import FakeEndpoint
from tests.prices.lists import row, snapshot


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> list[str]:
    """Makes standard streams terminals at which the user gives one answer; returns the questions."""
    import click

    asked: list[str] = []

    def ask(text: str, **_: object) -> bool:
        asked.append(text)
        return answer == "y"

    monkeypatch.setattr(click, "confirm", ask)
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    return asked


def test_nobody_to_ask_needs_a_word_beforehand(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good", limit=3)
    refused = bench("run")
    assert refused.code == 2
    assert (
        "'good' costs money and nobody is here to be asked; no earlier run shows how much it will be. Give"
        in refused.err
    )
    assert endpoint.requests == []


@pytest.mark.slow
def test_with_history_nobody_is_asked(bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers of an earlier run tell what it will cost: it is shown, and no terminal, --yes or budget is needed."""
    configure(bench, endpoint, "good", limit=10)
    assert bench("run", "--yes").code == 0
    later = bench("run", "--limit", "14", "--fresh")
    assert later.code == 0, later.err
    assert "good: 14 calls, about 0.09" in later.err
    asked = at_a_terminal(monkeypatch, "n")
    assert bench("run", "--limit", "12", "--fresh").code == 0
    assert asked == []


def test_a_pilot_then_the_question(bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(bench, endpoint, "good", "bad", limit=20)
    asked = at_a_terminal(monkeypatch, "n")
    declined = bench("run")
    assert declined.code == 5
    assert asked == ["Go on?"]
    assert len(endpoint.requests) == 16, "a pilot of 8 items for each model"
    table = items(bench)
    assert table.groupby("model")["family"].nunique().tolist() == [8, 8]
    assert "You chose not to go on. Continue with: bench run --yes" in declined.out
    assert "good: 12 calls, about 0.08" in declined.err
    assert bench("run").code == 5
    assert len(endpoint.requests) == 16, "there is history now, so that the question comes first"
    assert bench("run", "--yes").code == 0
    assert len(endpoint.requests) == 40
    assert len(asked) == 2


def test_agreeing_goes_on(bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(bench, endpoint, "good", limit=10)
    asked = at_a_terminal(monkeypatch, "y")
    assert bench("run").code == 0
    assert (len(asked), len(endpoint.requests)) == (1, 10)


def test_without_a_price_nobody_is_asked(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=3)
    assert bench("run").code == 0
    assert items(bench)["cost_usd"].isna().all()


def test_a_run_warns_of_old_prices_of_its_models(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = row(provider="openai-api/acme", model="bad", retrieved="2020-01-01")
    (bench.folder / "old.json").write_text(json.dumps(snapshot(old)))
    monkeypatch.setattr(prices, "load", lambda own: load(own, bench.folder / "old.json"))
    configure(bench, endpoint, "good", limit=1)
    assert "last read" not in bench("run", "--dry-run").err, "the user's own prices are the user's matter"
    configure(bench, endpoint, "good", "bad", limit=1)
    price(bench, "good")
    assert "Warning: prices were last read 2020-01-01" in bench("run", "--dry-run").err
