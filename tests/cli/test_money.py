"""Budget, pilot, question, dry run and repricing, on the command line."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.records import read_table
from tests import runjson
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

CALL = Decimal(11) * Decimal("0.000001") + Decimal(7) * Decimal("0.001")
"""What the fake endpoint's usual answer (11 tokens in, 7 out) costs at the prices below."""


def price(bench: Bench, *models: str, output: str = "1000") -> None:
    """Gives models of the fake vendor prices: 1 USD per million tokens in, 1,000 out."""
    rows = [
        f'[[price]]\nprovider = "openai-api/acme"\nmodel = "{model}"\ninput = "1"\noutput = "{output}"\n'
        for model in models
    ]
    (bench.folder / "prices.toml").write_text("\n".join(rows))


def configure(bench: Bench, endpoint: FakeEndpoint, *models: str, limit: int) -> None:
    """Models at the endpoint with a cap of 20 tokens, so that a call costs at most a little above 0.03 USD."""
    bench.configure(endpoint, *models, limit=limit)
    path = bench.folder / "bench.toml"
    path.write_text(path.read_text().replace("base_url", "max_tokens = 20\nbase_url"))
    price(bench, *models)


def items(bench: Bench) -> pd.DataFrame:
    return read_table(bench.run_folder, "items")


def manifest(bench: Bench) -> dict[str, Any]:
    return runjson.content(bench.run_folder)


def test_the_cost_of_a_run_is_known(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good", limit=3)
    done = bench("run", "--yes")
    assert done.code == 0, done.err
    assert items(bench)["cost_usd"].tolist() == pytest.approx([float(CALL)] * 3)
    assert Decimal(manifest(bench)["spending"]["spent_usd"]) == 3 * CALL


def test_a_budget_stops_balanced_exits_5_and_continues_when_raised(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good", "bad", limit=30)
    stopped = bench("run", "--budget-usd", "0.30")
    assert stopped.code == 5
    assert "The budget of 0.30 USD does not hold another item" in stopped.out
    enough, given = re.findall(
        r" ([\d.]+) USD are enough for all.* Continue with: bench run --budget-usd ([\d.]+)\n", stopped.out
    )[0]
    assert enough == given
    table = items(bench)
    asked = {model: set(rows["item"][rows["score"].notna()]) for model, rows in table.groupby("model")}
    assert asked["good"] == asked["bad"]
    n = len(asked["good"])
    assert 0 < n < 30
    assert len(endpoint.requests) == 2 * n
    assert Decimal("0.235") < 2 * n * CALL <= Decimal("0.30"), "it stops only where the next item may not fit"
    again = bench("run", "--budget-usd", "0.30")
    assert (again.code, len(endpoint.requests)) == (5, 2 * n), "what was spent before counts"
    assert Decimal(enough) < 3
    assert bench("run", "--budget-usd", enough).code == 0
    assert len(endpoint.requests) == 60
    assert items(bench)["score"].notna().all()


def test_a_budget_below_one_item_asks_nothing(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good", limit=3)
    assert bench("run", "--budget-usd", "0.001").code == 5
    assert endpoint.requests == []


def test_a_budget_needs_prices(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good", "bad", limit=3)
    price(bench, "good")
    refused = bench("run", "--budget-usd", "1")
    assert refused.code == 2
    assert "--budget-usd needs a price for every remote model: no price for openai-api/acme/bad" in refused.err
    assert endpoint.requests == []


@pytest.mark.parametrize("amount", ["0", "-1", "much", "nan", "inf", "1e308", "1e-320"])
def test_a_budget_is_an_amount(bench: Bench, amount: str) -> None:
    refused = bench("run", "--budget-usd", amount)
    assert refused.code == 2
    assert "must be an amount above 0" in refused.err


def test_a_budget_needs_an_exchange_rate(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good", limit=3)
    path = bench.folder / "prices.toml"
    path.write_text(path.read_text() + 'currency = "CNY"\n')
    refused = bench("run", "--budget-usd", "0.001")
    assert refused.code == 2
    assert "no dated exchange rate is known. Add a [[rate]] to prices.toml." in refused.err
    assert endpoint.requests == []


def test_a_budget_needs_to_know_what_was_spent(bench: Bench, endpoint: FakeEndpoint) -> None:
    """The first answers came before the price began: what they cost is not known, so no limit can be kept."""
    configure(bench, endpoint, "good", limit=3)
    usual = endpoint.script
    endpoint.script = lambda request: usual(request) if len(endpoint.requests) < 3 else Reply(status=400)
    path = bench.folder / "prices.toml"
    text = path.read_text()
    path.unlink()
    assert bench("run").code == 5
    path.write_text(f"{text}valid_from = {datetime.now(UTC).isoformat()}\n")
    endpoint.script = usual
    asked = len(endpoint.requests)
    refused = bench("run", "--budget-usd", "5")
    assert refused.code == 2
    assert "--budget-usd cannot be kept: what good cost so far is not known" in refused.err
    assert len(endpoint.requests) == asked


def test_a_dry_run_calls_nothing_and_says_what_it_knows(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good", limit=10)
    first = bench("run", "--dry-run").out
    assert "cost of good: 10 calls; no history, so no estimate: the prompts alone" in first
    assert "at worst 0.3" in first
    assert not (bench.folder / "results").exists()
    assert endpoint.requests == []
    assert bench("run", "--yes").code == 0
    assert "cost of good: 0 calls" in bench("run", "--dry-run").out
    later = json.loads(bench("run", "--dry-run", "--json", "--fresh", "--limit", "20").out)["cost"]["models"]["good"]
    assert later["calls"] == 20
    assert later["usd"]["estimate"] == pytest.approx(20 * float(CALL))
    assert later["usd"]["n"] == 10
    assert len(endpoint.requests) == 10


def test_a_dry_run_names_what_has_no_price(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=3)
    assert "cost of good: 3 calls, cost unknown: no price for openai-api/acme/good" in bench("run", "--dry-run").out


@pytest.mark.slow
def test_kill_9_again_and_again_never_spends_more_than_the_budget(bench: Bench, endpoint: FakeEndpoint) -> None:
    """The endpoint bills every request that it saw, at the worst case: so much may the calls cost that a kill loses."""
    usual = endpoint.script

    def slowly(request: Request) -> Reply:
        time.sleep(0.02)
        return usual(request)

    endpoint.script = slowly
    configure(bench, endpoint, "good", "bad", limit=30)
    limit, item_at_worst = Decimal("0.40"), Decimal("0.065")
    command = [sys.executable, "-m", "bench", "run", "--budget-usd", str(limit)]
    for _ in range(3):
        wanted = len(endpoint.requests) + 3
        running = subprocess.Popen(command, cwd=bench.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while len(endpoint.requests) < wanted and running.poll() is None:
            time.sleep(0.005)
        running.kill()
        running.wait()
        time.sleep(0.1)
    cut = cut_off(bench.folder)
    assert cut >= 3, "each kill leaves word of what was under way"
    assert len(endpoint.requests) <= recorded(bench.folder) + cut
    done = subprocess.run(command, cwd=bench.folder, capture_output=True, timeout=120, check=False, text=True)
    assert done.returncode == 5
    assert re.search(r"under way when this run was ended before: \d+\. .*, 0\.\d+ USD", " ".join(done.stderr.split()))
    assert cut_off(bench.folder) == cut, "what is asked again keeps what was cut off"
    lost = len(endpoint.requests) - recorded(bench.folder)
    most = recorded(bench.folder) * CALL + cut * item_at_worst / 2
    assert recorded(bench.folder) * CALL + lost * item_at_worst / 2 <= most <= limit
    assert limit - 2 * item_at_worst < Decimal(manifest(bench)["spending"]["spent_usd"]) <= limit


def recorded(folder: Path) -> int:
    """Finished calls."""
    return sum(not key.startswith("begun:") for key, _ in _calls(folder))


def cut_off(folder: Path) -> int:
    """Requests of whose end no process lived to learn."""
    return sum(record.count("cut off: the run ended meanwhile") for _, record in _calls(folder))


def _calls(folder: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(folder / "results" / "journal.db") as journal:
        return journal.execute("SELECT key, record FROM calls").fetchall()


def test_a_broken_stream_counts_at_its_worst(bench: Bench, endpoint: FakeEndpoint) -> None:
    """What a cut-off answer was billed is not known: the budget takes what it may have been, and retries must fit."""
    usual = endpoint.script
    endpoint.script = lambda request: replace(usual(request), events=3, end="drop", gap_s=0.001)
    configure(bench, endpoint, "good", limit=10)
    assert bench("run", "--budget-usd", "0.13").code == 5
    worst = Decimal("0.0305")
    assert 1 <= len(endpoint.requests) <= Decimal("0.13") / worst
    assert Decimal(manifest(bench)["spending"]["spent_usd"]) >= len(endpoint.requests) * Decimal("0.02")


@pytest.mark.slow
def test_repricing_writes_a_new_folder_and_prints_it(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good", "bad", limit=3)
    assert bench("run", "--yes").code == 0
    parent = bench.run_folder
    price(bench, "good", "bad", output="2000")
    asked = len(endpoint.requests)
    done = bench("reprice", "--off-peak")
    assert done.code == 0, done.err
    child = parent.with_name(f"{parent.name}-reprice")
    assert f"Run folder: {child}" in done.out
    table = read_table(child, "items")
    assert table["cost_usd"].tolist() == pytest.approx([0.014011] * 6), "by prices.toml of today"
    page = (child / "comparison.md").read_text()
    assert f"Repriced from run {parent.name} (off_peak True)" in page
    assert len(endpoint.requests) == asked
    again = bench("reprice", "--mode", "batch", "--json")
    assert json.loads(again.out)["rows"][0]["cost_per_1000_usd"] is None
    for model in ("good", "bad"):
        assert f"cost unknown for 3 answers: no price for openai-api/acme/{model}" in again.err
    one = bench("reprice", "--mode", "good=batch", "--at", "03:00", "--json")
    assert [row["cost_per_1000_usd"] is None for row in json.loads(one.out)["rows"]] == [True, False]
    assert "bad" not in one.err.replace("good", "")
    assert child.with_name(f"{child.name}-2").is_dir(), "the parent is the newest run that is not repriced itself"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "say what is to change"),
        (("--as-of", "yesterday"), "does not match the format"),
        (("--cache-hit", "1.5"), "is not in the range 0<=x<=1"),
        (("--mode", "slow"), "'slow' is none of"),
    ],
)
def test_repricing_needs_a_change_that_makes_sense(
    bench: Bench, endpoint: FakeEndpoint, arguments: tuple[str, ...], message: str
) -> None:
    bench.configure(endpoint, "good", limit=1)
    assert bench("run").code == 0
    refused = bench("reprice", *arguments)
    assert refused.code == 2
    assert message in refused.err


def test_the_page_compares_list_price_with_what_was_paid(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good", "bad", limit=3)
    price(bench, "good", "bad")
    path = bench.folder / "prices.toml"
    path.write_text(path.read_text().replace('output = "1000"', 'output = "100"', 1))
    with (bench.folder / "bench.toml").open("a") as file:
        file.write('[claims.c]\ncandidate = "good"\nbaseline = "bad"\ncheaper_by = 0.8\n')
    assert bench("run", "--yes").code == 0
    page = (bench.run_folder / "comparison.md").read_text()
    assert "## From list price to what was paid: good against bad" in page
    assert "- coding: at the costs measured, 80 % cheaper holds until good's price rises x1.97." in page
    [bridge] = json.loads((bench.run_folder / "comparison.json").read_text())["bridges"]
    assert bridge["steps"][0]["factor"] == pytest.approx(float((11 + 700) / (11 + 7000)))


def test_what_is_spent_is_shown(bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.cli.progress.CALM_S", 0.0)
    configure(bench, endpoint, "good", limit=2)
    shown = bench("run", "--budget-usd", "1").err
    assert "cost: 0.0140 of 1.00 USD spent" in shown


@pytest.mark.slow
@pytest.mark.usefixtures("smollm2_path")
def test_where_the_budget_ends_local_weights_are_asked_the_same_items(bench: Bench, endpoint: FakeEndpoint) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    configure(bench, endpoint, "good", limit=6)
    with (bench.folder / "bench.toml").open("a") as file:
        file.write('[models.local]\nmodel = "weights/smollm2-135m-instruct"\nmax_tokens = 4\n')
    assert bench("run", "--budget-usd", "0.048").code == 5
    table = items(bench)
    asked = {model: set(rows["item"][rows["score"].notna()]) for model, rows in table.groupby("model")}
    assert asked["local"] == asked["good"]
    assert len(asked["good"]) == 3
    assert Decimal(manifest(bench)["spending"]["spent_usd"]) == 3 * CALL, "the machine's time is nobody's bill"
