"""The command line in a folder of its own, and an endpoint for it to ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.cli import main
from bench.registry import shipped
from bench.registry.items import read_jsonl
from tests.fake_endpoint import FakeEndpoint, Reply, Request

CODING = [item for path in sorted((shipped("tasks") / "coding").glob("*.jsonl")) for item in read_jsonl(path)]
"""Every item of the coding suite."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to."""

    code: int
    """Its exit code."""
    out: str
    """What it wrote to stdout."""
    err: str
    """What it wrote to stderr."""


class Bench:
    """Calls `bench` in this process, in a folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *args: str) -> Outcome:
        code = 0
        try:
            main(args)
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = self._capsys.readouterr()
        return Outcome(code, out, err)

    def configure(self, endpoint: FakeEndpoint, *models: str, limit: int = 3) -> None:
        """Writes a bench.toml whose models live at the endpoint."""
        tables = [
            f'[models.{model}]\nmodel = "openai-api/acme/{model}"\nbase_url = "{endpoint.url}"\n' for model in models
        ]
        run = f'[run]\nsuites = ["coding"]\nlimit = {limit}\n'
        (self.folder / "bench.toml").write_text("\n".join([run, *tables]))

    @property
    def run_folder(self) -> Path:
        """The only run's."""
        (manifest,) = (self.folder / "results").glob("*/run.json")
        return manifest.parent


@pytest.fixture
def bench(
    shortcuts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Bench:
    del shortcuts
    for name in [n for n in os.environ if n.startswith("BENCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return Bench(tmp_path, capsys)


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    """Answers every coding item: the model "good" rightly, any other with a function that returns None."""
    items = {item["prompt"]: item for item in CODING}

    def script(request: Request) -> Reply:
        item = items[request.prompt]
        right = request.body["model"] == "good"
        solution = repr(item["value"]) if "value" in item else item["reference"]
        code = solution if right else f"def {item.get('entry_point', 'f')}(*args):\n    return None\n"
        return Reply(text=f"```python\n{code}\n```")

    with FakeEndpoint(script) as running:
        yield running
