"""docs/python.md: its programs run as they stand there, against an endpoint on loopback."""

from __future__ import annotations

import asyncio
import importlib.metadata
import re
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.costs import Estimate
from bench.report.frames import ABOUT, MEASURED
from tests.fake_endpoint import FakeEndpoint

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
LIMIT, MODELS = 8, 2


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def lines(text: str) -> list[str]:
    """The lines that say something, without their indentation."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_a_comparison_takes_six_lines() -> None:
    assert len(lines(blocks("python")[0])) == 6


def test_the_package_shows_the_same_six_lines() -> None:
    assert "\n".join(lines(blocks("python")[0])) in "\n".join(lines(bench.__doc__ or ""))


@pytest.mark.slow
def test_the_programs_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    [config] = blocks("toml")
    (tmp_path / "bench.toml").write_text(config, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    with FakeEndpoint() as endpoint:
        monkeypatch.setenv("ACME_BASE_URL", endpoint.url)
        monkeypatch.setenv("ACME_API_KEY", "key")
        six, claims, frames, watched = blocks("python")
        exec(six, names)
        scores = capsys.readouterr().out.splitlines()
        assert [line.split(" Interval(")[0] for line in scores] == ["reasoning small", "reasoning large"]
        assert (names["result"].asked, names["result"].missing) == (LIMIT * MODELS, 0)
        exec(claims, names)
        assert capsys.readouterr().out.startswith("small-is-enough inconclusive (")
        exec(frames, names)
        shown = capsys.readouterr().out
        assert "small-is-enough" in shown
        assert "quality" in shown
        run = names["run"]
        assert len(run.items()) == len(run.answers()) == LIMIT * MODELS
        assert [*run.verdicts().columns] == [*ABOUT, *MEASURED]
        assert "<table" in run._repr_html_()
        assert "Inconclusive" in run._repr_html_()
        exec(watched, names)
        assert capsys.readouterr().out == f"{LIMIT * MODELS} calls in {names['again'].folder}\n"
        assert len(endpoint.requests) == 2 * LIMIT * MODELS


def test_a_silent_watcher_shows_nothing_and_agrees_to_no_cost_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    watcher: bench.Watcher = bench.SilentWatcher()
    watcher.say("a line")
    watcher.lane("small", 0, 1)
    watcher.fetched("weights", 1, 2)
    nothing = Estimate(models=(), usd=None, worst_usd=None)
    assert watcher.estimated(nothing, ask=False)
    assert not watcher.estimated(nothing, ask=True)
    assert capsys.readouterr() == ("", "")


def test_a_notebooks_event_loop_waits_and_env_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two lanes are asked from within a running loop, which goes on afterwards; the key stands in `.env` alone."""
    [config] = blocks("toml")
    (tmp_path / "bench.toml").write_text(config, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("ACME_BASE_URL", "ACME_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    watcher = bench.ProgressBars()

    async def cell() -> bench.Result:
        ticks = asyncio.ensure_future(asyncio.sleep(0, "later"))
        prepared = bench.prepare(bench.load(Path("bench.toml")), bench.read_tasks())
        result = bench.execute(prepared, Path("results"), watcher)
        assert asyncio.get_running_loop() is asyncio.get_event_loop()
        assert await ticks == "later"
        return result

    with FakeEndpoint() as endpoint:
        (tmp_path / ".env").write_text(f"ACME_BASE_URL={endpoint.url}\nACME_API_KEY=from-the-file\n")
        result = asyncio.run(cell())
        keys = {request.headers["authorization"] for request in endpoint.requests}
    assert (result.asked, result.missing) == (LIMIT * MODELS, 0)
    shown = capsys.readouterr().out
    assert re.search(r"small +━+ +8/8 .*score so far 0 % \(n = 8\)", shown)
    assert keys == {"Bearer from-the-file"}
    assert bench.__version__ == importlib.metadata.version("claimbench")
