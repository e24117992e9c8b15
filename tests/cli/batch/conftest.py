"""A vendor's batch interface that solves the coding items, and a bench.toml whose models are asked by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.run import batch
from tests.batch_server import BatchServer, Body, Result
from tests.cli.conftest import CODING, Bench

ITEMS = {item["prompt"]: item for item in CODING}
CLAUDE, GPT = "anthropic/claude-haiku-5-5", "openai/gpt-6-luna"


def solved(body: Body) -> Result:
    """The right answer of a coding item."""
    item = ITEMS[body["messages"][-1]["content"]]
    solution = repr(item["value"]) if "value" in item else item["reference"]
    return Result(text=f"```python\n{solution}\n```")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    monkeypatch.setattr(batch, "FIRST_S", 0.001)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret-of-a-test")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-a-test")
    with BatchServer(answer=solved) as server:
        yield server


def configure(bench: Bench, server: BatchServer, *models: str, more: str = "", limit: int = 3) -> None:
    tables = [
        f'[models.{model.partition("/")[0]}]\nmodel = "{model}"\nbase_url = "{server.url}"\nmax_tokens = 100\n'
        for model in models
    ]
    text = f'[run]\nsuites = ["coding"]\nlimit = {limit}\n\n' + "\n".join(tables) + more
    (bench.folder / "bench.toml").write_text(text)
