"""A package of somebody else's, installed: its tasks, grader, provider and import format work by their names."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench import hooks, plugins
from bench.config.load import read
from bench.errors import UsageError
from bench.importers import format_of
from bench.records import installed_versions, read_run
from bench.registry import read as read_tasks
from tests.cli.conftest import Bench, bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

__all__ = ["bench"]
ACME = Path(__file__).parent / "acme"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package is installed; the environment itself stays as it is."""
    folder = tmp_path_factory.mktemp("site")
    flags = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *flags, "--target", str(folder), str(ACME)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return folder


@pytest.fixture
def installed(target: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(target))
    yield
    for name in set(sys.modules) - before:
        if name.startswith("acme_bench"):
            del sys.modules[name]


def broken(monkeypatch: pytest.MonkeyPatch, folder: Path, kind: str, value: str) -> None:
    """A package whose entry point `odd` of a kind stands for something else."""
    about = folder / "odd-0.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 0.1\n")
    (about / "entry_points.txt").write_text(f"[claimbench.{kind}]\nodd = {value}\n")
    monkeypatch.syspath_prepend(str(folder))


def _said(request: Request) -> Reply:
    word = request.body["messages"][-1]["content"].split()[-1]
    return Reply(text={"apple": "APPLE", "river": "river"}.get(word, "STONE"))


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_its_tasks_provider_and_grader_make_a_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", "key")
    with FakeEndpoint(_said) as endpoint:
        model = f'[models.small]\nmodel = "acme/small"\nbase_url = "{endpoint.url}"\n'
        (bench.folder / "bench.toml").write_text(model)
        done = bench("run", "-t", "acme_shout")
        assert done.code == 0, done.err
    record, items = read_run(bench.run_folder)
    assert dict(zip(items["family"], items["score"], strict=True)) == {"apple": 1, "river": 0, "stone": 1, "cloud": 0}
    assert record.versions["acme-bench"] == "1.2"
    assert (record.models["small"].own_provider or {})["title"] == "Acme"
    assert bench("tasks", "lint", "acme_shout").code == 0


@pytest.mark.usefixtures("installed")
def test_its_format_is_imported(bench: Bench) -> None:
    (bench.folder / "acme.log").write_text("a small 1\na large 0\nb small 0.5\nb large 1\n")
    done = bench("import", "acme_log", "acme.log", "-o", "acme")
    assert "Imported 4 answers of 2 models" in done.out, done.err
    assert json.loads((bench.folder / "acme" / "run.json").read_text())["imported"]["format"] == "acme_log"
    unknown = bench("import", "acme_lok", "acme.log")
    assert unknown.code == 2
    assert "Known: acme_log of acme-bench 1.2" in unknown.err


def test_nothing_is_added_where_nothing_is_installed() -> None:
    kinds: tuple[plugins.Kind, ...] = ("tasks", "importers", "providers", "graders")
    assert [dict(plugins.named(kind)) for kind in kinds] == [{}, {}, {}, {}]
    assert "acme-bench" not in installed_versions()


@pytest.mark.parametrize(
    ("kind", "value", "needed"),
    [
        ("tasks", "json:loads", "package with tasks in it"),
        ("graders", "json:loads", r"bench\.hooks\.Grader"),
        ("importers", "json:loads", r"bench\.importers\.Format"),
        ("providers", "json:loads", r"'odd' must be a table"),
        ("tasks", "no_such_module", r"cannot be loaded \(No module named 'no_such_module'\)"),
    ],
)
def test_what_is_broken_is_named(
    kind: plugins.Kind, value: str, needed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch, tmp_path, kind, value)
    uses: dict[plugins.Kind, Callable[[], object]] = {
        "tasks": read_tasks,
        "graders": lambda: hooks.odd,
        "importers": lambda: format_of("odd"),
        "providers": lambda: read(tmp_path / "bench.toml", '[models.a]\nmodel = "odd/a"\n'),
    }
    with pytest.raises(UsageError, match=rf"odd 0\.1.*{needed}"):
        uses[kind]()


@pytest.mark.parametrize("value", ["json:loads", "no_such_module", "odd_end"])
def test_a_broken_package_withholds_nothing_else(
    bench: Bench, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odd_end.py").write_text("import sys\n\nsys.exit(7)\n")
    broken(monkeypatch, tmp_path, "tasks", value)
    listed = bench("list", "suites")
    assert listed.code == 0, listed.err
    assert "reasoning" in listed.out
    assert "Warning: odd 0.1: 'odd' of claimbench.tasks" in listed.err
    assert listed.err.strip().endswith("Its tasks are left out.")
    assert len(listed.err.strip().splitlines()) == 1


@pytest.mark.usefixtures("installed")
def test_two_packages_with_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, tmp_path, "graders", "json:loads")
    (tmp_path / "odd-0.1.dist-info" / "entry_points.txt").write_text("[claimbench.graders]\nshouted = json:loads\n")
    with pytest.raises(UsageError, match=r"both add 'shouted' to claimbench\.graders\. Uninstall one\."):
        plugins.named("graders")
