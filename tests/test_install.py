"""docs/install.md: each way to install a wheel in a clean environment brings a `bench` that works for remote models."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import bench
from tests.fake_endpoint import FakeEndpoint, Reply

ROOT = Path(__file__).parents[1]
SUITE = "reasoning"


def called(command: list[str | Path], cwd: Path, **environ: str) -> str:
    """What a command printed, in an environment that knows nothing of the checkout. Fails with its errors."""
    ours = ("PYTHON", "BENCH_", "VIRTUAL_ENV", "MYPYPATH")
    own = {name: value for name, value in os.environ.items() if not name.startswith(ours)} | environ
    done = subprocess.run([*map(str, command)], cwd=cwd, env=own, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    called([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT], ROOT)
    [made] = folder.glob("claimbench-*.whl")
    return made


def by_pip(wheel: Path, folder: Path) -> Path:
    called([sys.executable, "-m", "venv", folder / "env"], folder)
    called([folder / "env" / "bin" / "python", "-m", "pip", "install", "-q", wheel], folder)
    return folder / "env" / "bin"


def by_uv(wheel: Path, folder: Path) -> Path:
    uv = shutil.which("uv") or pytest.skip("uv is not installed")
    places = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    called([uv, "tool", "install", "-q", "--python", sys.executable, wheel], folder, **places)
    return folder / "bin"


def by_pipx(wheel: Path, folder: Path) -> Path:
    pipx = shutil.which("pipx") or _own_pipx(folder / "pipx")
    places = {"PIPX_HOME": str(folder / "tools"), "PIPX_BIN_DIR": str(folder / "bin")}
    called([pipx, "install", "-q", "--python", sys.executable, wheel], folder, **places)
    return folder / "bin"


def _own_pipx(folder: Path) -> Path:
    """pipx in an environment of its own; skips where no index has it."""
    called([sys.executable, "-m", "venv", folder], folder.parent)
    done = subprocess.run(
        [folder / "bin" / "python", "-m", "pip", "install", "-q", "pipx"], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip("pipx is neither installed nor to be had")
    return folder / "bin" / "pipx"


@pytest.mark.slow
@pytest.mark.parametrize("install", [by_pip, by_uv, by_pipx])
def test_a_plain_install_brings_init_and_run(
    install: Callable[[Path, Path], Path], wheel: Path, tmp_path: Path
) -> None:
    """No extra, no checkout on the path: init writes the file, run asks and judges, demo shows a page."""
    tools, work = install(wheel, tmp_path), tmp_path / "work"
    work.mkdir()
    for name in ("bench", "claimbench"):
        assert bench.__version__ in called([tools / name, "--version"], work)
    models = ["--candidate", "openai-api/acme/small", "--baseline", "openai-api/acme/large"]
    assert "bench.toml" in called([tools / "bench", "init", *models, "--task", SUITE], work)
    with FakeEndpoint(lambda _request: Reply(text="<answer>4</answer>")) as endpoint:
        keys = {"ACME_BASE_URL": endpoint.url, "ACME_API_KEY": "key"}
        said = called([tools / "bench", "run", "--limit", "2", "--yes"], work, **keys)
        assert len(endpoint.requests) == 4
    assert "Run folder: results/" in said
    called([tools / "bench", "demo"], work)
    assert (work / "results" / "demo" / "report.html").is_file()
