"""`bench journal`: a journal is checked, copied, exported and pruned, and an older one is used as it is."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.journal import Journal, backup, begun_calls, check, prune, records
from bench.journal.schema import SCHEMAS, VERSION
from bench.records import Attempt, Call, Outcome, TokenUsage, lock_folder
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint
from tests.runjson import record

USAGE = TokenUsage(in_uncached=3, out_total=4)
AT = "2026-12-02T08:00:00.000+00:00"
CALL = Call(
    key="k", run="one", task="t", item="i", repeat=0, order=0, outcome=Outcome.ANSWERED, text="yes", reasoning="",
    finish_reason="stop", served_model="m", usage=USAGE, started_at=AT, queue_s=0.0, wall_s=0.5, timing_ok=True,
    attempts=(Attempt(sent_at=AT, outcome=Outcome.ANSWERED, latency_s=0.5, usage=USAGE),),
)  # fmt: skip


def manifest(run: str) -> str:
    return record(run=run).text()


def filled(path: Path) -> Path:
    """A journal of two runs, one with calls beside it, and a call of a run that it does not know."""
    with Journal(path) as journal:
        for run, folder in (("one", "one"), ("two", "gone")):
            journal.begin(run, "sha", path.parent / folder, manifest(run))
        calls = [replace(CALL, run=run, key=f"{run}{n}") for run in ("one", "one.load", "two", "odd") for n in range(3)]
        assert journal.put_all([journal.entry_of(call) for call in calls]) == [None] * 12
    (path.parent / "one").mkdir()
    return path


def test_a_whole_journal_is_counted(tmp_path: Path) -> None:
    with Journal(filled(tmp_path / "journal.db")) as journal:
        seen = check(journal)
    assert [(run.run, run.calls, run.there) for run in seen.runs] == [("one", 6, True), ("two", 3, False)]
    assert (seen.stray, seen.faults, seen.version) == (3, (), VERSION)


def test_begun_calls_are_said_apart_from_calls(tmp_path: Path) -> None:
    with Journal(filled(tmp_path / "journal.db")) as journal:
        lost = replace(CALL, key="later", outcome=Outcome.INFRASTRUCTURE)
        begun = [replace(lost, run=run) for run in ("one", "one.load", "odd")]
        assert journal.put_all([journal.entry_of(call, begins=True) for call in begun]) == [None] * 3
        seen = check(journal)
        assert [(run.run, run.calls, run.begun) for run in seen.runs] == [("one", 6, 2), ("two", 3, 0)]
        assert (seen.stray, seen.stray_begun, seen.faults) == (3, 1, ())
        assert len(list(records(journal))) == 12
        assert (begun_calls(journal), begun_calls(journal, ["one"]), begun_calls(journal, ["two"])) == (3, 2, 0)
        assert prune(journal, ["one"]) == 6
        assert begun_calls(journal) == 1


def test_the_command_says_begun_calls_apart(bench: Bench, tmp_path: Path) -> None:
    path = filled(tmp_path / "results" / "journal.db")
    with Journal(path) as journal:
        lost = replace(CALL, key="later", outcome=Outcome.INFRASTRUCTURE)
        journal.put_all([journal.entry_of(lost, begins=True)])
    done = bench("journal", "check", "--results", str(path.parent))
    assert "one: 6 calls, 1 begun and not ended" in done.out
    assert "12 calls, 1 begun and not ended" in done.out
    out = tmp_path / "calls.jsonl"
    said = bench("journal", "export", str(out), "--results", str(path.parent))
    assert len(out.read_text().splitlines()) == 12
    assert "1 call was begun and has no end on record" in said.err


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("record = '{}'", "its record cannot be read"),
        ("record = substr(record, 1, 40)", "its record cannot be read"),
        ("scored = 0", "another run, key, asking or outcome"),
        ("key = 'other'", "another run, key, asking or outcome"),
        ("asked_at = 1e308", "another time than its row"),
        ("record = json_set(record, '$.usage.in_uncached', 'x')", "usage.in_uncached of its record cannot be what"),
        ("record = json_set(record, '$.usage.out_total', -1)", "usage.out_total of its record cannot be what"),
        ("record = json_set(record, '$.started_at', 'noon'), asked_at = 'noon'", "started_at of its record is no time"),
        ("record = json_set(record, '$.cost_reported_usd', 1e-320)", "cost_reported_usd of its record cannot be what"),
        ("record = replace(hex(zeroblob(50000)), '00', '[')", "its record cannot be read (nested too deeply)"),
    ],
)
def test_a_record_that_does_not_fit_is_named(tmp_path: Path, change: str, why: str) -> None:
    path = filled(tmp_path / "journal.db")
    db = sqlite3.connect(path)
    db.execute(f"UPDATE calls SET {change} WHERE key = 'two1'")
    db.commit()
    db.close()
    with Journal(path) as journal:
        (fault,) = check(journal).faults
    assert why in fault


@pytest.mark.parametrize("damage", ["[]", "7", "{", "{}", "[" * 50_000, manifest("three")], ids=lambda text: text[:10])
def test_a_runs_record_that_is_none_is_named(tmp_path: Path, damage: str) -> None:
    path = filled(tmp_path / "journal.db")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE runs SET manifest = ? WHERE run = 'two'", (damage,))
    with Journal(path) as journal:
        (fault,) = check(journal).faults
    assert fault.startswith("run two: its record ")


def test_a_copy_is_a_journal_and_refuses_to_replace_a_file(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with Journal(filled(tmp_path / "journal.db")) as journal:
        backup(journal, copy)
        with pytest.raises(UsageError, match="is there already"):
            backup(journal, copy)
        whole = list(records(journal))
    with Journal(copy) as copied:
        assert list(records(copied)) == whole
        assert copied.calls("one")["one1"] == replace(CALL, run="one", key="one1")


def test_a_pruned_run_is_gone_with_what_was_measured_beside_it(tmp_path: Path) -> None:
    with Journal(filled(tmp_path / "journal.db")) as journal:
        with pytest.raises(UsageError, match="knows no run 'three'"):
            prune(journal, ["one", "three"])
        with lock_folder(tmp_path / "one"), pytest.raises(UsageError, match="is working on this run"):
            prune(journal, ["one"])
        assert prune(journal, ["one"]) == 6
        assert [run.run for run in check(journal).runs] == ["two"]
        assert sorted(json.loads(line)["run"] for line in records(journal)) == ["odd"] * 3 + ["two"] * 3


def test_a_journal_of_version_1_goes_on_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    db = sqlite3.connect(path)
    db.executescript(SCHEMAS[1])
    db.close()
    with Journal(filled(path)) as journal:
        assert check(journal).version == 1
        assert journal.answered("two") == {"two0", "two1", "two2"}
        with pytest.raises(sqlite3.IntegrityError, match="answered already"):
            journal.put(replace(CALL, run="two", key="two1"))


def test_a_group_with_a_call_that_is_there_records_the_others_and_replaces_what_failed(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.db") as journal:
        lost = replace(CALL, key="a", outcome=Outcome.INFRASTRUCTURE)
        journal.put(lost)
        journal.put(replace(CALL, key="b"))
        entries = [journal.entry_of(replace(CALL, key=key)) for key in "abc"]
        first, second, third = journal.put_all(entries)
        assert (first, third) == (None, None)
        assert isinstance(second, sqlite3.IntegrityError)
        assert journal.answered("one") == {"a", "b", "c"}
        assert len(journal.calls("one")["a"].attempts) == 2


@pytest.mark.usefixtures("sandbox")
def test_the_commands(bench: Bench, endpoint: FakeEndpoint, tmp_path: Path) -> None:
    bench.configure(endpoint, "good", limit=1)
    assert bench("journal", "check").code == 2
    assert bench("run").code == 0
    run = bench.run_folder.name
    done = bench("journal", "check", "--json")
    whole = json.loads(done.out)
    assert (done.code, whole["faults"], whole["runs"][0]["run"]) == (0, [], run)
    assert bench("journal", "export", str(tmp_path / "calls.jsonl"), "--run", run).code == 0
    lines = (tmp_path / "calls.jsonl").read_text().splitlines()
    assert len(lines) == whole["runs"][0]["calls"] > 0
    assert bench("journal", "backup", str(tmp_path / "copy.db")).code == 0
    shown = bench("journal", "prune", "--run", run)
    assert (shown.code, "Nothing was deleted" in shown.out) == (0, True)
    assert bench("journal", "prune").code == 2
    assert bench("journal", "prune", "--run", run, "--yes").out.startswith(f"{len(lines)} calls of 1 runs deleted")
    assert json.loads(bench("journal", "check", "--json").out)["runs"] == []
