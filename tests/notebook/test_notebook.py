"""docs/python.md as a notebook: its programs are the cells, run by nbclient on Jupyter's own kernel."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.fake_endpoint import FakeEndpoint
from tests.servers.conftest import missing

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".servers" / "notebook" / "bin" / "python"
"""Where `make servers` puts the kernel, and nothing of ours."""
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
LIMIT, MODELS = 8, 2


def blocks(kind: str) -> list[str]:
    """The page's programs, or its files."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def executed(cells: list[str], folder: Path) -> list[list[dict[str, Any]]]:
    """The outputs of each cell, run on a kernel in a folder."""
    if not PYTHON.exists():
        missing("Jupyter's kernel is not installed: run make servers")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = {**kept, "PYTHONPATH": f"{ROOT}{os.pathsep}{sysconfig.get_path('purelib')}", "JUPYTER_NO_CONFIG": "1"}
    done = subprocess.run(
        [str(PYTHON), str(Path(__file__).with_name("run_cells.py"))],
        input=json.dumps(cells), cwd=folder, env=environ, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    outputs: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return outputs


@pytest.mark.slow
def test_the_page_runs_as_a_notebook(tmp_path: Path) -> None:
    """`execute` waits inside the kernel's own event loop, bars are drawn, and the last cell shows a table."""
    six, claims, frames, _ = blocks("python")
    again = 'bench.execute(prepare(comparison, read_tasks()), Path("results"), fresh=True)'
    running = "import asyncio\nassert asyncio.get_running_loop().is_running()"
    (tmp_path / "bench.toml").write_text(blocks("toml")[0], encoding="utf-8")
    with FakeEndpoint() as endpoint:
        (tmp_path / ".env").write_text(f"ACME_BASE_URL={endpoint.url}\nACME_API_KEY=from-the-file\n")
        first, judged, shown, bars, _ = executed([six, claims, frames, f"import bench\n{again}", running], tmp_path)
        assert len(endpoint.requests) == 2 * LIMIT * MODELS
    assert [line.split(" Interval(")[0] for line in text(first).splitlines()] == ["reasoning small", "reasoning large"]
    assert text(judged).startswith("small-is-enough inconclusive (")
    html = next(output["data"]["text/html"] for output in shown if "text/html" in output.get("data", {}))
    assert "<table" in html
    assert "Inconclusive" in html
    drawn = [output["data"]["text/html"] for output in bars if "text/html" in output.get("data", {})]
    [pair] = [html for html in drawn if f"{LIMIT}/{LIMIT}" in html]
    assert pair.count("score so far 0 % (n = 8)") == MODELS
    assert "ipywidgets" not in "".join(drawn)


def text(outputs: list[dict[str, Any]]) -> str:
    """What a cell printed."""
    return "".join(output["text"] for output in outputs if output.get("name") == "stdout")
