"""`bench run` where no sandbox works: code is refused, the rest goes on, and only two signs together change that."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pandas as pd
import pytest

from bench.sandbox import node, node_trouble, using
from bench.sandbox.ladder import UNSAFE_VARIABLE
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    """Answers everything, and rightly nothing."""

    def script(request: Request) -> Reply:
        wanted = re.search(r"def (\w+)\(", request.prompt)
        code = f"```python\ndef {wanted[1]}(*args): return None\n```" if wanted else "<answer>0</answer>"
        return Reply(text=code)

    with FakeEndpoint(script) as running:
        yield running


@pytest.fixture
def bench_without(bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The command line on a machine without a sandbox, and a comparison over both suites."""
    monkeypatch.delenv(UNSAFE_VARIABLE, raising=False)
    bench.configure(endpoint, "good", limit=2)
    return bench


def test_code_is_refused_and_the_rest_is_asked(bench_without: Bench, endpoint: FakeEndpoint) -> None:
    with using():
        result = bench_without("run", "-t", "coding", "-t", "reasoning")
    assert (result.code, len(endpoint.requests)) == (5, 2)
    assert "coding is left out" in result.err
    manifest = json.loads((bench_without.run_folder / "run.json").read_text())
    assert [*manifest["suites"]] == ["reasoning"]
    assert "never run without a sandbox" in manifest["refused"]["coding"]
    assert manifest["sandbox"] is None
    assert not [task for task in manifest["tasks"] if task.startswith("coding")]
    assert "WARNING: coding was left out." in (bench_without.run_folder / "comparison.md").read_text()


def test_it_stays_incomplete_when_read_again(bench_without: Bench, endpoint: FakeEndpoint) -> None:
    with using():
        codes = [bench_without("run", "-t", "coding", "-t", "reasoning").code for _ in range(2)]
    assert (codes, len(endpoint.requests)) == ([5, 5], 2)


def test_a_dry_run_says_so(bench_without: Bench, endpoint: FakeEndpoint) -> None:
    with using():
        text = bench_without("run", "-t", "coding", "-t", "reasoning", "--dry-run")
        plan = json.loads(bench_without("run", "-t", "coding", "-t", "reasoning", "--dry-run", "--json").out)
    assert "coding: left out." in text.out
    assert ([*plan["suites"]], [*plan["refused"]]) == (["reasoning"], ["coding"])
    assert endpoint.requests == []


def test_nothing_left_is_a_usage_error(bench_without: Bench, endpoint: FakeEndpoint) -> None:
    with using():
        result = bench_without("run")
    assert (result.code, endpoint.requests) == (2, [])
    assert "never run without a sandbox" in result.err
    assert "Traceback" not in result.err


def test_the_flag_alone_refuses(bench_without: Bench, endpoint: FakeEndpoint) -> None:
    with using():
        result = bench_without("run", "--unsafe-no-sandbox")
    assert (result.code, endpoint.requests) == (2, [])
    assert f"set {UNSAFE_VARIABLE}=1" in result.err


@pytest.mark.parametrize("variable", [UNSAFE_VARIABLE, "BENCH_UNSAFE", "BENCH_RUN_UNSAFE_NO_SANDBOX"])
def test_the_variable_alone_refuses(
    bench_without: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    with using():
        assert bench_without("run").code == 2
    assert endpoint.requests == []


def test_the_file_cannot_say_it(bench_without: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(UNSAFE_VARIABLE, "1")
    file = bench_without.folder / "bench.toml"
    file.write_text(file.read_text().replace("[run]\n", "[run]\nunsafe_no_sandbox = true\n"))
    with using():
        assert bench_without("run").code == 2
    assert endpoint.requests == []


def test_both_run_and_every_row_and_report_says_so(
    bench_without: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(UNSAFE_VARIABLE, "1")
    with using():
        result = bench_without("run", "--unsafe-no-sandbox")
        assert (result.code, len(endpoint.requests)) == (0, 2)
        rows = pd.read_parquet(bench_without.run_folder / "items.parquet")
        assert set(rows["sandbox"]) == {"none (unsafe)"}
        assert json.loads((bench_without.run_folder / "run.json").read_text())["sandbox"] == "none (unsafe)"
        assert (
            "WARNING: model-written code ran without a sandbox"
            in (bench_without.run_folder / "comparison.md").read_text()
        )
        assert bench_without("run", "--fresh").code == 2, "the permission ends with its command"


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(node, "PLACES", ())
    node_trouble.cache_clear()
    yield
    node_trouble.cache_clear()


@pytest.mark.slow
@pytest.mark.usefixtures("without_node", "sandbox")
def test_without_node_its_suite_is_left_out_and_said_once(bench_without: Bench, endpoint: FakeEndpoint) -> None:
    result = bench_without("run", "-t", "agentic_js", "-t", "reasoning")
    assert (result.code, len(endpoint.requests)) == (5, 2)
    assert result.err.count("agentic_js is left out. node is not here: install Node.js") == 1
    manifest = json.loads((bench_without.run_folder / "run.json").read_text())
    assert ([*manifest["suites"]], [*manifest["refused"]]) == (["reasoning"], ["agentic_js"])
    rows = pd.read_parquet(bench_without.run_folder / "items.parquet")
    assert {*rows["suite"]} == {"reasoning"}
    assert "WARNING: agentic_js was left out." in (bench_without.run_folder / "comparison.md").read_text()
    alone = bench_without("run", "-t", "agentic_js")
    assert (alone.code, "apt install nodejs" in alone.err) == (2, True)
