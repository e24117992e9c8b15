"""A run folder from others is full of links: no command writes, empties or removes anything outside it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.records import lock_folder, new_folder, open_log, real_folder, remove_folder, remove_others, write_text
from tests.cli.conftest import Bench, Outcome, bench, endpoint
from tests.fake_endpoint import FakeEndpoint, Reply
from tests.sampling import sampled

pytestmark = pytest.mark.charts

__all__ = ["bench", "endpoint"]
BEFORE = Path(__file__).parents[1] / "fixtures" / "before"
FOLDERS = ("charts", "lm-eval", "exam", "logs", "second")
WRITTEN = (
    *("comparison.md", "report.html", "prices.toml", "items.csv", ".lock"),
    *(".comparison.tex.part", ".comparison.md.part", ".run.json.part", ".items.parquet.part", ".items.csv.part"),
)
"""Files of a run folder, of each kind one, and the names that half-written ones once had."""
REFUSED = re.compile(r"(\S+): is a link, and nothing is written through one\.")


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file of a folder with its inode and its bytes."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_ino, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of the reader's own, which must be the same afterwards."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("photo.png", "tax.csv", "logo.svg", ".bashrc", "charts.txt", "results_1.json", "samples.jsonl"):
        (folder / name).write_text(f"mine: {name}\n")
    (folder / "deep").mkdir()
    (folder / "deep" / "levels.png").write_text("mine too\n")
    before = contents(folder)
    yield folder
    assert contents(folder) == before


def plant(run: Path, victim: Path) -> None:
    """Links in place of everything that commands write, as a received archive may hold them."""
    for name in (*FOLDERS, *WRITTEN):
        path = run / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.symlink_to(victim if name in FOLDERS else victim / ".bashrc")
    redacted = run.with_name(f"{run.name}-redacted")
    redacted.unlink(missing_ok=True)
    redacted.symlink_to(victim)


def until_done(command: Callable[[], Outcome], least: int) -> None:
    """Runs a command again and again; each link that it refuses by name is removed. It must end well at last."""
    refused = 0
    while found := REFUSED.search((done := command()).err):
        assert done.code == 2
        os.unlink(found[1])
        refused += 1
    assert done.code in (0, 3, 4), done.err
    assert refused >= least


COMMANDS = {
    "report": (("report", "plain"), 3),
    "redact": (("report", "plain", "--redact"), 1),
    "keep": (("claim", "plain", "--candidate", "small", "--baseline", "large", "--worse-by", "0.2", "--keep"), 0),
    "save": (("gate", "plain", "--save", "results/plain/comparison.md"), 1),
    "junit": (("gate", "plain", "--baseline", "gate.json", "--junit", "results/plain/comparison.md"), 1),
    "verify": (("verify", "plain"), 0),
    "reprice": (("reprice", "plain", "--cache-hit", "0.5"), 0),
}


@pytest.mark.parametrize("name", sampled(COMMANDS, 1))
def test_no_command_leaves_the_folder_by_its_links(bench: Bench, victim: Path, name: str) -> None:
    shutil.copytree(BEFORE, bench.folder, dirs_exist_ok=True)
    run = bench.folder / "results" / "plain"
    run.parent.mkdir()
    (bench.folder / "plain").rename(run)
    plant(run, victim)
    command, least = COMMANDS[name]
    if name == "verify":  # compares what is published; what a link shows is not what the tables give
        assert bench(*command).code in (2, 3)
        return
    until_done(lambda: bench(*command), least)


@pytest.mark.slow
def test_a_run_that_goes_on_refuses_links(bench: Bench, victim: Path, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", limit=1)
    assert bench("run").code == 0
    run = bench.run_folder
    (run / "items.parquet").unlink()
    plant(run, victim)
    until_done(lambda: bench("run"), 3)
    assert list((run / "lm-eval").glob("*/samples_*"))
    plant(run, victim)
    endpoint.script = lambda _request: Reply()
    (run / "latency.csv").symlink_to(victim / "tax.csv")
    until_done(lambda: bench("run", "--latency-probe", "2"), 2)


@pytest.mark.slow
def test_hard_links_are_replaced_and_not_written_into(bench: Bench, victim: Path) -> None:
    run = bench.folder / "results" / "plain"
    shutil.copytree(BEFORE / "plain", run)
    for path in [*run.glob("*.md"), *run.glob("*.csv"), *run.glob("*.json"), *run.glob("charts/*")]:
        if path.name not in ("run.json",) and path.is_file():
            path.unlink()
            os.link(victim / ".bashrc", path)
    assert bench("report", "plain").code == 0
    assert not [path for path in run.rglob("*") if path.is_file() and path.samefile(victim / ".bashrc")]


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "a/../../out.txt", "", "a\0b"])
def test_names_stay_below_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not the name of a file below a folder"):
        write_text(tmp_path, name, "x")


def test_every_door_refuses_a_link(tmp_path: Path, victim: Path) -> None:
    (tmp_path / "in").symlink_to(victim)
    (tmp_path / "file").symlink_to(victim / ".bashrc")
    (tmp_path / "dangling").symlink_to(victim / "new")
    for name in ("file", "in/tax.csv", "in", "dangling", "in/deep/levels.png"):
        with pytest.raises(UsageError, match=r"in: is a link|file: is a link|dangling: is a link"):
            write_text(tmp_path, name, "x")
        with pytest.raises(UsageError, match="is a link"):
            open_log(tmp_path, name)
    with pytest.raises(UsageError, match="is a link"):
        real_folder(tmp_path, "in")
    with pytest.raises(UsageError, match="is a link"), new_folder(tmp_path, "in"):
        raise AssertionError("it was opened")
    with pytest.raises(UsageError, match="is a link"):
        remove_others(tmp_path, "in", ("png", "csv"), ())
    remove_folder(tmp_path / "in")
    (tmp_path / ".lock").symlink_to(victim / "new")
    with pytest.raises(UsageError, match="is a link"), lock_folder(tmp_path):
        raise AssertionError("it was locked")


def test_files_that_are_left_over_are_removed_and_links_among_them(tmp_path: Path, victim: Path) -> None:
    charts = tmp_path / "charts"
    (charts / "folder.png").mkdir(parents=True)
    for name in ("old.png", "kept.svg", "notes.txt"):
        (charts / name).touch()
    (charts / "far.csv").symlink_to(victim / "tax.csv")
    remove_others(tmp_path, "charts", ("png", "svg", "csv"), {"kept.svg"})
    assert sorted(path.name for path in charts.iterdir()) == ["folder.png", "kept.svg", "notes.txt"]


def test_a_new_folder_takes_the_place_of_the_old_and_leaves_no_litter(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").touch()

    def fail() -> None:
        with new_folder(tmp_path, "out") as half:
            (half / "half").touch()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == ["out", "out/old"]
    with new_folder(tmp_path, "out") as whole:
        (whole / "new").touch()
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == ["out", "out/new"]
    with new_folder(tmp_path, "out"):
        pass
    assert not list(tmp_path.iterdir()), "nothing to keep"


def test_a_log_grows_under_its_name(tmp_path: Path) -> None:
    with open_log(tmp_path, "logs/a.log") as log:
        log.write(b"first\n")
        log.flush()
        assert (tmp_path / "logs" / "a.log").read_bytes() == b"first\n"
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["a.log"]
