"""The whole line with a real model: llama.cpp serves SmolLM2, `bench run` asks it, kills and Ctrl-C included."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.usefixtures("smollm2_path", "sandbox")

CONFIG = """
[run]
suites = ["coding", "reasoning"]
limit = 4

[models.short]
model = "weights/smollm2-135m-instruct"
max_tokens = 24
usd_per_hour = 0.10

[models.shorter]
model = "weights/smollm2-135m-instruct"
max_tokens = 16

[claims.small]
candidate = "shorter"
baseline = "short"
worse_by = 0.2
"""


class Bench:
    """The command in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bench.toml").write_text(CONFIG)
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith("BENCH_") or k == "BENCH_WEIGHTS"}
        self.environ.pop("CI", None)

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bench", *args], cwd=self.folder, env=self.environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*args)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(args, process.returncode, out, err)

    def recorded(self) -> dict[str, str]:
        """Key -> record of every call in the journal; empty before there is one."""
        path = self.folder / "results" / "journal.db"
        if not path.exists():
            return {}
        db = sqlite3.connect(path)
        try:
            rows = db.execute("SELECT key, record FROM calls ORDER BY key").fetchall()
        except sqlite3.OperationalError:
            rows = []
        finally:
            db.close()
        assert len({key for key, _ in rows}) == len(rows)
        return dict(rows)

    def wait_for(self, process: subprocess.Popen[str], calls: int) -> None:
        deadline = time.monotonic() + 120
        while len(self.recorded()) < calls:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    @property
    def run_folder(self) -> Path:
        [manifest] = (self.folder / "results").glob("*/run.json")
        return manifest.parent


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.slow
def test_kill_at_half_then_continue_then_read_again(bench: Bench) -> None:
    process = bench.start("run")
    bench.wait_for(process, 6)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = bench.recorded()
    assert 6 <= len(before) < 16

    done = bench.run("run")
    assert done.returncode == 0, done.stderr
    after = bench.recorded()
    assert len(after) == 16
    assert {key: after[key] for key in before} == before, "an answer was asked for again"
    asked = sum(int(line.split(": ")[1].split()[0]) for line in done.stderr.splitlines() if "calls to make" in line)
    assert asked == 16 - len(before)

    folder = bench.run_folder
    items = pd.read_parquet(folder / "items.parquet")
    assert len(items) == 16
    hashes = items.groupby(["task", "item"])["prompt_sha256"]
    assert (hashes.nunique() == 1).all()
    assert (hashes.size() == 2).all()
    assert set(items["outcome"]) <= {"answered", "truncated", "unparsable"}
    assert (items.loc[items["outcome"] != "answered", "score"] == 0).all()
    assert items.loc[items["model"] == "short", "cost_usd"].gt(0).all()
    assert items.loc[items["model"] == "shorter", "cost_usd"].isna().all()
    assert items["ttft_s"].le(items["latency_s"]).all()
    assert items["in_uncached"].gt(0).all()
    for name in ("comparison.md", "comparison.csv", "comparison.json", "items.csv", "charts/cost_quality.svg"):
        assert (folder / name).stat().st_size > 0
    manifest = json.loads((folder / "run.json").read_text())
    assert manifest["claims"]["small"]["recorded_at"] <= items["started_at"].min()

    begun = time.monotonic()
    again = bench.run("run")
    assert again.returncode == 0
    assert "0 calls" in again.stdout
    assert time.monotonic() - begun < 20
    assert bench.recorded() == after


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_says_how_to_continue(bench: Bench) -> None:
    process = bench.start("run", "-m", "short", "-t", "reasoning")
    bench.wait_for(process, 1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "Continue with: bench run -m short -t reasoning" in err
    assert "Traceback" not in err
    before = bench.recorded()
    done = bench.run("run", "-m", "short", "-t", "reasoning")
    assert done.returncode == 0, done.stderr
    assert before.items() <= bench.recorded().items()
    assert len(bench.recorded()) == 4


@pytest.mark.slow
def test_a_fresh_run_asks_again_and_temperature_zero_gives_the_same_text(bench: Bench) -> None:
    args = ("run", "-m", "short", "-t", "reasoning", "--limit", "2")
    assert bench.run(*args).returncode == 0
    assert bench.run(*args, "--fresh").returncode == 0
    db = sqlite3.connect(bench.folder / "results" / "journal.db")
    rows = db.execute("SELECT key, json_extract(record, '$.text'), json_extract(record, '$.source_run') FROM calls")
    found = rows.fetchall()
    db.close()
    assert len(found) == 4
    assert len({(key, text) for key, text, _ in found}) == 2
    assert all(source is None for *_, source in found)


@pytest.mark.slow
def test_another_plan_reuses_young_answers_and_keeps_them_out_of_latency(bench: Bench) -> None:
    assert bench.run("run", "-m", "short", "-t", "reasoning", "--limit", "2", "-o", "first").returncode == 0
    done = bench.run("run", "-m", "short", "-t", "reasoning", "--limit", "3", "-o", "second", "--json")
    assert done.returncode == 0, done.stderr
    [row] = json.loads(done.stdout)["rows"]
    assert (row["n"], row["timed"]) == (3, 1)
    items = pd.read_parquet(bench.folder / "second" / "items.parquet")
    assert items["reused"].sum() == 2
