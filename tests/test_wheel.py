"""The built wheel in an empty folder: it lists and runs both suites with the starter configuration."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel installs, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def bench(installed: Path, cwd: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith("BENCH_") or k == "BENCH_WEIGHTS"}
    environ |= {"PYTHONPATH": str(installed)}
    code = "import bench.cli, pathlib, sys; print(pathlib.Path(bench.cli.__file__), file=sys.stderr); bench.cli.main()"
    return subprocess.run(
        [sys.executable, "-c", code, *args], cwd=cwd, env=environ, capture_output=True, text=True, timeout=300
    )


def test_it_carries_tasks_licence_and_starter(installed: Path) -> None:
    names = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert {"bench/_shipped/bench.toml", "bench/_shipped/tasks/coding/suite.yaml", "bench/py.typed"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "tasks/", "results/")) for name in names)


def test_it_lists_all_suites_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    done = bench(installed, tmp_path, "list", "suites")
    assert done.returncode == 0, done.stderr
    assert str(installed) in done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "suite",
        "agentic",
        "agentic_js",
        "coding",
        "coding_hard",
        "coding_js",
        "coding_more",
        "reasoning",
        "reasoning_ar",
        "reasoning_es",
        "reasoning_hard",
        "reasoning_id",
        "reasoning_more",
        "reasoning_more_zh",
        "reasoning_zh",
        "starter",
        "tools",
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("smollm2_path", "sandbox")
def test_it_runs_the_starter_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    done = bench(installed, tmp_path, "run", "-m", "weights/smollm2-135m-instruct", "--limit", "2")
    assert done.returncode == 0, done.stderr
    assert "No bench.toml here; using the starter" in done.stderr
    [folder] = (tmp_path / "results").glob("*/run.json")
    text = (folder.parent / "comparison.md").read_text()
    assert "| smollm2-135m-instruct | starter | 2 |" in text
