"""docs/python.md: its programs run as they stand there, against an endpoint on loopback."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import bench
from bench.costs import Estimate
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


def test_the_programs_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    [config] = blocks("toml")
    (tmp_path / "bench.toml").write_text(config, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    with FakeEndpoint() as endpoint:
        monkeypatch.setenv("ACME_BASE_URL", endpoint.url)
        monkeypatch.setenv("ACME_API_KEY", "key")
        six, claims, watched = blocks("python")
        exec(six, names)
        scores = capsys.readouterr().out.splitlines()
        assert [line.split(" Interval(")[0] for line in scores] == ["reasoning small", "reasoning large"]
        assert (names["result"].asked, names["result"].missing) == (LIMIT * MODELS, 0)
        exec(claims, names)
        assert capsys.readouterr().out.startswith("small-is-enough inconclusive (")
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
