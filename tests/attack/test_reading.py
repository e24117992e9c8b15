"""What others put in place of files: links, pipes, devices, bombs, another's database. One clear line, no waiting."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from bench import clean
from bench.errors import UsageError
from bench.journal import Journal
from bench.records import git_commit, new_folder, parquet, read_parquet, read_record, read_table, write_text
from bench.records.parquet import UNPACKED_BYTES
from bench.report.numbers.lengths import read_answers
from bench.report.redact import redact
from bench.run import describe
from tests.attack.test_run_folders import BEFORE, contents
from tests.claims.test_claims import CLAIM
from tests.cli.conftest import Bench, bench, endpoint
from tests.fake_endpoint import FakeEndpoint
from tests.sampling import sampled

pytestmark = pytest.mark.charts

__all__ = ["bench", "endpoint"]


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 << 30)


THINGS: dict[str, Callable[[Path], object]] = {
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "pipe": os.mkfifo,
    "another's file": lambda path: path.symlink_to("/etc/passwd"),
    "its own brother": lambda path: path.symlink_to("items.csv"),
    "nowhere": lambda path: path.symlink_to("/nowhere"),
    "folder": lambda path: path.mkdir(),
    "ten gigabytes": sparse,
}
READ = {
    "run.json": ("report", "claim", "gate", "verify", "list", "history"),
    "items.parquet": ("report", "verify", "reprice", "gate"),
    "answers.parquet": ("report", "redact", "verify"),
    "aggregates.parquet": ("report", "verify"),
    "labels.parquet": ("redact",),
    "judgments.parquet": ("redact",),
    "latency.csv": ("report", "redact"),
    "report.html": ("verify",),
    "comparison.json": ("verify",),
    "charts": ("verify",),
    "prices.toml": ("reprice",),
}
"""What is read of a run folder, and by which commands."""
COMMANDS = {
    "report": ("report", "plain"),
    "redact": ("report", "plain", "--redact"),
    "claim": ("claim", "plain", "--candidate", "small", "--baseline", "large", "--worse-by", "0.2"),
    "gate": ("gate", "plain", "--save", "gate.json"),
    "verify": ("verify", "plain"),
    "list": ("list", "runs"),
    "reprice": ("reprice", "plain", "--cache-hit", "0.5"),
    "history": ("list", "runs", "--json"),
}


@pytest.fixture
def run(bench: Bench) -> Path:
    folder = bench.folder / "results" / "plain"
    shutil.copytree(BEFORE / "plain", folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", READ)
def test_nothing_but_a_file_is_read_by_any_command(bench: Bench, run: Path, name: str) -> None:
    for what, make in THINGS.items():
        replaced(run / name, make)
        for command in READ[name]:
            quickly_refused(bench, name, what, command)


@pytest.mark.parametrize("name", sampled(["run.json", "answers.parquet", "report.html"], 1))
def test_no_command_waits_for_a_pipe(bench: Bench, run: Path, name: str) -> None:
    replaced(run / name, os.mkfifo)
    quickly_refused(bench, name, "pipe", READ[name][-1])


def replaced(path: Path, make: Callable[[Path], object]) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    make(path)


def quickly_refused(bench: Bench, name: str, what: str, command: str) -> None:
    begun = time.process_time()
    done = bench(*COMMANDS[command])
    assert time.process_time() - begun < 20, (what, command)
    assert not {"Traceback", "root:"} & {*(done.out + done.err).split()}, (what, command)
    assert len(done.err.splitlines()) < 10, (what, command, done.err)
    assert done.code in (0, 2, 3, 4), (what, command, done)
    assert done.code != 2 or name in done.err or "no run" in done.err, (what, command, done.err)


@pytest.mark.parametrize("what", THINGS)
def test_tables_and_records_are_files(tmp_path: Path, what: str) -> None:
    for name in ("run.json", "items.parquet"):
        THINGS[what](tmp_path / name)
        with pytest.raises(UsageError, match=name) as refused:
            read_table(tmp_path, "items") if name.startswith("items") else read_record(tmp_path)
        assert "\n" not in str(refused.value)


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a.csv").write_text("secret")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "charts").symlink_to(tmp_path / "far")
    with pytest.raises(OSError, match="charts is a link"):
        clean.read_text(tmp_path / "run" / "charts" / "a.csv", below=tmp_path / "run")
    assert clean.read_text(tmp_path / "run" / "charts" / "a.csv") == "secret", "a path of the user's own"
    with pytest.raises(OSError, match="larger than 0 MiB"):
        clean.read_text(tmp_path / "far" / "a.csv", most=5)


def bomb(path: Path) -> None:
    """Two million texts of a megabyte each, in a few kilobytes."""
    texts = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 2_000_000, pyarrow.int32()), ["x" * (1 << 20)])
    table = pyarrow.table({"model": texts})
    pyarrow.parquet.write_table(table, path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 100_000


def test_a_table_is_not_unpacked_beyond_its_bound(tmp_path: Path) -> None:
    bomb(tmp_path / "items.parquet")
    with pytest.raises(UsageError, match=f"its cells unpack to more than {UNPACKED_BYTES >> 20} MiB"):
        read_table(tmp_path, "items", ["model"])


def test_long_texts_are_never_in_memory_together(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = pyarrow.parquet.read_table(run / "answers.parquet")
    texts = pyarrow.array([f"{at} " + "long " * 40_000 for at in range(len(answers))])
    answers = answers.set_column(answers.schema.get_field_index("answer"), "answer", texts)
    pyarrow.parquet.write_table(answers, run / "answers.parquet", write_batch_size=1, use_dictionary=False)
    pool = pyarrow.default_memory_pool()
    begun, most = pool.bytes_allocated(), 0

    def lengths(texts: pyarrow.Array) -> Any:
        nonlocal most
        most = max(most, pool.bytes_allocated() - begun)
        return measured(texts)

    measured = parquet._lengths
    monkeypatch.setattr(parquet, "_lengths", lengths)
    monkeypatch.setattr(parquet, "_CODED_BYTES", 0)  # as of a large table
    with parquet.parquet_file(run, "answers.parquet") as table:
        for batch in table.batches(["answer", "prompt"]):
            most = max(most, pool.bytes_allocated() - begun)
            assert len(batch) == 1 or batch.nbytes < 2 * parquet.BATCH_BYTES
    assert most < 8 * parquet.BATCH_BYTES < texts.nbytes / 2
    folder = redact(run)
    file = pyarrow.parquet.ParquetFile(folder / "answers.parquet")
    assert file.metadata.num_row_groups > 4, "nor are they while they are written"
    assert read_answers(folder)["answer"].tolist() == read_answers(run)["answer"].tolist()


def nested(path: Path) -> None:
    """1,500 texts of a megabyte in one cell of a row, in a few kilobytes."""
    text = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 1500, pyarrow.int32()), ["x" * (1 << 20)])
    lists = pyarrow.ListArray.from_arrays(pyarrow.array([0, 1500], pyarrow.int32()), text)
    pyarrow.parquet.write_table(pyarrow.table({"zz": lists}), path, compression="zstd", store_schema=False)


def wide(path: Path) -> None:
    """30 columns of 100,000 noughts, in a few kilobytes."""
    noughts = pyarrow.array([0] * 100_000, pyarrow.int64())
    pyarrow.parquet.write_table(pyarrow.table({f"c{n}": noughts for n in range(30)}), path, compression="zstd")


def long(path: Path) -> None:
    """One text of 33 MiB."""
    pyarrow.parquet.write_table(pyarrow.table({"answer": ["x" * (33 << 20)]}), path, compression="zstd")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (long, "one of its texts has more than 32 MiB"),
        (nested, r"column zz holds list<.*only texts, numbers and flags are read"),
        (wide, "its cells unpack to more"),
    ],
)
def test_no_other_column_is_a_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], why: str
) -> None:
    monkeypatch.setattr(parquet, "UNPACKED_BYTES", (40 if make is long else 20) << 20)
    make(tmp_path / "items.parquet")
    assert (tmp_path / "items.parquet").stat().st_size < 50_000
    for read in (lambda: read_table(tmp_path, "items"), lambda: read_parquet(tmp_path, "items.parquet")):
        with pytest.raises(UsageError, match=why):
            read()


def test_what_a_table_says_of_its_indexes_is_not_believed(run: Path) -> None:
    table = pyarrow.parquet.read_table(run / "items.parquet")
    hostile = table.replace_schema_metadata({"pandas": '{"index_columns": ["model", 7], "columns": null}'})
    pyarrow.parquet.write_table(hostile, run / "items.parquet")
    assert [*read_table(run, "items").columns] == table.column_names


def test_a_commit_is_a_commit_and_no_other_file(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "secret").write_text("hunter2")
    for head in ("ref: ../secret", f"ref: {tmp_path / 'secret'}", "hunter2", "ref: config"):
        (tmp_path / ".git" / "HEAD").write_text(head)
        (tmp_path / ".git" / "config").write_text("token = hunter2")
        assert git_commit(tmp_path) is None
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / ".git" / "packed-refs").write_text(f"# x\n{'a' * 40} refs/heads/main\n")
    assert git_commit(tmp_path) == "a" * 40


def test_halves_of_a_killed_command_go_with_the_next_write(tmp_path: Path) -> None:
    half, kept, young = (tmp_path / f".{name}.0123456789abcdef.part" for name in ("a.csv", "b.csv", "c.csv"))
    folder = tmp_path / ".lm-eval.0123456789abcdef.part"
    folder.mkdir()
    (folder / "samples").touch()
    for path in (half, kept, young):
        path.touch()
    for path in (half, kept, folder):
        os.utime(path, (1, 1))
    (tmp_path / ".link.0123456789abcdef.part").symlink_to(young)
    with kept.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        write_text(tmp_path, "other.txt", "x")
    assert not half.exists()
    assert not folder.exists()
    assert kept.exists()
    assert young.exists()
    with new_folder(tmp_path, "lm-eval"):
        assert not kept.exists()


def journal_of(path: Path, *statements: str) -> Path:
    with Journal(path):
        pass
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)
    return path


JOURNALS = {
    "trigger": ("CREATE TRIGGER t AFTER INSERT ON calls BEGIN DELETE FROM runs; END",),
    "view in place of a table": (
        "DROP TABLE claims",
        "CREATE VIEW claims AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT x AS sha256, x AS name, x AS recorded_at FROM n",
    ),
    "trigger called as SQLite's own": ("CREATE TRIGGER sqliteXevil AFTER INSERT ON calls BEGIN DELETE FROM runs; END",),
    "trigger called so by force": (
        "CREATE TRIGGER t AFTER INSERT ON calls BEGIN DELETE FROM runs; END",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET name = 'sqlite_evil', sql = replace(sql, 'TRIGGER t', 'TRIGGER sqlite_evil') "
        "WHERE name = 't'",
    ),
    "another table": ("CREATE TABLE passwords (x)",),
    "another shape": ("DROP TABLE runs", "CREATE TABLE runs (run, plan_sha256, folder, started_at)"),
    "generated column": ("ALTER TABLE runs ADD COLUMN x AS (zeroblob(1000000000))",),
    "another program's": (
        *(f"DROP TABLE {name}" for name in ("runs", "calls", "claims")), "CREATE TABLE x (y)",
        "PRAGMA user_version = 0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", JOURNALS)
def test_a_database_that_is_no_journal_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    path = journal_of(tmp_path / "journal.db", *JOURNALS[name])
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"journal\.db: is damaged or no journal"):
        Journal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("beside", ["", "-wal", "-shm", "-journal"])
def test_no_part_of_a_journal_is_a_link_or_a_pipe(tmp_path: Path, beside: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    journal_of(home / "history.db")
    before = contents(home)
    for make in (lambda path: path.symlink_to(home / "history.db"), os.mkfifo):
        results = tmp_path / f"results{len([*tmp_path.iterdir()])}"
        if beside:
            journal_of(results / "journal.db")
        results.mkdir(exist_ok=True)
        make(results / f"journal.db{beside}")
        with pytest.raises(UsageError, match="and a journal is a file"):
            Journal(results / "journal.db")
    assert contents(home) == before


@pytest.mark.parametrize("value", ["zeroblob(70000000)", "x'ff00ff'", "CAST(x'c3' AS TEXT)", "'[]'", "17"])
def test_a_hostile_record_is_one_line(tmp_path: Path, value: str) -> None:
    path = journal_of(tmp_path / "journal.db", f"INSERT INTO calls VALUES ('r', 'k', 0, '2026-01-01', 1, {value})")
    with (
        pytest.raises(UsageError, match=r"journal\.db: (is damaged or no journal|cannot be used)"),
        Journal(path) as it,
    ):
        it.calls("r")


RUN = "INSERT INTO runs VALUES ('r', 'p', {folder}, {at}, {end}, {manifest})"
SOUND = {"folder": "'r'", "at": "'2026-01-01'", "end": "NULL", "manifest": "'{}'"}
KINDS = [
    {"folder": "x'ff00ff'"},
    {"folder": "char(0) || 'a'"},
    {"at": "x'05'"},
    {"end": "'no time'"},
    {"end": "x'ff'"},
    {"manifest": "x'00ff'"},
]


@pytest.mark.parametrize("change", KINDS, ids=str)
def test_a_run_of_other_kinds_is_one_line(tmp_path: Path, change: dict[str, str]) -> None:
    path = journal_of(tmp_path / "journal.db", RUN.format(**{**SOUND, **change}))
    with pytest.raises(UsageError, match=r"journal\.db: is damaged or no journal"), Journal(path) as it:
        it.newest("p")


@pytest.mark.parametrize("at", ["'no time'", "x'ff'", "1e308", "''"])
def test_a_claim_declared_at_no_time_is_one_line(tmp_path: Path, at: str) -> None:
    path = journal_of(tmp_path / "journal.db", f"INSERT INTO claims VALUES ('{CLAIM.sha256}', 'c', {at})")
    asked: list[Callable[[Journal], object]] = [
        lambda it: it.declare([CLAIM]),
        lambda it: it.declare_looks(CLAIM.sha256, "c"),
    ]
    for ask in asked:
        with pytest.raises(UsageError, match=r"journal\.db: is damaged or no journal"), Journal(path) as it:
            ask(it)


@pytest.mark.parametrize("manifest", ["{", "[]", "7", "{}"])
def test_a_journals_record_that_is_none_is_one_line(manifest: str) -> None:
    with pytest.raises(UsageError, match=r"the journal's record of a run is damaged \(.*Move journal\.db aside"):
        describe.of_journal(manifest)


def test_a_journal_leads_no_run_out_of_its_folder(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    assert bench("run").code == 0
    victim = bench.folder / "victim"
    victim.mkdir()
    (victim / "items.csv").write_text("mine")
    with contextlib.closing(sqlite3.connect(bench.folder / "results" / "journal.db", isolation_level=None)) as db:
        db.execute("UPDATE runs SET folder = '../victim', finished_at = NULL")
    before = contents(victim)
    done = bench("run")
    assert done.code == 2
    assert "which is not in results/. Continue it there with -o" in done.err
    assert contents(victim) == before
    assert bench("run", "--fresh").code == 0
