"""`bench run --batch`: at the batch price, without latency, and never paid twice, whatever breaks on the way."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from bench.engine import batch_call, lines_of
from bench.records import BATCHES, BatchNote, Call, read_batches, read_record, read_table, write_batches
from bench.run import batch, batchlines
from tests.batch_server import BatchServer, Body, Result
from tests.cli.conftest import CODING, Bench
from tests.fake_endpoint import FakeEndpoint

ITEMS = {item["prompt"]: item for item in CODING}


def solved(body: Body) -> Result:
    """The right answer of a coding item."""
    item = ITEMS[body["messages"][-1]["content"]]
    solution = repr(item["value"]) if "value" in item else item["reference"]
    return Result(text=f"```python\n{solution}\n```")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    monkeypatch.setattr(batch, "FIRST_S", 0.001)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret-of-a-test")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-a-test")
    with BatchServer(answer=solved) as server:
        yield server


def configure(bench: Bench, server: BatchServer, *models: str, more: str = "", limit: int = 3) -> None:
    tables = [
        f'[models.{model.partition("/")[0]}]\nmodel = "{model}"\nbase_url = "{server.url}"\nmax_tokens = 100\n'
        for model in models
    ]
    text = f'[run]\nsuites = ["coding"]\nlimit = {limit}\n\n' + "\n".join(tables) + more
    (bench.folder / "bench.toml").write_text(text)


CLAUDE, GPT = "anthropic/claude-haiku-5-5", "openai/gpt-6-luna"


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
@pytest.mark.parametrize("model", [CLAUDE, GPT])
def test_requests_that_expire_or_fail_are_missing_and_asked_again(
    bench: Bench, server: BatchServer, model: str
) -> None:
    endings = iter([Result(ending="expired"), Result(ending="errored", status=500, kind="api_error", message="oops")])
    fates: dict[str, Result] = {}

    def answer(body: Body) -> Result:
        prompt = body["messages"][-1]["content"]
        if prompt not in fates:
            fates[prompt] = next(endings, solved(body))
        return fates[prompt]

    server.answer = answer
    configure(bench, server, model)
    part = bench("run", "--batch", "--yes")
    assert part.code == 5
    items = read_table(bench.run_folder, "items")
    assert sorted(items["outcome"]) == ["answered", "infrastructure", "infrastructure"]
    errors = " ".join(read_table(bench.run_folder, "answers")["error"].dropna())
    assert "expired" in errors
    assert "oops" in errors
    server.answer = solved
    assert bench("run", "--batch", "--yes").code == 0
    assert len(server.requests) == 5, "only the two are asked again"


def line_of(content: bytes, number: int = 0) -> dict[str, object]:
    line: dict[str, object] = json.loads(content.splitlines()[number])
    return line


def hostile(content: bytes) -> bytes:
    """A giant line, another's id, a doubled id, binary, a page, half a line and one of another shape around ours."""
    if not content:
        return b""
    strange = {**line_of(content), "custom_id": "f" * 64}
    doubled = json.dumps(line_of(content)).replace("python", "lie").encode()
    odd = [b"<html><title>Sign in</title>", b"\xff\xfe\x00", b"[]", b'{"custom_id": 7}', b"null", doubled]
    return content + b"\n".join([b"x" * (17 << 20), json.dumps(strange).encode(), *odd]) + b'\n{"custom_id": "'


@pytest.mark.slow
@pytest.mark.parametrize("model", [CLAUDE, GPT])
def test_hostile_results_change_nothing_of_what_is_ours(bench: Bench, server: BatchServer, model: str) -> None:
    server.mangle = hostile
    configure(bench, server, model, limit=2)
    done = bench("run", "--batch", "--yes")
    assert done.code == 0, done.err
    assert "9 lines of the results" in " ".join(done.err.split())
    assert read_table(bench.run_folder, "items")["score"].tolist() == [1.0] * 2


@pytest.mark.slow
@pytest.mark.parametrize("model", [CLAUDE, GPT])
def test_results_are_recorded_one_at_a_time_and_not_kept(
    bench: Bench, server: BatchServer, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of results may have gigabytes."""
    recorded, read = batch_call, list[int]()
    made: list[str] = []

    def each(file: IO[bytes]) -> Iterator[str | None]:
        for line in lines_of(file):
            yield line
            read.append(len(made))

    def put(*args: Any, **more: Any) -> Call:
        call = recorded(*args, **more)
        made.append(call.key)
        return call

    monkeypatch.setattr(batchlines, "lines_of", each)
    monkeypatch.setattr(batch, "batch_call", put)
    configure(bench, server, model)
    assert bench("run", "--batch", "--yes").code == 0
    assert read == [1, 2, 3]


@pytest.mark.slow
def test_an_error_that_nobody_foresaw_stops_its_own_model_alone(
    bench: Bench, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("by its reply")

    monkeypatch.setattr("bench.providers.batches.ChatBatches.result", broken)
    configure(bench, server, CLAUDE, GPT)
    part = bench("run", "--batch", "--yes")
    assert part.code == 5
    assert "openai was stopped: an unexpected error at" in " ".join(part.err.split())
    items = read_table(bench.run_folder, "items")
    assert items[items["model"] == "anthropic"]["score"].tolist() == [1.0] * 3


@pytest.mark.slow
def test_a_full_disk_ends_a_run_by_batch_in_one_line(
    bench: Bench, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    configure(bench, server, CLAUDE, GPT)
    with monkeypatch.context() as patched:
        patched.setattr("bench.engine.batching.TemporaryFile", full)
        part = bench("run", "--batch", "--yes")
    assert part.code == 5
    assert "cannot be kept on this disk (No space left on device)" in " ".join(part.err.split())
    assert bench("run", "--batch", "--yes").code == 0
    assert len(server.requests) == 6


@pytest.mark.slow
@pytest.mark.parametrize("model", [CLAUDE, GPT])
def test_results_that_are_a_page_are_not_recorded(bench: Bench, server: BatchServer, model: str) -> None:
    server.mangle = lambda _content: b"<!doctype html><title>Sign in</title>\n"
    configure(bench, server, model)
    part = bench("run", "--batch", "--yes")
    assert part.code == 5
    assert "hold no line of ours" in " ".join(part.err.split())
    server.mangle = lambda content: content
    assert bench("run", "--batch", "--yes").code == 0
    assert len(server.requests) == 3


@pytest.mark.slow
def test_a_request_without_a_line_is_missing_and_counts_at_its_worst(bench: Bench, server: BatchServer) -> None:
    server.mangle, server.counts = lambda content: b"\n".join(content.splitlines()[1:]) + b"\n", False
    configure(bench, server, CLAUDE)
    part = bench("run", "--batch", "--budget-usd", "1")
    assert part.code == 5
    items = read_table(bench.run_folder, "items")
    assert sorted(items["outcome"]) == ["answered", "answered", "infrastructure"]
    spent = read_record(bench.run_folder).spending
    assert spent is not None
    assert float(spent.spent_usd or 0) > 2 * (11 * 0.05e-6 + 7 * 0.25e-6) + 100 * 0.25e-6


@pytest.mark.slow
@pytest.mark.parametrize("model", [CLAUDE, GPT])
def test_results_that_came_cut_off_are_looked_for_again_and_never_paid_twice(
    bench: Bench, server: BatchServer, model: str
) -> None:
    server.mangle = lambda content: content[: len(content) // 2]
    configure(bench, server, model)
    part = bench("run", "--batch", "--yes")
    assert part.code == 5
    assert "answers that it says it has: they came cut off" in " ".join((part.err + part.out).split())
    server.mangle = lambda content: content
    assert bench("run", "--batch", "--yes").code == 0
    assert (len(server.batches), len(server.requests)) == (1, 3)
    assert read_table(bench.run_folder, "items")["score"].tolist() == [1.0] * 3


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
def test_a_batch_that_fails_as_a_whole_says_why(bench: Bench, server: BatchServer) -> None:
    server.fails = "line 1 is not valid"
    configure(bench, server, GPT)
    part = bench("run", "--batch", "--yes")
    assert part.code == 5
    assert "line 1 is not valid" in " ".join(part.err.split())


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
