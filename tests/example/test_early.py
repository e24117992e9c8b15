"""The example asked in waves: the README's lines of it are what `bench run --until-decided` says."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from bench.registry import shipped
from bench.registry.items import read_jsonl
from tests.cli.conftest import Bench, bench
from tests.example import make
from tests.fake_endpoint import FakeEndpoint

__all__ = ["bench"]
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.slow
def test_the_readme_shows_a_decision_made_early(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    items = {
        item["prompt"]: item for path in (shipped("tasks") / "starter").glob("*.jsonl") for item in read_jsonl(path)
    }
    monkeypatch.setitem(os.environ, "EXAMPLE_API_KEY", "none")
    monkeypatch.setenv("COLUMNS", "200")
    with FakeEndpoint(lambda request: replace(make.script(items, request), delay_s=0.0, gap_s=0.0)) as endpoint:
        (bench.folder / "bench.toml").write_text(make.CONFIG.format(url=endpoint.url))
        (bench.folder / "prices.toml").write_text(make.PRICES)
        done = bench("run", "--yes", "--until-decided", "--claim", "much-cheaper")
    assert done.code == 0, done.err
    said = " ".join(done.out.split())
    (line,) = [line for line in README.read_text().splitlines() if line.startswith("much-cheaper: decided at look")]
    assert line in said, said
    assert len(endpoint.requests) == 2 * 72
