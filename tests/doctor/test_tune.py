"""`bench weights tune`: what a setting came to in tokens and dollars, and the real server, swept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli.weights import weights
from bench.config import read_model
from bench.doctor.tune import Tuned, api_usd_per_1000
from bench.errors import UsageError

MADE = Tuned(slots=2, threads=2, items=4, in_tokens=4_000, out_tokens=800, wall_s=16.0)


def test_tokens_and_dollars_of_a_setting() -> None:
    assert MADE.tokens_s == 50.0
    assert MADE.usd_per_1000(0.9) == pytest.approx(0.9 / 3600 * 4.0 * 1000)


def test_an_api_is_priced_at_the_same_tokens(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_text('[[price]]\nprovider = "openai-api/acme"\nmodel = "good"\ninput = "1"\noutput = "10"\n')
    base = {"base_url": "http://127.0.0.1:9/v1"}
    good, bad = (read_model(name, {"model": f"openai-api/acme/{name}", **base}, {}) for name in ("good", "bad"))
    assert api_usd_per_1000(good, MADE, own) == pytest.approx((4_000 * 1e-6 + 800 * 10e-6) / 4 * 1000)
    with pytest.raises(UsageError, match="--against openai-api/acme/bad: "):
        api_usd_per_1000(bad, MADE, own)
    with pytest.raises(UsageError, match="which no vendor bills"):
        api_usd_per_1000(read_model("w", {"model": "weights/smollm2-135m-instruct"}, {}), MADE, own)


def test_counts_are_whole_numbers() -> None:
    for wrong in ("0", "two", "1,,2", "2000"):
        refused = CliRunner().invoke(weights, ["tune", "smollm2-135m-instruct", "--slots", wrong])
        assert refused.exit_code == 2
        assert "must be whole numbers from 1 to 1024" in refused.output


@pytest.mark.slow
def test_the_real_server_is_swept(smollm2_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del smollm2_path
    monkeypatch.chdir(tmp_path)
    sizes = ["--slots", "1,2", "--threads", "1", "--items", "2", "--tokens", "12"]
    more = ["--usd-per-hour", "0.1", "--against", "deepseek/deepseek-flash", "--chart", "tuned.svg", "--json"]
    done = CliRunner().invoke(weights, ["tune", "smollm2-135m-instruct", *sizes, *more], catch_exceptions=False)
    assert done.exit_code == 0
    said = json.loads(done.output)
    assert [(row["slots"], row["threads"]) for row in said["settings"]] == [(1, 1), (2, 1)]
    assert all(0 < row["out_tokens"] <= 24 and row["tokens_s"] > 0 for row in said["settings"])
    assert all(row["usd_per_1000"] > 0 for row in said["settings"])
    assert said["api_usd_per_1000"] > 0
    rows = (tmp_path / "tuned.csv").read_text().splitlines()
    assert (rows[0], len(rows)) == ("line,spent,value", 5)
