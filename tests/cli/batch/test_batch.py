"""`bench run --batch`: at the batch price, without latency, and never paid twice, whatever breaks on the way."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bench.engine import batch_call
from bench.records import BATCHES, BatchNote, Call, read_batches, read_record, read_table, write_batches
from bench.run import batch
from tests.batch_server import BatchServer
from tests.cli.batch.conftest import CLAUDE, GPT, configure
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint


@pytest.mark.slow
def test_both_interfaces_answer_at_the_batch_price_and_without_latency(bench: Bench, server: BatchServer) -> None:
    configure(bench, server, CLAUDE, GPT)
    done = bench("run", "--batch", "--yes")
    assert done.code == 0, done.err
    items = read_table(bench.run_folder, "items")
    assert items["score"].tolist() == [1.0] * 6
    assert items["latency_s"].isna().all()
    assert items["ttft_s"].isna().all()
    assert items["cost_usd"].tolist() == pytest.approx([11 * 0.05e-6 + 7 * 0.25e-6] * 6), "half of 0.10 and 0.50"
    assert len(server.requests) == len(set(server.requests)) == 6
    record = read_record(bench.run_folder)
    assert [record.models[label].batch for label in ("anthropic", "openai")] == [True, True]
    assert "asked by batch, at the batch price" in (bench.run_folder / "comparison.md").read_text()
    told = "".join(p.read_text(errors="replace") for p in bench.run_folder.rglob("*") if p.is_file())
    assert "secret-of-a-test" not in told
    made = len(server.asked)
    again = bench("run", "--batch", "--yes")
    assert (again.code, len(server.asked)) == (0, made), "a finished run is only read again"
    assert bench("verify").code == 0
    assert bench("score").code == 0


def test_a_live_candidate_beside_a_batch_is_judged_on_all_but_latency(
    bench: Bench, server: BatchServer, endpoint: FakeEndpoint
) -> None:
    live = f"""
[models.good]
model = "openai-api/acme/good"
base_url = "{endpoint.url}"

[claims.swap]
candidate = "good"
baseline = "anthropic"
worse_by = 0.2
slower_by = 2.0
"""
    configure(bench, server, CLAUDE, more=live)
    done = bench("run", "--batch", "--yes")
    assert done.code == 0, done.err
    assert "good: asked as usual" in done.err
    assert len(endpoint.requests) == 3
    assert "asked by batch" in done.out
    assert "a model was asked by batch, which has no latency" in (bench.run_folder / "claims.md").read_text()
    assert read_record(bench.run_folder).models["good"].batch is False


def killed_at(server: BatchServer, place: str, verdict: object, times: int = 1) -> None:
    """The server meets the first requests to a place so."""
    left = [verdict] * times

    def before(what: str) -> object:
        return left.pop() if what == place and left else None

    server.before = before


@pytest.mark.slow
@pytest.mark.parametrize("model", [CLAUDE, GPT])
@pytest.mark.parametrize("verdict", ["drop", "drop reply", 500, 503, 429])
def test_a_batch_whose_making_breaks_is_made_once(
    bench: Bench, server: BatchServer, model: str, verdict: object
) -> None:
    killed_at(server, "POST /messages/batches" if model == CLAUDE else "POST /batches", verdict)
    configure(bench, server, model)
    done = bench("run", "--batch", "--yes")
    assert done.code == 0, done.err
    assert len(server.requests) == 3
    assert ("is found again" in done.err) == (verdict == "drop reply")


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.slow
@pytest.mark.parametrize("model", [CLAUDE, GPT])
def test_a_run_that_is_killed_at_any_step_loses_and_pays_nothing_twice(
    bench: Bench, server: BatchServer, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(bench, server, model, limit=1)
    server.keeps_metadata = False
    keep, put = write_batches, batch_call
    left, kills = 0, 0

    def counted() -> None:
        nonlocal left
        left -= 1
        if not left:
            raise Killed

    def before_and_after(folder: Path, notes: list[BatchNote]) -> None:
        counted()
        keep(folder, notes)
        counted()

    def made(*args: Any, **more: Any) -> Call:
        counted()
        return put(*args, **more)

    for step in range(1, 10):
        command, left = ("run", "--batch", "--yes", "--results", f"results{step}"), step
        with monkeypatch.context() as patched:
            patched.setattr(batch, "write_batches", before_and_after)
            patched.setattr(batch, "batch_call", made)
            try:
                bench(*command)
            except (Killed, BaseExceptionGroup):
                kills += 1
        done = bench(*command)
        assert (step, done.code) == (step, 0), done.err
        assert (step, len(server.requests)) == (step, step), "each run made and paid one batch"
    assert kills == (7 if model == CLAUDE else 9), "every step of a batch, before and after"


@pytest.mark.slow
def test_ctrl_c_leaves_the_batch_and_the_same_command_goes_on(bench: Bench, server: BatchServer) -> None:
    server.polls = 3
    configure(bench, server, CLAUDE)

    def interrupt(what: str) -> None:
        if what.startswith("GET /messages/batches/") and server.polls == 3:
            server.polls = 1
            os.kill(os.getpid(), signal.SIGINT)

    server.before = interrupt
    stopped = bench("run", "--batch", "--yes")
    assert stopped.code == 5
    said = " ".join(stopped.err.split())
    assert "goes on at its vendor" in said
    assert "`bench batches --cancel` calls it off" in said
    assert "over; the same `bench run` fetches" in bench("batches").out
    assert bench("run", "--batch", "--yes").code == 0
    assert len(server.requests) == 3


@pytest.mark.slow
def test_a_batch_that_is_called_off_records_what_it_answered_and_asks_the_rest_anew(
    bench: Bench, server: BatchServer
) -> None:
    server.polls = 99
    configure(bench, server, GPT)

    def interrupt(what: str) -> None:
        if what.startswith("GET /batches/batch"):
            server.before = lambda _what: None
            os.kill(os.getpid(), signal.SIGINT)

    server.before = interrupt
    assert bench("run", "--batch", "--yes").code == 5
    assert "called off" in bench("batches", "--cancel").out
    assert bench("run", "--batch", "--yes").code == 5
    assert read_table(bench.run_folder, "items")["outcome"].tolist() == ["infrastructure"] * 3
    server.polls = 1
    assert bench("run", "--batch", "--yes").code == 0
    assert len(server.batches) == 2


@pytest.mark.slow
def test_a_budget_holds_the_worst_case_of_a_batch_before_it_is_made(bench: Bench, server: BatchServer) -> None:
    configure(bench, server, CLAUDE, limit=12)
    stopped = bench("run", "--batch", "--budget-usd", "0.0005")
    assert stopped.code == 5
    assert 0 < len(server.requests) < 12
    assert "does not hold another item" in stopped.out
    assert bench("run", "--batch", "--budget-usd", "1").code == 0
    assert len(server.requests) == 12


@pytest.mark.slow
def test_what_goes_with_no_batch_is_said_in_one_line(bench: Bench, server: BatchServer) -> None:
    configure(bench, server, CLAUDE)
    for more in (["--gate", "gate.json"], ["--latency-probe", "2"]):
        refused = bench("run", "--batch", "--yes", *more)
        assert (refused.code, "asked by batch, which has none" in refused.err) == (2, True)
    claim = '[claims.a]\ncandidate = "openai"\nbaseline = "anthropic"\nworse_by = 0.2\n'
    configure(bench, server, CLAUDE, GPT, more=claim)
    assert "judged on the way" in bench("run", "--batch", "--yes", "--until-decided").err
    configure(bench, server, CLAUDE)
    assert "has episodes" in bench("run", "--batch", "--yes", "-t", "tools").err
    configure(bench, server, "deepseek/deepseek-flash", more="batch = true\n")
    assert "DeepSeek has no batch interface" in bench("run", "--yes").err
    configure(bench, server, "deepseek/deepseek-flash")
    assert "no model's provider is known" in bench("run", "--batch").err
    assert not server.asked


@pytest.mark.slow
@pytest.mark.parametrize("text", ["{", "[]", '{"batches": 7}', '{"batches": [{"intent": 1}]}', "[" * 9999])
def test_damaged_notes_are_said_in_one_line(bench: Bench, server: BatchServer, text: str) -> None:
    configure(bench, server, CLAUDE)
    server.fails = "x"
    assert bench("run", "--batch", "--yes", "-o", "results/a").code == 0
    (bench.folder / "results" / "a" / BATCHES).write_text(text)
    shown = bench("batches", "a")
    assert (shown.code, f"{BATCHES}: is damaged" in shown.err, "Traceback" in shown.err) == (2, True, False)


@pytest.mark.slow
def test_a_batch_that_its_vendor_lost_is_forgotten_on_demand(bench: Bench, server: BatchServer) -> None:
    configure(bench, server, CLAUDE)
    server.before = lambda what: 404 if what.startswith("GET /messages/batches/") else None
    lost = bench("run", "--batch", "--yes")
    assert lost.code == 5
    assert "cannot be fetched" in " ".join(lost.err.split())
    (note,) = read_batches(bench.run_folder)
    assert note.batch is not None
    assert "asks its 3 calls again" in bench("batches", "--forget", note.batch).out
    assert bench("batches", "--forget", note.batch).code == 2
    server.before = lambda _what: None
    assert bench("run", "--batch", "--yes").code == 0
    assert len(server.batches) == 2
