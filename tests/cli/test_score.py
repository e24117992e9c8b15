"""`bench score`: the same answers under today's tasks, in a folder of their own, without a call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench import registry
from bench.errors import UsageError
from bench.records import read_rows
from bench.run import JOURNAL
from bench.run.rescore import rescore
from bench.scoring.graders import Grader
from tests import runjson
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

ITEMS: list[dict[str, Any]] = [{"id": f"i{n}", "prompt": f"What is {n} + 1?", "number": n + 1} for n in range(4)]


@pytest.fixture
def answering() -> Iterator[FakeEndpoint]:
    """Says the number, always; for the third item the connection gives only a refusal of the request."""

    def script(request: Request) -> Reply:
        number = int(request.prompt.split()[2]) + 1
        return Reply(status=400, text="no") if number == 3 and request.body["model"] == "b" else Reply(text=f"{number}")

    with FakeEndpoint(script) as running:
        yield running


def write(folder: Path, items: list[dict[str, Any]]) -> None:
    (folder / "mine.jsonl").write_text("\n".join(map(json.dumps, items)))


@pytest.fixture
def ran(bench: Bench, answering: FakeEndpoint) -> Path:
    """The folder of a run of two models on ITEMS."""
    write(bench.folder, ITEMS)
    bench.configure(answering, "a", "b")
    assert bench("tasks", "new", "mine", "--from", "mine.jsonl").code == 0
    bench("run", "-t", "mine", "--limit", "all")
    answering.requests.clear()
    return bench.run_folder


def replaced(bench: Bench, items: list[dict[str, Any]]) -> None:
    write(bench.folder, items)
    assert bench("tasks", "new", "mine", "--from", "mine.jsonl", "--replace").code == 0


def test_a_corrected_answer_scores_the_recorded_ones_anew(bench: Bench, ran: Path, answering: FakeEndpoint) -> None:
    before, _ = read_rows(ran)
    replaced(bench, [{**ITEMS[0], "number": 100}, *ITEMS[1:]])
    done = bench("score", ran.name)
    assert done.code == 0, done.err
    assert "mine: version 1 then, 2 now" in done.out
    assert "0 calls: 2 scores or outcomes are different." in done.out
    assert not answering.requests

    folder = next(path for path in ran.parent.iterdir() if path.name.endswith("-score"))
    manifest = runjson.content(folder)
    assert (manifest["parent"], manifest["run"], manifest["derived"]["by"]) == (ran.name, folder.name, "score")
    assert manifest["derived"]["tasks_before"]["mine"]["version"] == "1"
    assert manifest["tasks"]["mine"]["version"] == "2"
    rows, answers = read_rows(folder)
    assert {row.run for row in rows} == {row.run for row in answers} == {folder.name}
    assert {row.task_version for row in rows} == {"2"}
    assert {(r.item, r.score) for r in rows if r.model == "a"} == {("i0", 0.0), ("i1", 1.0), ("i2", 1.0), ("i3", 1.0)}
    kept = ("latency_s", "cost_usd", "in_uncached", "order", "started_at", "attempts")
    assert [[getattr(r, k) for k in kept] for r in rows] == [[getattr(r, k) for k in kept] for r in before]
    (lost,) = [r for r in rows if r.outcome == "infrastructure"]
    assert (lost.model, lost.item, lost.score) == ("b", "i2", None)
    assert (folder / "comparison.md").is_file()
    assert list((folder / "lm-eval" / "a").glob("samples_mine_*.jsonl"))
    assert read_rows(ran)[0] == before, "the parent is never altered"


def test_verify_holds_the_table_against_the_journal(bench: Bench, ran: Path) -> None:
    """A served model, a token count or a time that was changed in a run's table, and a call that was never made."""
    assert bench("report", ran.name).code == 0
    whole = bench("verify", ran.name)
    assert (whole.code, "who answered are as the journal recorded them" in whole.out) == (0, True), whole.out
    table = pd.read_parquet(ran / "items.parquet")
    table["served_model"] = table["served_model"].mask(table["item"] == "i1", "gpt-9")
    table["latency_s"] = table["latency_s"].mask(table["item"] == "i3", 0.001)
    table.to_parquet(ran / "items.parquet")
    assert bench("report", ran.name).code == 0
    forged = bench("verify", ran.name)
    assert forged.code == 3
    said = [line for line in forged.out.splitlines() if "by the journal" in line]
    assert [line.split(", ")[1].split(":")[0] for line in said].count("served_model") == 2
    assert any("published gpt-9, the tables give " in line for line in said)
    assert any("latency_s: published 0.001" in line for line in said)
    (ran.parent / JOURNAL).unlink()
    alone = bench("verify", ran.name).out
    assert ("by the journal" in alone, "times are the items table's own" in alone) == (False, True)


def test_nothing_changed_is_said(bench: Bench, ran: Path) -> None:
    done = bench("score", ran.name)
    assert "No task has changed since the run." in done.out
    assert "0 calls: 0 scores or outcomes are different." in done.out
    again = bench("score", f"{ran.name}-score")
    assert (again.code, f"Score that one: {ran.name}" in again.err) == (2, True)
    assert json.loads(bench("score", ran.name, "--json").out)["rows"][0]["n"] == 4


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ([{**ITEMS[0], "prompt": "What is 0 plus 1?"}, *ITEMS[1:]], "item 'i0' has another prompt today"),
        (ITEMS[1:], "item 'i0' is no longer there"),
    ],
)
def test_a_changed_prompt_is_refused(bench: Bench, ran: Path, items: list[dict[str, Any]], problem: str) -> None:
    replaced(bench, items)
    done = bench("score", ran.name)
    assert done.code == 2
    assert problem in done.err
    assert "(version 1 then, 2 now)" in done.err
    assert not list(ran.parent.glob("*-score")), "no folder is left behind"


def test_what_goes_wrong_in_scoring_leaves_no_folder_behind(
    bench: Bench, ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_sandbox(*_: object) -> object:
        raise UsageError("no sandbox works here.")

    monkeypatch.setattr("bench.run.rescore.judge", no_sandbox)
    assert bench("score", ran.name).err == "Error: no sandbox works here.\n"
    assert not list(ran.parent.glob("*-score"))


def test_a_grader_that_fails_today_is_named(bench: Bench, ran: Path) -> None:
    yaml = bench.folder / "bench-tasks" / "mine.yaml"
    (bench.folder / "bench-tasks" / "odd.py").write_text(
        "from bench.scoring.graders import Grader\nfails = Grader(lambda item, text: 1 / 0)\n"
    )
    yaml.write_text(yaml.read_text().replace("bench.hooks.own_answer", "odd.fails"))
    done = bench("score", ran.name)
    assert done.code == 0
    assert 'mine: the grader failed: {"why": "ZeroDivisionError: division by zero"}; 7 answers are missing.' in done.err


def test_without_the_journal_there_is_nothing_to_score(bench: Bench, ran: Path) -> None:
    (ran.parent / "journal.db").rename(bench.folder / "elsewhere.db")
    done = bench("score", ran.name)
    assert (done.code, "journal.db: is not there" in done.err) == (2, True)


def test_a_task_that_is_gone_is_named(bench: Bench, ran: Path) -> None:
    (bench.folder / "bench-tasks" / "mine.yaml").unlink()
    done = bench("score", ran.name)
    assert (done.code, "unknown task 'mine'" in done.err) == (2, True)


class Counting(ThreadPoolExecutor):
    """A pool that counts what it is asked to grade."""

    asked = 0

    def map(self, fn: Callable[..., Any], *iterables: Iterable[Any], **more: Any) -> Iterator[Any]:
        rows = [list(each) for each in iterables]
        self.asked += len(rows[0])
        return super().map(fn, *rows, **more)


@pytest.mark.usefixtures("sandbox")
def test_a_pool_grades_what_the_run_recorded(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Grader, "known", lambda *_: False)  # the run was graded in this very process
    bench.configure(endpoint, "good", limit=2)
    done = bench("run", "-t", "coding")
    assert done.code == 0, done.out + done.err
    folder = bench.run_folder
    with Counting(1) as pool:
        again = rescore(folder, folder.parent / JOURNAL, registry.read(), pool)
    assert pool.asked == 2
    assert [row.score for row in read_rows(again.folder)[0]] == [row.score for row in read_rows(folder)[0]]
