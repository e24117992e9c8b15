"""`bench prices`, and what a run keeps of prices."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.prices import OVERRIDE, load
from bench.records import read_table
from tests import runjson
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

OWN = """
[[price]]
provider = "openai-api/acme"
model = "good"
input = 1000
output = 2000
"""


def test_show_prints_what_holds_at_a_moment(bench: Bench) -> None:
    peak = bench("prices", "show", "deepseek-flash", "--as-of", "2026-11-23T02:00")
    assert peak.code == 0
    assert peak.out.splitlines()[1].split()[:6] == ["deepseek/deepseek-flash", "0.3", "1.2", "0.006", "?", "USD"]
    assert "deepseek-peak x2" in peak.out
    weekend = bench("prices", "show", "deepseek-flash", "--as-of", "2026-11-22T02:00")
    assert weekend.out.splitlines()[1].split()[:4] == ["deepseek/deepseek-flash", "0.15", "0.6", "0.003"]
    assert "deepseek-peak" not in weekend.out
    assert "Per million tokens. Read 2026-10-26; snapshot " in weekend.out


def test_show_says_where_long_prompts_cost_more(bench: Bench) -> None:
    line = bench("prices", "show", "claude-haiku-5-5").out.splitlines()[-2]
    assert "other above 100,000" in line


def test_show_filters_dates_and_names(bench: Bench) -> None:
    rows = json.loads(bench("prices", "show", "claude-sonnet-5-5", "--as-of", "2026-10-01", "--json").out)
    assert {row["mode"]: row["cache_read"] for row in rows} == {"standard": "0.2", "batch": "0.1"}
    history = json.loads(bench("prices", "show", "Claude-Sonnet-5-5", "--history", "--json").out)
    assert len(history) == 4
    assert len(json.loads(bench("prices", "show", "--json").out)) > 500


def test_show_has_the_users_own_rows_first(bench: Bench) -> None:
    (bench.folder / OVERRIDE).write_text(OWN)
    lines = bench("prices", "show", "good", "opus-5-5").out.splitlines()
    assert lines[1].split() == ["prices.toml:openai-api/acme/good", "1000", "2000", "?", "?", "USD", "own"]
    assert len(lines) > 3


def test_an_unknown_name_is_a_usage_error(bench: Bench) -> None:
    done = bench("prices", "show", "claude-9", "gpt-99")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "Error: no price of a model with claude-9 or gpt-99 in its name. Add a [[price]] to prices.toml.\n"
    )


def test_check_fails_on_undocumented_gaps_only(bench: Bench) -> None:
    done = bench("prices", "check", "--as-of", "2026-11-22")
    assert done.code == 0, done.out + done.err
    assert "Gap: baidu: no source lists Qianfan's prices" in done.out
    assert "Gap: alibaba (beijing, us, " in done.out
    assert "Warning: zhipuai bills in CNY: costs are unknown until prices.toml has a [[rate]]." in done.out
    assert done.out.endswith("rows, read 2026-10-26.\n")
    (bench.folder / "bench.toml").write_text(
        '[models.new]\nmodel = "anthropic/claude-opus-9"\n[models.here]\nmodel = "weights/smollm2-135m-instruct"\n'
    )
    done = bench("prices", "check", "--as-of", "2026-11-22")
    assert done.code == 2
    assert "Missing: model new: no price for anthropic/claude-opus-9: it is in no list." in done.out
    assert done.err == "Error: 1 prices are missing and no gap is documented for them.\n"
    (bench.folder / OVERRIDE).write_text(OWN.replace("openai-api/acme", "anthropic").replace("good", "claude-opus-9"))
    assert bench("prices", "check", "--as-of", "2026-11-22").code == 0


def test_check_tells_of_stale_prices(bench: Bench) -> None:
    done = bench("prices", "check", "--as-of", "2027-02-01")
    assert "Warning: prices were last read 2026-10-26, 98 days before 2027-02-01." in done.out
    assert "Warning: the holidays of deepseek-peak are known through 2026-12-31 only" in done.out
    assert done.code == 0


def test_build_checks_and_lists_disagreements(bench: Bench) -> None:
    pytest.importorskip("genai_prices", reason="the extra `prices` is not installed")
    done = bench("prices", "build", "--check")
    assert done.code == 0, done.err
    assert "claude-sonnet-5-5:standard cache_read at 2026-10-06: model-prices 0.2, genai-prices 0.1" in done.out
    assert "snapshot.json is current: " in done.out


def test_build_writes_and_tells_a_stale_snapshot(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("genai_prices", reason="the extra `prices` is not installed")
    elsewhere = tmp_path / "snapshot.json"
    elsewhere.write_text("{}")
    for room in ("bench.prices", "bench.prices.book"):
        monkeypatch.setattr(f"{room}.SNAPSHOT", elsewhere)
    done = bench("prices", "build", "--check")
    assert (done.code, elsewhere.read_text()) == (2, "{}")
    assert done.err == ("Error: snapshot.json is not what the packages and rulings give. Run: bench prices build\n")
    done = bench("prices", "build")
    assert done.code == 0, done.err
    assert "disagreements, each with its ruling above." in done.out
    assert load(None, elsewhere).listed == load().listed


def test_a_run_is_billed_by_the_users_list_and_keeps_it(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "poor", limit=1)
    (bench.folder / OVERRIDE).write_text(OWN)
    done = bench("run", "--yes")
    assert done.code == 0, done.err
    items = read_table(bench.run_folder, "items").set_index("model")
    for _, row in items.loc[["good"]].iterrows():
        assert row.cost_usd == pytest.approx((1000 * row.in_uncached + 2000 * row.out_total) / 1e6)
        assert row.cost_cap_usd > row.cost_usd
        assert (row.cost_retries_usd, row.cost_cap_basis) == (0, "worst case")
        assert row.price_id == "prices.toml:openai-api/acme/good"
    assert items.loc[["poor"], ["cost_usd", "price_id", "cost_cap_usd"]].isna().all(axis=None)
    said = " ".join(done.err.split())
    assert "cost unknown for 1 call of poor: no price for openai-api/acme/poor: it is in no list." in said
    assert said.count("no price for") == 1, "once a model"
    assert (bench.run_folder / OVERRIDE).read_text() == OWN
    kept = runjson.content(bench.run_folder)["prices"]
    assert kept["snapshot_sha256"] == load().snapshot_sha256
    assert (kept["as_of"], list(kept["rows"])) == ("2026-10-26", ["prices.toml:openai-api/acme/good"])


def test_a_bad_list_is_refused_before_anything_is_asked(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good")
    (bench.folder / OVERRIDE).write_text(OWN.replace("1000", "-1"))
    done = bench("run", "--yes")
    assert done.code == 2
    assert done.err.endswith(
        "prices.toml: row 1 (openai-api/acme/good): input must be a number of at least 0; found -1.\n"
    )
    assert endpoint.requests == []


def test_a_run_is_not_continued_with_other_prices(bench: Bench) -> None:
    """One of two items fails, so the run can be continued; then its record of a price is not the snapshot's."""
    asked: list[str] = []

    def script(request: Request) -> Reply:
        asked.append(request.prompt)
        return Reply() if request.prompt == asked[0] else Reply(status=400, text="not this one")

    with FakeEndpoint(script) as endpoint:
        (bench.folder / "bench.toml").write_text(
            f'[run]\nsuites = ["coding"]\nlimit = 2\n[models.flash]\nmodel = "deepseek/deepseek-flash"\n'
            f'base_url = "{endpoint.url}"\nmax_connections = 1\n'
        )
        assert bench("run", "--yes").code == 5
        manifest = bench.run_folder / "run.json"
        assert list(json.loads(manifest.read_text())["prices"]["rows"]) == ["deepseek/deepseek-flash"]
        assert bench("run", "--yes").code == 5
        requests = len(endpoint.requests)
        kept = json.loads(manifest.read_text())
        kept["prices"]["rows"]["deepseek/deepseek-flash"]["input"] = "0.14"
        manifest.write_text(json.dumps(kept))
        done = bench("run", "--yes")
        assert done.code == 2
        assert "the price deepseek/deepseek-flash of snapshot" in done.err
        assert "differs from this one's" in done.err
        assert len(endpoint.requests) == requests


def test_what_the_provider_charged_stands_beside_our_cost(bench: Bench) -> None:
    def script(request: Request) -> Reply:
        del request
        return Reply(text="no", usage={"prompt_tokens": 10, "completion_tokens": 2, "cost": 0.25})

    with FakeEndpoint(script) as endpoint:
        bench.configure(endpoint, "good", limit=1)
        (bench.folder / OVERRIDE).write_text(OWN)
        bench("run", "--yes")
    items = read_table(bench.run_folder, "items")
    assert (items.cost_reported_usd[0], items.cost_usd[0]) == (0.25, pytest.approx(0.014))
