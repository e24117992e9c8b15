"""Episodes whose loop is Qwen-Agent's or Anthropic's own, really installed, against a scripted model.

What else ends an episode of somebody else's loop is shown by a script that breaks off.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.errors import UsageError
from bench.loops import KNOWN, HostedLoop, find
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.loops.looped import QwenSolver
from tests.tool_solver import Solver

PROVIDERS = {"qwen-agent": "openai-api", "anthropic-tool-runner": "anthropic-api", "openai-agents": "openai-api"}


def configure(bench: Bench, endpoint: FakeEndpoint, loop: str, more: str = "", *, limit: int = 1) -> None:
    """A bench.toml with a model that a loop plays."""
    provider = PROVIDERS[loop]
    (bench.folder / "bench.toml").write_text(
        f'[run]\nsuites = ["tools"]\nlimit = {limit}\ninstances = 8\n'
        f'[models.m]\nmodel = "{provider}/acme/m"\nbase_url = "{endpoint.url}"\nloop = "{loop}"\n{more}\n'
    )


def tables(bench: Bench) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Items and turns of the only run."""
    folder = bench.run_folder
    return pd.read_parquet(folder / "items.parquet"), pd.read_parquet(folder / "turns.parquet")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("loop", "solver"),
    [("qwen-agent", QwenSolver), ("anthropic-tool-runner", Solver), ("openai-agents", Solver)],
)
def test_a_real_loop_plays_our_worlds_and_is_metered(bench: Bench, loops: str, loop: str, solver: type[Solver]) -> None:
    works, asked = solver(), list[int]()

    def breaks(request: Request) -> Reply:
        asked.append(1)
        return works(request) if len(asked) <= 2 else Reply(status=400, text="out of order")

    with FakeEndpoint(breaks) as endpoint:
        configure(bench, endpoint, loop)
        assert bench("run", "--yes").code == 5
        endpoint.script = works
        again = bench("run", "--yes")
        assert again.code == 0, again.err
        bodies = [json.dumps(request.body, sort_keys=True) for request in endpoint.requests]
        assert bench("verify").code == 0
        assert bench("score", str(bench.run_folder)).code == 0
        assert len(endpoint.requests) == len(bodies), "scoring asks nothing"
    folder = min((bench.folder / "results").glob("*/run.json")).parent
    items, turns = (pd.read_parquet(folder / f"{name}.parquet") for name in ("items", "turns"))
    version = find(loop, {"BENCH_LOOP_PYTHON": loops})[1][KNOWN[loop].needs[0]]
    row = items.iloc[0]
    assert (row["score"], row["stop_cause"], row["tool_protocol"]) == (1.0, "final", f"{loop} {version}")
    assert row["turns"] == len(turns) == len({*bodies}) >= 3, "what was paid before is not asked again"
    assert row["tool_calls"] == turns["calls"].sum() == len(turns) - 1
    assert row["out_total"] == turns["out_total"].sum() > 0
    assert turns["key"].is_unique
    record = json.loads((folder / "run.json").read_text())
    assert record["models"]["m"]["loop"] == loop


class Broken:
    """A Python whose loop asks the model once and ends without a last message, or does less."""

    def __init__(self, folder: Path, ends: str) -> None:
        self.script = folder / "loop.py"
        self.script.write_text(
            "import json, sys, urllib.request\n"
            "options = json.load(sys.stdin)\n"
            "def ask(n):\n"
            "    body = json.dumps({'messages': [{'role': 'user', 'content': f'{n}'}]}).encode()\n"
            "    head = {'authorization': 'Bearer ' + options['key']}\n"
            "    url = options['url'] + '/v1/chat/completions'\n"
            "    return urllib.request.urlopen(urllib.request.Request(url, body, head)).read()\n" + ends
        )


ENDS: Mapping[str, tuple[str, Any]] = {
    "it asks and says nothing": ("ask(1)\nprint(json.dumps({'last': ' '}))\n", ("empty", 0.0, 1)),
    "it talks": ("ask(1)\nprint(json.dumps({'last': 'All done.'}))\n", ("final", 0.0, 1)),
    "it asks the very same again, and crashes": ("ask(1)\nask(1)\nraise SystemExit('no idea')\n", ("crashed", 0.0, 2)),
    "it asks without end": ("n = 0\nwhile True:\n    n += 1\n    ask(n)\n", ("turns", 0.0, 32)),
}


@pytest.fixture
def says_hello() -> Iterator[FakeEndpoint]:
    usage = {"prompt_tokens": 100, "completion_tokens": 5}
    with FakeEndpoint(lambda _: Reply(text="Hello.", usage=usage)) as endpoint:
        yield endpoint


def put(monkeypatch: pytest.MonkeyPatch, script: Path) -> None:
    """Has a script stand for a loop that is installed in this interpreter."""
    preset = replace(KNOWN["qwen-agent"], script=script, needs=("h11",))
    monkeypatch.setattr("bench.loops.known.KNOWN", {"qwen-agent": preset})
    monkeypatch.setattr("bench.loops.KNOWN", {"qwen-agent": preset})
    monkeypatch.setenv("BENCH_LOOP_PYTHON", sys.executable)


@pytest.mark.parametrize("how", [pytest.param(how, marks=() if "crashes" in how else pytest.mark.slow) for how in ENDS])
def test_a_loop_that_does_not_come_to_its_end_scores_nothing(
    bench: Bench, says_hello: FakeEndpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str
) -> None:
    ends, wanted = ENDS[how]
    put(monkeypatch, Broken(tmp_path, ends).script)
    configure(bench, says_hello, "qwen-agent")
    ran = bench("run", "--yes")
    assert ran.code == 0, ran.err + ran.out
    items, _ = tables(bench)
    row = items.iloc[0]
    assert (row["stop_cause"], row["score"], row["turns"]) == wanted
    assert len(says_hello.requests) == wanted[2]


HOGS = {
    "its memory": "kept = [bytearray(1 << 28) for _ in range(12)]\n",
    "its server's memory": (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'kept = [bytearray(1 << 28) for _ in range(12)]'], check=True)\n"
    ),
    "a file": "with open('f', 'wb') as f:\n    f.truncate(1 << 30)\n",
    "nothing": "kept = bytearray(1 << 28)\n",
}


@pytest.mark.parametrize("what", HOGS)
def test_a_loops_processes_have_bounds(tmp_path: Path, what: str) -> None:
    script = tmp_path / "loop.py"
    script.write_text(f"import json\n{HOGS[what]}print(json.dumps({{'last': 'All done.'}}))\n")
    preset = replace(KNOWN["qwen-agent"], script=script)
    loop = HostedLoop(preset=preset, python=sys.executable, versions={"qwen-agent": "1"})
    over = asyncio.run(loop._played({"key": "k"}, str(tmp_path), 60.0))
    assert over.last == ("All done." if what == "nothing" else None), over
    assert what == "nothing" or re.search(
        "MemoryError|CalledProcessError|File too large|returned non-zero", over.trouble
    )


@pytest.mark.slow
def test_a_loop_that_asks_nothing_stops_its_model(
    bench: Bench, says_hello: FakeEndpoint, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(monkeypatch, Broken(tmp_path, "raise SystemExit('no tokenizer: ' + options['key'])\n").script)
    configure(bench, says_hello, "qwen-agent")
    ran = bench("run", "--yes")
    assert ran.code == 5
    said = " ".join((ran.out + ran.err).split())
    assert "asked nothing: no tokenizer: ***" in said, "and its token is in no message"
    assert says_hello.requests == []


def test_a_loop_that_cannot_be_is_refused_in_one_sentence(
    bench: Bench, says_hello: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_LOOP_PYTHON", sys.executable)
    configure(bench, says_hello, "qwen-agent")
    lacking = bench("run", "--yes")
    assert (lacking.code, "the loop qwen-agent needs qwen-agent" in lacking.err) == (2, True), lacking.err
    configure(bench, says_hello, "qwen-agent", 'tool_protocol = "prompted_json"')
    assert "Take out tool_protocol or loop" in bench("run", "--yes").err
    text = (bench.folder / "bench.toml").read_text()
    (bench.folder / "bench.toml").write_text(text.replace('"qwen-agent"', '"anthropic-tool-runner"'))
    assert "speaks anthropic, and this address speaks openai" in bench("run", "--yes").err
    with pytest.raises(UsageError, match="cannot be asked"):
        find("qwen-agent", {"BENCH_LOOP_PYTHON": "/nowhere/python"})
    assert says_hello.requests == []
