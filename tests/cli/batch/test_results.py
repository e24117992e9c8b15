"""Results of a batch: whatever is wrong with them, what is ours is recorded once and the rest is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

import pytest

from bench.engine import batch_call, lines_of
from bench.records import Call, read_record, read_table
from bench.run import batch, batchlines
from tests.batch_server import BatchServer, Body, Result
from tests.cli.batch.conftest import CLAUDE, GPT, configure, solved
from tests.cli.conftest import Bench


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
def test_a_batch_that_fails_as_a_whole_says_why(bench: Bench, server: BatchServer) -> None:
    server.fails = "line 1 is not valid"
    configure(bench, server, GPT)
    part = bench("run", "--batch", "--yes")
    assert part.code == 5
    assert "line 1 is not valid" in " ".join(part.err.split())
