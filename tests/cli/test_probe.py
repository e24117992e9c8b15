"""`bench run --latency-probe N` against endpoints on loopback: what is asked, kept, paid for and printed."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

pytestmark = pytest.mark.usefixtures("sandbox")


def is_probe(request: Request) -> bool:
    return "is the number of this request" in request.prompt


def probed(endpoint: FakeEndpoint) -> list[Request]:
    return [request for request in endpoint.requests if is_probe(request)]


@pytest.fixture(autouse=True)
def answering(endpoint: FakeEndpoint) -> None:
    """Probe prompts get an answer of 12 words, the suite's a short one."""
    endpoint.script = lambda r: Reply(text="and so on " * 4, gap_s=0.001) if is_probe(r) else Reply()


def table(bench: Bench) -> list[dict[str, str]]:
    return list(csv.DictReader((bench.run_folder / "latency.csv").read_text().splitlines()))


def test_half_of_the_prompts_are_cold_and_none_shares_its_beginning(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=1)
    result = bench("run", "--latency-probe", "5")
    assert result.code == 0, result.err
    asked = probed(endpoint)
    assert Counter(request.body["model"] for request in asked) == {"good": 6, "bad": 6}
    assert len({request.prompt[:16] for request in asked}) == 12
    assert {len(request.prompt) for request in asked} == {len(asked[0].prompt)}
    for first, second in zip(asked[::2], asked[1::2], strict=True):
        assert first.connection == second.connection
    assert len({request.connection for request in asked}) == 6
    rows = table(bench)
    assert Counter((row["model"], row["connection"]) for row in rows) == {
        (model, kind): 3 for model in ("good", "bad") for kind in ("cold", "warm")
    }
    for row in rows:
        assert (row["outcome"], row["attempts"], row["error"], row["out_total"]) == ("answered", "1", "", "7")
        assert 0 < float(row["ttft_s"]) <= float(row["ttfat_s"]) < float(row["latency_s"])
        assert float(row["connect_s"]) >= 0


def test_the_table_the_files_and_json_tell_the_same(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    result = bench("run", "--latency-probe", "4")
    assert max(map(len, result.out.splitlines())) <= 80
    lines = [line.split() for line in result.out.splitlines()]
    names = ["connect", "TTFT", "TTFAT", "E2E", "TPOT"]
    assert [line[0] for line in lines if line and line[0] in names and len(line) > 5] == names
    page = (bench.run_folder / "comparison.md").read_text()
    assert "| good | TTFAT (s) | 2 | " in page
    assert "- Latency probe: prompts of one size, one at a time" in page
    (probe,) = json.loads(bench("report", "--json").out)["latency"]
    assert (probe["asked"], probe["failed"], probe["retried"]) == (4, 0, 0)
    (warm,) = [t for t in probe["times"] if (t["metric"], t["connection"]) == ("E2E", "warm")]
    seconds = [float(row["latency_s"]) for row in table(bench) if row["connection"] == "warm"]
    assert warm["p50_s"]["estimate"] == pytest.approx(sum(seconds) / 2)
    assert warm["n"] == 2


def test_the_same_command_asks_only_what_is_missing(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    bench("run")
    assert not (bench.run_folder / "latency.csv").exists()
    assert bench("run", "--latency-probe", "2").code == 0
    assert (len(endpoint.requests), len(probed(endpoint))) == (3, 2)
    (bench.run_folder / "latency.csv").unlink()
    assert bench("run", "--latency-probe", "2").code == 0
    assert (len(endpoint.requests), len(table(bench))) == (3, 2), "rebuilt from the journal"
    assert bench("run", "--latency-probe", "6").code == 0
    assert (len(probed(endpoint)), len(table(bench))) == (6, 6)
    assert len({request.prompt for request in probed(endpoint)}) == 6


def test_probes_are_journaled_beside_the_run_and_never_reused(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    bench("run", "--latency-probe", "2", "-o", "first")
    again = bench("run", "--latency-probe", "2", "-o", "second")
    assert again.code == 0
    assert (len(endpoint.requests), len(probed(endpoint))) == (5, 4)
    with sqlite3.connect(bench.folder / "results" / "journal.db") as db:
        runs = dict(db.execute("SELECT run, count(*) FROM calls GROUP BY run").fetchall())
    db.close()
    assert sorted(runs.values()) == [1, 1, 2, 2]
    names = {json.loads(Path(bench.folder, f, "run.json").read_text())["run"] for f in ("first", "second")}
    assert runs.keys() == names | {f"{name}.latency-probe" for name in names}
    items = json.loads(bench("report", "--json", str(bench.folder / "first")).out)["rows"]
    assert [row["n"] for row in items] == [1], "they are in no score"


def test_a_model_that_fails_is_left_and_the_run_incomplete(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=1)
    script = endpoint.script

    def refusing(request: Request) -> Reply:
        refused = is_probe(request) and request.body["model"] == "good"
        return Reply(status=402, text="Insufficient Balance") if refused else script(request)

    endpoint.script = refusing
    result = bench("run", "--latency-probe", "4")
    assert result.code == 5
    assert "latency probe: good was stopped: HTTP 402: Insufficient Balance" in result.err
    assert "Incomplete: the latency probe lacks answers" in result.out
    assert "good: of 1 prompts 1 got no answer" in " ".join(result.out.split())
    assert Counter(request.body["model"] for request in probed(endpoint)) == {"good": 1, "bad": 4}
    endpoint.script = script
    again = bench("run", "--latency-probe", "4")
    assert again.code == 0
    assert Counter(row["model"] for row in table(bench)) == {"good": 5, "bad": 4}


def test_retried_answers_are_in_no_time(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    script, seen = endpoint.script, list[str]()

    def once(request: Request) -> Reply:
        first = is_probe(request) and not seen
        seen.extend([request.prompt] if is_probe(request) else [])
        return Reply(status=503, text="busy") if first else script(request)

    endpoint.script = once
    result = bench("run", "--latency-probe", "4")
    assert result.code == 0
    assert "good: of 4 prompts 0 got no answer and 1 only at a later attempt" in " ".join(result.out.split())
    assert Counter(row["attempts"] for row in table(bench)) == {"1": 3, "2": 1}


def test_a_damaged_file_is_named_with_the_cure(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    bench("run", "--latency-probe", "2")
    for content in ("", "model\ngood\n", "\x00", (bench.run_folder / "latency.csv").read_text().replace("0.", "x.")):
        (bench.run_folder / "latency.csv").write_text(content)
        result = bench("report")
        assert result.code == 2
        assert "latency.csv: cannot be read (" in result.err
        assert "`bench run --latency-probe N` writes it again" in result.err
    assert bench("run", "--latency-probe", "2").code == 0


def priced(bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of a vendor that is in the price list, answered by our endpoint."""
    monkeypatch.setenv("DEEPSEEK_API_KEY", "k")
    monkeypatch.setenv("DEEPSEEK_BASE_URL", endpoint.url)
    (bench.folder / "bench.toml").write_text(
        '[run]\nsuites = ["coding"]\nlimit = 1\n[models.ds]\nmodel = "deepseek/deepseek-v4-pro"\nmax_tokens = 1000\n'
    )


def worst(bench: Bench, prompts: int) -> tuple[float, float]:
    """At worst, in USD: the run, and its probe."""
    plan = json.loads(bench("run", "--dry-run", "--json", "--latency-probe", str(prompts)).out)
    return plan["cost"]["worst_usd"], plan["latency_probe_cost"]["worst_usd"]


def test_it_counts_into_estimate_consent_and_budget(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    priced(bench, endpoint, monkeypatch)
    run_usd, probe_usd = worst(bench, 4)
    assert 0 < run_usd < probe_usd
    assert worst(bench, 8)[1] == pytest.approx(2 * probe_usd)
    assert "cost of the latency probe of ds: 4 calls" in bench("run", "--dry-run", "--latency-probe", "4").out
    small = bench("run", "--latency-probe", "4", "--budget-usd", f"{0.99 * probe_usd:.6f}")
    assert (small.code, endpoint.requests) == (2, [])
    assert "--latency-probe 4 may cost" in small.err
    assert bench("run", "--latency-probe", "4").code == 2, "nobody agreed"
    assert endpoint.requests == []
    tight = bench("run", "--latency-probe", "4", "--budget-usd", f"{probe_usd + run_usd / 2:.6f}")
    assert (tight.code, endpoint.requests) == (5, []), "what is set aside for the probe is not the run's"
    whole = bench("run", "--latency-probe", "4", "--budget-usd", f"{probe_usd + 2 * run_usd:.6f}")
    assert whole.code == 0, whole.err
    assert (len(endpoint.requests), len(probed(endpoint))) == (5, 4)


def test_a_finished_run_is_not_probed_without_consent(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    priced(bench, endpoint, monkeypatch)
    assert bench("run", "--yes").code == 0
    refused = bench("run", "--latency-probe", "2")
    assert (refused.code, probed(endpoint)) == (2, [])
    assert "'ds' costs money and nobody is here to be asked" in refused.err


def test_a_finished_run_is_not_probed_without_its_key(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_API_KEY", "k")
    (bench.folder / "bench.toml").write_text(
        '[run]\nsuites = ["coding"]\nlimit = 1\n[models.one]\nmodel = "acme/one"\n'
        f'[providers.acme]\nkey_needed = true\nregion = "here"\nregions = {{ here = "{endpoint.url}" }}\n'
    )
    assert bench("run").code == 0
    monkeypatch.delenv("ACME_API_KEY")
    refused = bench("run", "--latency-probe", "2")
    assert (refused.code, probed(endpoint)) == (2, [])
    assert "no key: set ACME_API_KEY for 'one'" in refused.err


def test_a_billed_retry_never_passes_what_was_set_aside(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    priced(bench, endpoint, monkeypatch)
    assert bench("run", "--yes").code == 0
    _, probe_usd = worst(bench, 2)
    script = endpoint.script
    endpoint.script = lambda r: Reply(text="half", end="drop", usage=None) if is_probe(r) else script(r)
    result = bench("run", "--latency-probe", "2", "--budget-usd", f"{2 * probe_usd:.6f}")
    assert result.code == 5
    assert len(probed(endpoint)) <= 2, "each broken stream may have been billed at its worst"
    more = bench("run", "--latency-probe", "2", "--budget-usd", f"{2 * probe_usd:.6f}")
    assert more.code == 5
    assert "the budget does not hold another prompt" in more.err
    assert len(probed(endpoint)) <= 2


def test_without_a_price_a_budget_is_refused(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    result = bench("run", "--latency-probe", "2", "--budget-usd", "1")
    assert (result.code, endpoint.requests) == (2, [])
    assert "--budget-usd needs a price" in result.err


@pytest.mark.slow
def test_a_local_model_is_served_for_it(bench: Bench, smollm2_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    assert smollm2_path.is_file()
    (bench.folder / "bench.toml").write_text(
        '[run]\nsuites = ["coding"]\nlimit = 1\n'
        '[models.tiny]\nmodel = "weights/smollm2-135m-instruct"\nmax_tokens = 24\n'
    )
    result = bench("run", "--latency-probe", "2")
    assert result.code == 0, result.err
    assert [(row["connection"], row["out_total"]) for row in table(bench)] == [("cold", "24"), ("warm", "24")]
