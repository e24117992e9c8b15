"""What commands print with `--json` holds to its published schema, and has no key that is not in it."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from bench.cli.demo import EXAMPLE
from bench.report import charts
from tests.cli.conftest import Bench, bench, endpoint
from tests.fake_endpoint import FakeEndpoint
from tests.reference.test_schemas import mistakes

__all__ = ["bench", "endpoint"]
CLAIM = '\n[claims.cheap]\ncandidate = "good"\nbaseline = "bad"\nworse_by = 0.1\n'


@pytest.fixture
def run(bench: Bench) -> str:
    """The example in the results folder, without its reports."""
    shutil.copytree(EXAMPLE, bench.folder / "results" / "run")
    return "run"


def printed(bench: Bench, *args: str, codes: tuple[int, ...] = (0,)) -> Any:
    done = bench(*args, "--json")
    assert done.code in codes, done.err
    return json.loads(done.out)


@pytest.mark.parametrize("what", ["suites", "tasks", "models", "runs"])
def test_lists(bench: Bench, endpoint: FakeEndpoint, run: str, what: str) -> None:
    bench.configure(endpoint, "good", "bad")
    listed = printed(bench, "list", what)
    assert listed, run
    assert mistakes("list", listed) == []
    assert mistakes("list", [{**listed[0], "more": 1}]), "a key that nobody documented is seen"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("prices", ("prices", "show", "deepseek", "--history")),
        ("weights", ("weights", "list")),
        ("similar", ("similar", "run")),
        ("history", ("history", "run")),
        ("lint", ("tasks", "lint", "coding_fix")),
    ],
)
def test_what_needs_no_model(bench: Bench, run: str, name: str, args: tuple[str, ...]) -> None:
    content = printed(bench, *args)
    assert content, run
    assert mistakes(name, content) == []


@pytest.mark.slow
def test_verify(bench: Bench, run: str) -> None:
    file = bench.folder / "results" / run / "items.csv"
    file.write_text("model,score\nx,1\n")
    with charts.vectors_only():
        content = printed(bench, "verify", run, codes=(0, 3))
    assert content[0]["differing"]
    assert mistakes("verify", content) == []


def test_plans(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good", "bad", limit=23)
    config = bench.folder / "bench.toml"
    config.write_text(config.read_text() + CLAIM)
    dry = printed(bench, "run", "--dry-run")
    assert set(dry["models"]) == {"good", "bad"}
    assert mistakes("dry-run", dry) == []
    planned = printed(bench, "plan", "--worlds", "20")
    assert planned[0]["claim"]["candidate"] == "good"
    assert mistakes("plan", planned) == []


def test_doctor(bench: Bench, endpoint: FakeEndpoint) -> None:
    bench.configure(endpoint, "good")
    checks = printed(bench, "doctor", "--no-request", codes=(0, 1, 2))
    assert {check["what"] for check in checks} > {"key"} or len(checks) > 3
    assert mistakes("doctor", checks) == []
