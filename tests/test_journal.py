"""The journal: nothing answered is lost, nothing is recorded twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.errors import IncompleteError, UsageError
from bench.journal import Journal, Recorder
from bench.records import cut_off, unanswered_call, utc_now
from bench.records.claim import Claim
from bench.records.items import Attempt, Call, Outcome, TokenUsage


def call(key: str = "k", run: str = "r1", outcome: Outcome = Outcome.ANSWERED, hours_ago: float = 0.0) -> Call:
    at = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat(timespec="milliseconds")
    usage = TokenUsage(in_uncached=3, out_total=5)
    return Call(
        key=key, run=run, task="t", item="i", repeat=0, order=0, outcome=outcome, text="é", reasoning="",
        finish_reason="stop", served_model="m", usage=usage,
        attempts=(Attempt(sent_at=at, outcome=outcome, usage=usage),),
        started_at=at, queue_s=0.0, wall_s=1.0, timing_ok=True, sampling_requested={"temperature": 0.0}, machine_s=2.0,
    )  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results" / "journal.db"


def test_a_call_comes_back_as_it_was(path: Path) -> None:
    with Journal(path) as journal:
        journal.put(call())
    with Journal(path) as journal:
        again = journal.calls("r1")["k"]
    assert replace(again, started_at="", attempts=()) == replace(call(), started_at="", attempts=())
    assert again.attempts[0].usage == TokenUsage(in_uncached=3, out_total=5)


def test_an_answer_is_never_replaced(path: Path) -> None:
    with Journal(path) as journal:
        journal.put(call())
        with pytest.raises(sqlite3.IntegrityError):
            journal.put(call())


def test_a_failed_call_is_replaced_and_its_attempts_and_machine_time_are_kept(path: Path) -> None:
    with Journal(path) as journal:
        journal.put(call(outcome=Outcome.INFRASTRUCTURE))
        journal.put(call(outcome=Outcome.INFRASTRUCTURE))
        journal.put(call())
        found = journal.calls("r1")["k"]
    assert [a.outcome for a in found.attempts] == [Outcome.INFRASTRUCTURE, Outcome.INFRASTRUCTURE, Outcome.ANSWERED]
    assert (found.machine_s, found.machine_retries_s) == (2.0, 4.0)


def test_an_answer_reused_after_a_failure_costs_both_askings(path: Path) -> None:
    with Journal(path) as journal:
        journal.put(call(outcome=Outcome.INFRASTRUCTURE))
        journal.put(replace(call(), source_run="r0", machine_retries_s=3.0))
        assert journal.calls("r1")["k"].machine_retries_s == 5.0


def test_only_young_scored_answers_of_other_runs_are_reusable(path: Path) -> None:
    with Journal(path) as journal:
        journal.put(call("young", hours_ago=1))
        journal.put(call("old", hours_ago=30))
        journal.put(call("failed", outcome=Outcome.INFRASTRUCTURE))
        journal.put(call("mine", run="r2"))
        journal.put(replace(call("young", run="r0", hours_ago=2), text="older"))
        found = list(journal.reusable({"young", "old", "failed", "mine"}, "r2", 24))
    assert [(c.key, c.run, c.text) for c in found] == [("young", "r1", "é")]


def test_runs_are_found_by_plan(path: Path) -> None:
    with Journal(path) as journal:
        assert journal.newest("p") is None
        journal.begin("r1", "p", path.parent / "r1", "{}")
        journal.begin("r1", "p", path.parent / "r1", '{"again": 1}')
        found = journal.newest("p")
        assert found is not None
        assert (found.run, found.folder, found.manifest, found.finished_at) == (
            "r1",
            path.parent / "r1",
            '{"again": 1}',
            None,
        )
        journal.finish("r1", "2026-01-02T03:04:05.678+00:00")
        journal.begin("r2", "p", path.parent / "r2", "{}")
        newest, in_folder = journal.newest("p"), journal.newest("p", path.parent / "r1")
        assert newest is not None
        assert in_folder is not None
        assert (newest.run, in_folder.run) == ("r2", "r1")


def test_a_claim_keeps_the_time_it_was_first_recorded(path: Path) -> None:
    claim = Claim(name="c", candidate="a", baseline="b", margins={"worse_by": 0.03})
    with Journal(path) as journal:
        first = journal.declare([claim])
        time.sleep(0.01)
        again = journal.declare([claim, replace(claim, margins={"worse_by": 0.05})])
    assert again[claim.sha256] == first[claim.sha256]
    assert len(again) == 2


def test_something_else_is_no_journal(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("this is not a database, but it is long enough to be taken for one" * 40)
    with pytest.raises(UsageError, match=r"is damaged or no journal .* Move it aside"):
        Journal(path)


def test_a_damaged_page_or_record_is_one_line_with_a_cure(path: Path) -> None:
    with Journal(path) as journal:
        journal.put(call("first"))
        journal._db.execute("UPDATE calls SET record = substr(record, 1, 40)")
        with pytest.raises(UsageError, match=r"is damaged .* Move it aside"):
            journal.calls(call("first").run)
        journal._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xaa" * (len(content) - 4096))
    with pytest.raises(UsageError, match=r"is damaged .* Move it aside"), Journal(path) as journal:
        journal.newest("p")


def test_a_journal_without_room_is_not_called_damaged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if sql.startswith("PRAGMA journal_mode"):
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *values)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, **options, factory=Full))
    with pytest.raises(UsageError, match=r"cannot be used \(database or disk is full\)\. Make room"):
        Journal(path)


def test_another_version_is_refused(path: Path) -> None:
    with Journal(path):
        pass
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UsageError, match="version 99"):
        Journal(path)


def test_a_full_disk_is_one_clear_line_and_loses_nothing(path: Path) -> None:
    with Journal(path) as journal:
        journal.put(call("first"))
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count = {pages}")
        big = replace(call("big"), text="x" * 200_000)
        with pytest.raises(IncompleteError, match=r"full.*What was recorded is kept"):
            journal.put(big)
        assert "first" in journal.calls("r1")


WRITER = """
import sys; from pathlib import Path; sys.path.insert(0, {root!r})
from tests.test_journal import call, Journal
with Journal(Path({path!r})) as journal:
    for n in range(100000):
        journal.put(call(f"k{{n}}")); print(n, flush=True)
"""


def test_kill_9_loses_nothing_that_was_recorded(path: Path) -> None:
    root = str(Path(__file__).parent.parent)
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER.format(root=root, path=str(path))], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    told = -1
    while told < 200:
        told = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    rest = process.stdout.read().split("\n")
    process.stdout.close()
    process.wait()
    told = max([told, *(int(line) for line in rest[:-1])])
    with Journal(path) as journal:
        assert {f"k{n}" for n in range(told + 1)} <= set(journal.calls("r1"))


def test_runs_that_share_an_answer_know_of_each_other(path: Path) -> None:
    with Journal(path) as journal:
        for run in ("r1", "r2", "r3"):
            journal.begin(run, "plan", path.parent / run, "{}")
        asked = call()
        journal.put(asked)
        journal.put(replace(asked, run="r2", source_run="r1"))
        journal.put(call(run="r3", hours_ago=1.0))
        assert [entry.run for entry in journal.sharing("r1")] == ["r2"]
        assert [entry.run for entry in journal.sharing("r2")] == ["r1"]
        assert journal.sharing("r3") == []


def test_calls_that_finish_together_are_recorded_together_and_a_bad_one_alone_fails(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []
    written = Journal.put_all

    def counted(journal: Journal, entries: Any) -> Any:
        groups.append(len(entries))
        return written(journal, entries)

    monkeypatch.setattr(Journal, "put_all", counted)

    async def main(journal: Journal) -> list[Any]:
        record = Recorder(journal)
        keys = [*(f"k{n}" for n in range(40)), "k7"]
        return await asyncio.gather(*(record(call(key)) for key in keys), return_exceptions=True)

    with Journal(path) as journal:
        *told, twice = asyncio.run(main(journal))
        assert told == [None] * 40
        assert isinstance(twice, sqlite3.IntegrityError)
        assert len(journal.calls("r1")) == 40
    assert sum(groups) == 41
    assert len(groups) < 20


def test_a_call_whose_run_is_stopped_meanwhile_is_recorded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Journal.put_all

    def slow(journal: Journal, entries: Any) -> Any:
        time.sleep(0.1)
        return written(journal, entries)

    monkeypatch.setattr(Journal, "put_all", slow)

    async def main(journal: Journal) -> None:
        record = Recorder(journal)
        calls = [asyncio.ensure_future(record(call(key))) for key in ("first", "second", "third")]
        await asyncio.sleep(0.02)
        calls[0].cancel()
        raise KeyboardInterrupt

    with Journal(path) as journal:
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(main(journal))
        assert set(journal.calls("r1")) == {"first", "second", "third"}


def test_a_full_disk_is_told_to_each_of_a_group(path: Path) -> None:
    async def main(journal: Journal) -> list[Any]:
        record = Recorder(journal)
        calls = [replace(call(f"k{n}"), text="x" * 200_000) for n in range(3)]
        return await asyncio.gather(*map(record, calls), return_exceptions=True)

    with Journal(path) as journal:
        journal.put(call("first"))
        journal._db.execute(f"PRAGMA max_page_count = {journal._db.execute('PRAGMA page_count').fetchone()[0]}")
        assert all(isinstance(told, IncompleteError) for told in asyncio.run(main(journal)))
        assert set(journal.calls("r1")) == {"first"}


def cut(run: str = "r1", key: str = "k") -> Call:
    return unanswered_call(planned(key), run, cut_off(utc_now()))


def planned(key: str) -> SimpleNamespace:
    return SimpleNamespace(key=key, item=SimpleNamespace(task="t", item="i"), repeat=0, order=0)


def test_what_a_killed_process_had_sent_is_known_and_stays_beside_the_answer(path: Path) -> None:
    async def begin(journal: Journal, *calls: Call) -> None:
        record = Recorder(journal)
        await asyncio.gather(*map(record.begin, calls))

    with Journal(path) as journal:
        asyncio.run(begin(journal, cut(), cut(key="other")))
        assert journal.calls("r1") == {}, "no call was finished"
        asyncio.run(begin(journal, cut()))
        assert {key: len(sent.attempts) for key, sent in journal.begun("r1").items()} == {"k": 1, "other": 1}
    for kills in (2, 3):
        with Journal(path) as journal:
            asyncio.run(begin(journal, cut()))
            assert len(journal.begun("r1")["k"].attempts) == kills
    with Journal(path) as journal:
        asyncio.run(begin(journal, cut()))
        journal.put(call())
        answered = journal.calls("r1")["k"]
        assert [attempt.billable for attempt in answered.attempts] == [True, True, True, True]
        assert [attempt.outcome for attempt in answered.attempts] == [*[Outcome.INFRASTRUCTURE] * 3, Outcome.ANSWERED]
        assert (answered.text, answered.outcome) == ("é", Outcome.ANSWERED)
        assert [*journal.begun("r1")] == ["other"]


def test_a_finished_call_that_cannot_be_written_leaves_word_that_it_was_sent(path: Path) -> None:
    with Journal(path) as journal:
        journal.put(call())
        assert journal.put_all([journal.entry_of(cut(), begins=True)]) == [None]
        with pytest.raises(sqlite3.IntegrityError):
            journal.put(call())
        assert [*journal.begun("r1")] == ["k"]
