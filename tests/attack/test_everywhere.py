"""After any command in a folder that a stranger packed, nothing outside that folder has changed.

The stranger's folder is a whole workplace: bench.toml, task files, journal and a run, with links, pipes, devices, hard
links and huge files in place of what commands read and write, and names that climb out of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import pandas as pd
import pytest

from bench.cli import bench as whole_command
from tests.attack.test_reading import sparse
from tests.attack.test_run_folders import BEFORE, contents, plant
from tests.cli.conftest import Bench, bench
from tests.sampling import sampled

pytestmark = pytest.mark.charts

__all__ = ["bench"]
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "run": ("run", "--yes", "-t", "own", "-o", "results/plain"),
    "run, fresh": ("run", "--yes", "--fresh", "-t", "own", "--limit", "1"),
    "run, planned": ("run", "--dry-run", "-t", "own"),
    "run, gate": ("run", "--yes", "-t", "own", "--limit", "1", "--gate", "gate.json", "--junit", "results/plain/j.xml"),
    "report": ("report", "plain"),
    "report, square": ("report", "plain", "--shape", "square", "--json"),
    "report, redacted": ("report", "plain", "--redact"),
    "report, two": ("report", "plain", "second", "-o", "results/plain/report.html"),
    "claim": ("claim", "plain", "--candidate", "small", "--baseline", "large", "--worse-by", "0.2"),
    "claim, kept": ("claim", "plain", "--candidate", "small", "--baseline", "large", "--worse-by", "0.2", "--keep"),
    "gate, saved": ("gate", "plain", "--save", "results/plain/comparison.md"),
    "gate": ("gate", "plain", "--baseline", "gate.json", "--junit", "results/plain/items.csv"),
    "import": ("import", "csv", "results/plain/items.csv", "-o", "results/new"),
    "import, logs": ("import", "lm_eval", "results/plain/lm-eval"),
    "import, inspect": ("import", "inspect", "results/plain/logs", "-o", "results/plain/charts"),
    "traffic import": ("traffic", "import", "bench-tasks", "results/plain", "-o", "results/charts/new"),
    "traffic sample": ("traffic", "sample", "results/plain", "--name", "comparison"),
    "traffic decide": ("traffic", "decide", "results/plain", "plain"),
    "traffic cascade": ("traffic", "cascade", "plain", "--first", "small", "--then", "large", "-t", "own"),
    "traffic show": ("traffic", "show", "results/plain"),
    "journal check": ("journal", "check"),
    "journal export": ("journal", "export", "results/plain/items.csv"),
    "journal backup": ("journal", "backup", "results/plain/new.toml"),
    "journal prune": ("journal", "prune", "--gone", "--yes"),
    "export": ("export", "eee", "plain", "-o", "results/plain"),
    "verify": ("verify", "plain"),
    "verify, drift": ("verify", "plain", "--drift", "small"),
    "list": ("list", "runs"),
    "list, tasks": ("list", "tasks", "--include-path", "bench-tasks"),
    "score": ("score", "plain"),
    "judge": ("judge", "plain", "--vendors-differ", "--yes"),
    "label": ("label", "plain", "--csv", "results/plain/items.csv"),
    "reprice": ("reprice", "plain", "--cache-hit", "0.5"),
    "tasks export": ("tasks", "export", "starter", "--instances", "1"),
    "tasks harbor": ("tasks", "harbor", "results/plain/new", "--families", "drift", "--instances", "1"),
    "tasks grade": ("tasks", "grade", "results/plain/items.csv"),
    "tasks lint": ("tasks", "lint", "bench-tasks", "--record"),
    "tasks new": ("tasks", "new", "own_answer", "--from", "bench-tasks/own_number.jsonl", "--replace"),
    "prices show": ("prices", "show", "opus"),
    "prices check": ("prices", "check"),
    "weights list": ("weights", "list"),
    "doctor": ("doctor", "--no-request"),
    "proxy": ("proxy", "--status", "--ledger", "results/plain/items.csv"),
    "proxy report": ("proxy", "report", "--ledger", "results/journal.db"),
    "demo": ("demo",),
    "history": ("history",),
    "similar": ("similar", "plain"),
    "batches": ("batches", "plain"),
    "batches, forgotten": ("batches", "plain", "--forget", "msgbatch_1"),
    "init": ("init", "--baseline", "openai/a", "--candidate", "deepseek/b", "-c", "results/plain/new.toml"),
    "plan": ("plan", "-t", "own", "--limit", "2", "--looks", "1"),
}
"""By what is run: every command that can be called without weights, at least once."""
EXCUSED: Mapping[str, str] = {
    "weights pull": "writes below the user's own cache alone, whatever folder it is called in",
    "proxy run": "starts the client that it is given, which does what it does",
    "agent check": "makes its attacks in a folder of its own",
    "agent list": "writes nothing",
    "agent run": "lets an agent work on a copy, and writes into a new folder that is named",
    "weights metrics": "reads a server's page alone",
    "weights tune": "serves from the user's own cache alone, and writes where --chart says",
    "weights serve": "reads the catalogue and that cache alone, and waits until it is stopped",
    "prices build": "for developers: writes into the package that is installed",
}
CLIMBING = ("../../home/tax.csv", "..", "/tmp/claimbench-climbed", "../home", "a/../../../home/deep")


def linked(run: Path, victim: Path) -> None:
    plant(run, victim)
    for name in ("journal.db", "calibration.json", "report.html"):
        (run.parent / name).symlink_to(victim / name)
    tasks = run.parents[1] / "bench-tasks"
    for name in ("own_answer.jsonl", "own_answer.yaml", "versions.json"):
        (tasks / name).unlink()
        (tasks / name).symlink_to(victim / "tax.csv")
    (run / "j.xml").symlink_to(victim / "new.xml")
    named = json.loads((run / "run.json").read_text())
    for label in named["models"]:
        (run / f"{named['run']}_{label}.json").symlink_to(victim / "samples.jsonl")
    (run / "new.toml").symlink_to(victim / "new.toml")
    for name in ("new", "demo", "history"):
        (run.parent / name).symlink_to(victim)


def hard_linked(run: Path, victim: Path) -> None:
    for path in [*run.rglob("*"), *run.parents[1].glob("bench-tasks/own_answer*")]:
        if path.is_file() and path.suffix in (".md", ".csv", ".svg", ".html", ".jsonl", ".yaml"):
            path.unlink()
            os.link(victim / "tax.csv", path)


def odd(run: Path, victim: Path) -> None:
    """Pipes, devices and huge files in place of what is written, and of what is read."""
    makes: list[Callable[[Path], object]] = [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), sparse]
    names = ("comparison.md", "comparison.csv", "claims.md", "items.csv", "report.html", "latency.csv", "prices.toml")
    for at, name in enumerate(names):
        (run / name).unlink(missing_ok=True)
        makes[at % 3](run / name)
    os.mkfifo(run.parent / "report.html")
    os.link(victim / "tax.csv", run.parent / "calibration.json")


def climbing(run: Path, victim: Path) -> None:
    """Names of models, suites, tasks, items, claims and the run itself that are paths out of the folder."""
    del victim
    small, suite, task, item, climbed = CLIMBING
    text = (run / "run.json").read_text().replace('"small"', json.dumps(small)).replace('"own"', json.dumps(suite))
    text = re.sub(r'"run": "[^"]+"', f'"run": {json.dumps(climbed)}', text)
    (run / "run.json").write_text(text.replace('"own_answer"', json.dumps(task)).replace("no-better", climbed))
    for name in ("items", "answers"):
        table = pd.read_parquet(run / f"{name}.parquet")
        changes = {"model": {"small": small}, "suite": {"own": suite}, "task": {"own_answer": task}}
        for column, change in changes.items():
            if column in table:
                table[column] = table[column].replace(change)
        table["run"], table["item"] = climbed, table["item"].where(table["task"] != task, item)
        table.to_parquet(run / f"{name}.parquet", index=False)


KINDS: Mapping[str, Callable[[Path, Path], None]] = {
    "links": linked, "hard links": hard_linked, "odd files": odd, "climbing names": climbing
}  # fmt: skip


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is the reader's own: files, folders and a place for settings."""
    folder = tmp_path_factory.mktemp("outside") / "home"
    (folder / "deep").mkdir(parents=True)
    for name in ("photo.png", "tax.csv", ".bashrc", "results_1.json", "samples.jsonl", "deep/levels.png"):
        (folder / name).write_text(f"mine: {name}\n")
    return folder


@pytest.fixture
def stranger(home: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The stranger's folder beside it, in which the commands are called."""
    folder = home.parent / "stranger"
    shutil.copytree(BEFORE, folder)
    (folder / "results").mkdir()
    (folder / "plain").rename(folder / "results" / "plain")
    shutil.copytree(folder / "parts", folder / "results" / "second")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("CI", "1")  # no answers of other runs, no prompts
    monkeypatch.chdir(folder)
    bench.folder = folder
    yield folder
    assert not Path(CLIMBING[2]).exists()


def outside(home: Path) -> dict[str, tuple[int, bytes]]:
    """All that is not the stranger's."""
    return contents(home) | {path.name: (path.lstat().st_ino, b"") for path in home.parent.iterdir()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", sampled(COMMANDS, 1))
def test_no_command_changes_what_is_outside(bench: Bench, stranger: Path, home: Path, name: str, kind: str) -> None:
    KINDS[kind](stranger / "results" / "plain", home)
    before = outside(home)
    for _ in range(10):
        done = bench(*COMMANDS[name])
        assert outside(home) == before, (name, kind)
        assert "Traceback" not in done.err, done.err
        assert done.code in (0, 2, 3, 4, 5), done.err
        found = re.search(r"(\S+): is a link", done.err)
        if not found or not (stranger / found[1]).is_symlink():
            break
        (stranger / found[1]).unlink()


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The names of all commands that are no groups."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from leaves(inner, (*path, name))
    else:
        yield " ".join(path)


def test_every_command_is_tried_or_excused() -> None:
    known = {*leaves(whole_command)}
    tried = {name for name in known for call in COMMANDS.values() if " ".join(call).startswith(f"{name} ")}
    tried |= {name for name in known for call in COMMANDS.values() if " ".join(call) == name}
    assert known == tried | EXCUSED.keys()
    assert not tried & EXCUSED.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["run, planned", "list, tasks", "score", "plan", "init", "tasks lint"])
def test_commands_that_look_for_tasks_run_a_folders_python(bench: Bench, stranger: Path, name: str) -> None:
    """As docs/security.md says under "What is not promised"."""
    assert _runs_python(bench, stranger, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report", "claim", "list", "reprice", "export", "history"])
def test_commands_that_read_a_run_run_no_python_of_its_folder(bench: Bench, stranger: Path, name: str) -> None:
    assert not _runs_python(bench, stranger, name)


def _runs_python(bench: Bench, folder: Path, name: str) -> bool:
    (folder / "bench-tasks" / "task_marks.py").write_text(
        f"from pathlib import Path\nPath({str(folder / 'ran')!r}).write_text('x')\n"
    )
    bench(*COMMANDS[name])
    return (folder / "ran").exists()
