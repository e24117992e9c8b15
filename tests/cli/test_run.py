"""`bench run` against an endpoint on loopback, and `bench report` of what it left."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.records.items import Graded
from bench.scoring.graders import function_calls
from tests.cli.conftest import CODING, Bench
from tests.fake_endpoint import DROP, FakeEndpoint, Reply, Request

pytestmark = pytest.mark.usefixtures("sandbox")


@pytest.mark.charts
def test_a_run_prints_the_table_and_leaves_a_folder(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad")
    result = bench("run")
    assert (result.code, len(endpoint.requests)) == (0, 6)
    assert "Run folder: results/" in result.out
    assert max(map(len, result.out.splitlines())) <= 80
    assert {line.split()[0] for line in result.out.splitlines() if line.startswith("  ")} == {"good", "bad"}
    assert "100 %" in result.out
    assert "unknown" in result.out, "a remote model without a price has no cost"
    assert {p.name for p in bench.run_folder.iterdir()} >= {
        "run.json", "items.parquet", "items.csv", "answers.parquet", "comparison.md", "comparison.csv",
        "comparison.json", "charts", "lm-eval",
    }  # fmt: skip
    items = pd.read_parquet(bench.run_folder / "items.parquet")
    assert items.groupby("model")["score"].mean().to_dict() == {"bad": 0.0, "good": 1.0}
    assert items["cost_usd"].isna().all()


def test_a_finished_run_is_only_printed_again(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good")
    bench("run")
    again = bench("run")
    assert (again.code, len(endpoint.requests)) == (0, 3)
    assert "0 calls: this run of 20" in again.out
    fresh = bench("run", "--fresh")
    assert (fresh.code, len(endpoint.requests)) == (0, 6)


def test_a_plan_can_be_read_as_json(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=2)
    plan = json.loads(bench("run", "--dry-run", "--json").out)
    assert plan["suites"] == {"coding": {"items": 2, "available": len(CODING)}}
    assert plan["models"] == {"good": {"model": "openai-api/acme/good", "calls": 2}}
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("file", "content"),
    [("run.json", b'{"half'), ("run.json", b"{}"), ("items.parquet", b"PAR1"), ("answers.parquet", None)],
)
def test_a_damaged_run_folder_is_rebuilt_from_the_journal_without_a_call(
    bench: Bench, endpoint: FakeEndpoint, file: str, content: bytes | None
) -> None:
    bench.configure(endpoint, "good", limit=1)
    first = bench("run").out
    finished = json.loads((bench.run_folder / "run.json").read_text())["finished_at"]
    path = bench.run_folder / file
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    asked = len(endpoint.requests)
    refused = bench("report", str(path.parent))
    assert refused.code == 2
    assert "`bench run` rebuilds it from the journal" in refused.err
    again = bench("run")
    assert again.code == 0
    assert again.out.splitlines()[:5] == first.splitlines()[:5]
    assert len(endpoint.requests) == asked
    assert json.loads((bench.run_folder / "run.json").read_text())["finished_at"] == finished
    assert bench("report").code == 0


def test_json_is_all_of_stdout(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good")
    (row,) = json.loads(bench("run", "--json").out)["rows"]
    assert (row["model"], row["n"], row["cost_per_1000_usd"]) == ("good", 3, None)
    assert json.loads(bench("report", "--json").out)["rows"] == [row]


@pytest.mark.charts
def test_report_writes_the_files_again(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good")
    bench("run")
    run = bench.run_folder
    before = {p: p.read_bytes() for p in [*run.glob("comparison.*"), run / "charts" / "cost_quality.svg"]}
    for path in before:
        path.unlink()
    asked = len(endpoint.requests)
    for name in ((), (run.name,), (str(run),)):
        result = bench("report", *name)
        assert result.code == 0
        assert "report.html" in result.out
    assert {p: p.read_bytes() for p in before} == before
    assert len(endpoint.requests) == asked


def test_a_dry_run_calls_nothing(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad")
    result = bench("run", "--dry-run", "--repeats", "2")
    assert result.code == 0
    assert f"coding: 3 of {len(CODING)} items" in result.out
    assert "good (openai-api/acme/good): 6 calls" in result.out
    assert "nothing was called" in result.out
    assert endpoint.requests == []
    assert not (bench.folder / "results").exists()


def test_an_endpoint_that_is_down_leaves_the_run_incomplete(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=4)
    sound = endpoint.script
    endpoint.script = lambda request: DROP if request.body["model"] == "bad" else sound(request)
    result = bench("run", "-j", "1")
    assert result.code == 5
    assert "bad was stopped: 3 calls in a row failed" in result.out.replace("\n", " ")
    assert "Incomplete: 4 answers are missing. Continue with: bench run -j 1" in result.out
    asked = len(endpoint.requests)
    endpoint.script = sound
    result = bench("run", "-j", "1")
    assert (result.code, len(endpoint.requests) - asked) == (0, 4)
    assert "Incomplete" not in result.out


def test_asking_again_what_had_failed_is_not_told_as_0_calls(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=2)
    sound = endpoint.script
    endpoint.script = lambda _request: DROP
    assert bench("run").code == 5
    endpoint.script = sound
    result = bench("run")
    assert (result.code, "0 calls" in result.out) == (0, False)


def test_a_failed_grader_leaves_the_run_incomplete_and_is_asked_again(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.configure(endpoint, "good", limit=1)
    with monkeypatch.context() as patched:
        patched.setattr(function_calls, "_memo", {})
        patched.setattr(function_calls, "_judge", lambda _item, _text: Graded(score=None))
        result = bench("run")
    assert (result.code, "Incomplete: 1 answer is missing" in result.out) == (5, True)
    result = bench("run")
    assert (result.code, len(endpoint.requests)) == (0, 1)
    assert "100 %" in result.out


def test_an_interrupted_fresh_run_takes_no_older_answers_when_continued(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=2)
    assert bench("run").code == 0
    sound = endpoint.script
    endpoint.script = lambda _request: DROP
    assert bench("run", "--fresh").code == 5
    endpoint.script = sound
    asked = len(endpoint.requests)
    first = lane_of(bench)
    assert bench("run").code == 0
    assert len(endpoint.requests) - asked == 2
    assert first["retries"] > 0
    assert (lane_of(bench)["retries"], lane_of(bench)["stopped"]) == (first["retries"], None), "both parts count"


def lane_of(bench: Bench) -> dict[str, Any]:
    """What the newest run recorded of its only lane."""
    newest = max((bench.folder / "results").glob("*/run.json"))
    (lane,) = json.loads(newest.read_text())["lanes"].values()
    return lane  # type: ignore[no-any-return]


def test_ctrl_c_keeps_what_was_answered(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=4)
    sound = endpoint.script

    def interrupt(request: Request) -> Reply:
        if len(endpoint.requests) < 3:
            return sound(request)
        os.kill(os.getpid(), signal.SIGINT)
        return replace(sound(request), gap_s=0.5)

    endpoint.script = interrupt
    result = bench("run", "-j", "1")
    assert result.code == 5
    assert "Stopped. Every finished answer is kept. Continue with: bench run -j 1" in result.err
    assert bench("list", "runs").out.splitlines()[1].split()[1:] == ["unfinished"]
    assert "has come to its tables yet. Continue with: bench run" in bench("report").err
    endpoint.script = sound
    asked = len(endpoint.requests)
    assert bench("run", "-j", "1").code == 0
    assert bench("list", "runs").out.splitlines()[1].split()[1:] == ["complete", "coding", "4", "good", "0"]
    assert len(endpoint.requests) - asked == 2


def test_a_refused_key_is_told_in_the_endpoints_words(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good")
    endpoint.script = lambda _request: Reply(status=401, text="no such key")
    result = bench("run")
    assert result.code == 5
    assert "good was stopped: HTTP 401: no such key. Check the key" in result.out
    assert "unknown" in result.out


def test_a_model_may_be_named_on_the_command_line(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.configure(endpoint, "good")
    monkeypatch.setenv("ACME_BASE_URL", endpoint.url)
    monkeypatch.setenv("ACME_API_KEY", "secret-1")
    result = bench("run", "-m", "openai-api/acme/team/model:free", "--limit", "1")
    assert result.code == 0
    assert "model-free" in result.out
    (request,) = endpoint.requests
    assert request.body["model"] == "team/model:free"
    assert request.headers["authorization"] == "Bearer secret-1"
    assert "secret-1" not in "".join(p.read_text() for p in bench.run_folder.glob("*.json"))


def test_two_models_of_one_name_are_refused(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.configure(endpoint, "good")
    monkeypatch.setenv("ACME_BASE_URL", endpoint.url)
    monkeypatch.setenv("OTHER_BASE_URL", endpoint.url)
    result = bench("run", "-m", "openai-api/acme/x", "-m", "openai-api/other/x", "--dry-run")
    assert (result.code, result.err) == (
        2,
        "Error: two models would be called 'x'. Name one as [models.<label>] in bench.toml.\n",
    )
    assert bench("run", "-m", "openai-api/acme/x", "-m", "openai-api/acme/x", "--dry-run").code == 0


def test_environment_variables_stand_below_options(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.configure(endpoint, "good", "bad", limit=4)
    (bench.folder / "bench.toml").rename(bench.folder / "other.toml")
    for name, value in {
        "CONFIG": "other.toml", "RESULTS": "elsewhere", "MODEL": "good bad", "TASK": "coding_complete",
        "LIMIT": "2", "REPEATS": "2", "SEED": "7", "MAX_CONNECTIONS": "1", "OUTPUT": "here",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"BENCH_{name}", value)
    assert bench("run", "--limit", "1", "-m", "bad").code == 0
    manifest = json.loads((bench.folder / "here" / "run.json").read_text())
    assert (bench.folder / "elsewhere" / "journal.db").is_file()
    assert manifest["settings"]["suites"] == ["coding_complete"]
    assert [manifest["settings"][k] for k in ("limit", "repeats", "seed")] == [1, 2, 7]
    assert list(manifest["models"]) == ["bad"]
    assert len(endpoint.requests) == 2
    monkeypatch.setenv("BENCH_RUN", "here")
    assert "wrote here/report.html" in bench("report").out


def test_limit_all_takes_every_item(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good")
    assert "coding: 690 of 690 items" in bench("run", "--limit", "all", "--dry-run").out


def test_claims_about_other_models_are_left_out(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad")
    claim = '\n[claims.same]\ncandidate = "bad"\nbaseline = "good"\nworse_by = 0.03\n'
    with (bench.folder / "bench.toml").open("a") as file:
        file.write(claim)
    assert bench("run", "-m", "good", "--limit", "1").code == 0
    assert json.loads((bench.run_folder / "run.json").read_text())["claims"] == {}


def test_a_chosen_folder_is_used_once(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=1)
    assert bench("run", "-m", "good", "-o", "mine").code == 0
    assert (bench.folder / "mine" / "comparison.md").is_file()
    result = bench("run", "-m", "bad", "-o", "mine")
    assert result.code == 2
    assert "mine: already holds another run. Choose an empty folder for -o." in result.err


def test_runs_are_listed_damaged_ones_too(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=1)
    bench("run")
    damaged = bench.folder / "results" / "20200101T000000Z-00000000"
    damaged.mkdir()
    (damaged / "run.json").write_text("{")
    lines = bench("list", "runs").out.splitlines()
    assert lines[0].split() == ["run", "state", "suites", "items", "models", "spent_usd", "claims"]
    assert lines[1].split() == [damaged.name, "damaged"]
    assert lines[2].split()[1:] == ["complete", "coding", "1", "good,", "bad", "0"]
    assert [row["state"] for row in json.loads(bench("list", "runs", "--json").out)] == ["damaged", "complete"]


@pytest.mark.parametrize("option", [["--results", "file/results"], ["-o", "file/run"]])
def test_a_folder_that_cannot_be_written_is_one_line(bench: Bench, endpoint: FakeEndpoint, option: list[str]) -> None:
    bench.configure(endpoint, "good", limit=1)
    Path("file").touch()
    result = bench("run", *option)
    assert result.code == 2
    assert result.err.splitlines()[-1].startswith("Error: file/")
    assert "Traceback" not in result.err
    assert endpoint.requests == []


@pytest.mark.charts
def test_a_report_that_cannot_be_written_is_incomplete(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    bench("run")
    chart = bench.run_folder / "charts" / "cost_quality.svg"
    chart.unlink()
    chart.mkdir()
    result = bench("report")
    assert result.code == 5
    assert "cost_quality.svg: cannot be written" in result.err
    assert result.err.count("\n") == 1


@pytest.mark.slow
def test_two_commands_begun_at_once_ask_nothing_twice(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=6)
    sound = endpoint.script
    endpoint.script = lambda request: replace(sound(request), gap_s=0.01)
    command = [sys.executable, "-m", "bench", "run", "-j", "1"]
    pair = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(process.communicate(timeout=120), process.returncode) for process in pair]
    assert len(endpoint.requests) == 6
    assert [code for _, code in ended].count(0) >= 1
    for (out, err), code in ended:
        assert "Traceback" not in err
        assert code == 0 or "another `bench run` is working on this run" in err, out + err


def test_a_run_may_live_in_the_results_folder_itself(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    assert bench("run", "-o", "results").code == 0
    assert "0 calls" in bench("run", "-o", "results").out


def test_throttling_is_said_while_the_run_goes_on(bench: Bench, endpoint: FakeEndpoint) -> None:
    answer, seen = endpoint.script, itertools.count()

    def script(request: Request) -> Reply:
        if next(seen) == 1:
            return Reply(status=429, text="slow down", headers={"retry-after-ms": "20"})
        return answer(request)

    endpoint.script = script
    bench.configure(endpoint, "good", limit=6)
    done = bench("run", "--yes")
    assert done.code == 0, done.err
    said = [line for line in done.err.splitlines() if line.startswith("good: 429: ")]
    assert len(said) == 1
    assert done.err.index(said[0]) < done.err.index("6/6 items")
