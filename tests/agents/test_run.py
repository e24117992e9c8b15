"""Agents compared in a run: planned, walled, metered, graded, journalled, and read again without a call."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.agents.presets import shipped_agents
from bench.cli import bench
from bench.errors import UsageError
from bench.proxy import CallLedger
from bench.records import ItemRow, read_record, read_rows, read_run, read_table, read_turns
from bench.report.numbers.added import misadded
from bench.report.numbers.agents import agents
from bench.sandbox import node_trouble
from bench.suites.agentic import asked
from bench.suites.agentic.exam import instance
from tests.agents.conftest import require_agent
from tests.agents.solver import Solver
from tests.agents.test_episode import AGENT, OWN, SUBMIT

CHORES = Path(__file__).parent / "chores"
TOML = """
[run]
suites = ["chores"]
[models.haiku]
model = "anthropic/claude-haiku-4-5"
base_url = "{url}"
agent = "own"
max_connections = {slots}
"""

REAL = """
[run]
suites = ["agentic"]
[models.mini-swe-agent-small]
model = "openai-api/acme/small"
base_url = "{url}/v1"
max_tokens = 1000
agent = "mini-swe-agent"
[models.qwen-code-small]
model = "openai-api/acme/small"
base_url = "{url}/v1"
max_tokens = 1000
agent = "qwen-code"
[models.claude-code-haiku]
model = "anthropic/claude-haiku-4-5"
base_url = "{url}"
agent = "claude-code"
"""
PRICE = """
[[price]]
provider = "openai-api/acme"
model = "small"
input = 0.14
output = 0.28
"""


def chore(body: Mapping[str, Any]) -> list[str]:
    """The command that does the chore of a request: all but the last two of the eight rightly."""
    number = int(json.dumps(body["messages"]).partition("chore number ")[2][0])
    return [f"echo {2 * number + number // 6} > out.txt; echo x >> keep/notes.txt"]


class Stage:
    """A folder with a bench.toml, an agent of its own and the chores."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, url: str, toml: str = TOML, slots: int = 2):
        monkeypatch.chdir(folder)
        monkeypatch.delenv("CI", raising=False)
        self.url, self.folder = url, folder
        Path("bench.toml").write_text(toml.format(url=url, slots=slots))
        Path("agents.toml").write_text(OWN)
        Path("prices.toml").write_text(PRICE)
        shutil.copytree(CHORES, "bench-tasks", ignore=shutil.ignore_patterns("__pycache__"))
        program = folder / "bin" / "own-agent"
        program.parent.mkdir()
        python = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
        program.write_text(AGENT.format(python=python))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary-1")
        monkeypatch.setenv("ACME_API_KEY", "sk-acme-canary-1")

    def __call__(self, *given: str, code: int = 0) -> str:
        """`bench ARGUMENTS`; what it printed."""
        keys = ("--send-keys-to", self.url, "--yes") if given[0] == "run" else ()
        result = CliRunner().invoke(bench, [*given, *keys])
        if isinstance(result.exception, UsageError):
            assert code == 2
            return str(result.exception)
        assert result.exit_code == code, result.output
        return result.output

    @property
    def run(self) -> Path:
        """The newest run's folder."""
        return max(Path("results").glob("*/run.json"), key=lambda each: each.stat().st_mtime_ns).parent

    @property
    def rows(self) -> dict[str, ItemRow]:
        """Its rows by item."""
        return {row.item: row for row in read_rows(self.run)[0]}


@pytest.mark.usefixtures("walls")
def test_a_run_grades_what_agents_leave_and_bills_them_by_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Solver(chore) as solver:
        stage = Stage(tmp_path, monkeypatch, solver.url)
        said = stage("run")
        calls = len(solver.requests)
        rows, first = stage.rows, stage.run
        assert {name: row.score for name, row in rows.items()} == {f"sum-{n}": float(n < 6) for n in range(8)}
        row = rows["sum-1"]
        assert (row.agent, row.stop_cause, row.turns, row.attempts) == ("own", "finished", 2, 1)
        assert (row.in_uncached, row.out_total, row.tool_calls, row.tool_protocol) == (2000, 200, None, None)
        assert row.cost_usd == pytest.approx(0.003)  # 2,000 tokens at 1 USD a million, 200 at 5
        assert row.wall_s is not None
        assert row.latency_s is not None
        assert row.wall_s > row.latency_s
        with CallLedger(first / "proxy.db", read_only=True) as ledger:
            entries = [*ledger.entries()]
        assert len(entries) == calls == 16
        costs = sum((each.settled.cost_usd or Decimal(0) for each in entries if each.settled), Decimal(0))
        assert float(costs) == pytest.approx(sum(each.cost_usd or 0 for each in rows.values()))
        assert len(read_turns(first)) == 16
        assert list(misadded(*(read_table(first, name) for name in ("items", "turns")))) == []
        agent = read_record(first).models["haiku"].agent
        assert agent is not None
        assert (agent.name, len(agent.program_sha256), len(agent.prompts)) == ("own", 64, 1)
        assert "canary" not in said + (first / "run.json").read_text()
        answer = json.loads(next(each.answer or "" for each in read_rows(first)[1] if each.item == "sum-1"))
        assert answer["files"] == {"keep/notes.txt": "as it is\nx\n", "out.txt": "2\n"}
        stage("run")
        stage("score")
        assert len(solver.requests) == calls, "a finished run is read again, and scored again, without a call"
        assert {name: row.score for name, row in stage.rows.items()} == {n: row.score for n, row in rows.items()}
        stage("report", str(first))
        page = (first / "report.html").read_text()
        assert "Agents" in page
        assert "Tool use by turn" in page


TWO = """
[models.dear]
model = "anthropic/claude-opus-4-5"
base_url = "{url}"
agent = "own"
"""


@pytest.mark.slow
@pytest.mark.usefixtures("walls")
def test_claims_speak_of_what_agents_cost_and_how_long_they_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dear model's agent waits 4 s: it solves as much, five times as dear, and nothing of it in less."""

    def commands(body: Mapping[str, Any]) -> list[str]:
        return [f"sleep {4 if 'opus' in body['model'] else 0}; {chore(body)[0]}"]

    with Solver(commands) as solver:
        stage = Stage(tmp_path, monkeypatch, solver.url, TOML + TWO)
        stage("run")
        calls = len(solver.requests)
        cost = judged_part("--cheaper-by", "0.7")
        timely = judged_part("--worse-by", "0.3", "--within-minutes", str(4 / 60))
        bill = stage("proxy", "report", "--ledger", str(stage.run / "proxy.db"), "--at", "haiku")
        assert len(solver.requests) == calls == 32, "the same ledger and tables, and no call"
    assert cost["estimate"] == pytest.approx(0.2)
    quick = [row for row in read_rows(stage.run)[0] if row.model == "haiku" and (row.wall_s or 0) <= 4]
    solved = sum(row.score or 0 for row in quick)  # all 6, but on a very busy machine
    assert timely["estimate"] == pytest.approx(solved / 8), "nothing of the dear one's is in time"
    assert "the same tokens of 32 calls would have cost 0.0480 USD instead of 0.1440" in bill
    record, items = read_run(stage.run)
    with CallLedger(stage.run / "proxy.db", read_only=True) as ledger:
        costs = [each.settled.cost_usd for each in ledger.entries() if each.settled and each.begun.model == "dear"]
    row = next(each for each in agents(items, record) if each.model == "dear")
    assert row.usd_per_solved is not None
    assert row.usd_per_solved.estimate == pytest.approx(float(sum(filter(None, costs))) / 6)


def judged_part(*given: str) -> dict[str, Any]:
    """The part of a claim of haiku against the dear one, on the newest run."""
    result = CliRunner().invoke(bench, ["claim", "--candidate", "haiku", "--baseline", "dear", "--json", *given])
    (claim,) = json.loads(result.stdout)
    (part,) = claim["parts"]
    assert isinstance(part, dict)
    return part


@pytest.mark.slow
@pytest.mark.usefixtures("walls")
def test_caps_end_an_episode_at_0_and_a_crash_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def commands(body: Mapping[str, Any]) -> list[str]:
        number = int(json.dumps(body["messages"]).partition("chore number ")[2][0])
        return {0: ["true", "true 1", "true 2", "true 3", "true 4"], 1: ["kill -9 $PPID; sleep 1"]}.get(
            number, ["true"]
        )

    with Solver(commands) as solver:
        stage = Stage(tmp_path, monkeypatch, solver.url)
        stage("run", "--limit", "4", code=5)
        rows = stage.rows
    causes = {name: (row.outcome, row.stop_cause, row.score) for name, row in rows.items()}
    assert causes.pop("sum-0") == ("truncated", "turns", 0.0)
    assert causes.pop("sum-1") == ("infrastructure", "crashed", None)
    assert set(causes.values()) == {("answered", "finished", 0.0)}
    assert rows["sum-1"].cost_usd is not None, "what it cost is known, although it measures nothing"


@pytest.mark.slow
@pytest.mark.usefixtures("walls")
def test_no_cap_is_passed_with_8_agents_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Solver(chore) as solver:
        toml = TOML.replace("[models", "agent_usd = 0.01\n[models", 1)
        stage = Stage(tmp_path, monkeypatch, solver.url, toml, slots=8)
        said = stage("run", "--budget-usd", "0.02", code=5)
        spent = Decimal("0.0015") * len(solver.requests)
    assert Decimal("0.01") < spent <= Decimal("0.02"), said
    assert "budget" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("agent = ", "# "), "[models.haiku] names no agent, and chores is work for agents"),
        (('"own"', '"nobody"'), "no agent 'nobody'"),
        (('"own"', '"mini-swe-agent"'), "nothing is translated"),
        (('"own"', "3"), "agent must be a text in quotes"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], words: str
) -> None:
    stage = Stage(tmp_path, monkeypatch, "http://127.0.0.1:1", TOML.replace(*change))
    assert words in stage("run", code=2)


KILLED = """
import sys
from bench.cli import main
main(["run", "--limit", "2", "--yes", "--send-keys-to", sys.argv[1]])
"""


@pytest.mark.slow
@pytest.mark.usefixtures("walls")
def test_what_was_settled_before_a_kill_is_neither_lost_nor_paid_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """kill -9 of the run, its proxy in it, while two agents work."""
    with Solver(lambda body: [*(f"echo step {n}" for n in range(2)), *chore(body)]) as solver:
        toml = TOML.replace("[models", "agent_turns = 10\n[models", 1)
        stage = Stage(tmp_path, monkeypatch, solver.url, toml)
        solver.hold_after(2)
        (scratch := tmp_path / "scratch").mkdir()
        environ = {**os.environ, "TMPDIR": str(scratch)}
        words = [sys.executable, "-c", KILLED, solver.url]
        with subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL) as process:
            try:
                assert solver.held.wait(90)
            finally:
                process.kill()
        left = [path.name.rsplit("-", 1)[0] for path in scratch.iterdir()]
        assert len(left) >= 4, "two agents' folders, and the files that they got"
        assert set(left) == {"claimbench-agent"}, "what the next start takes away"
        solver.release()
        seen = [body for _, _, body in solver.requests]
        (ledger,) = Path("results").glob("*/proxy.db")
        with CallLedger(ledger, read_only=True) as opened:
            before = [*opened.entries()]
        settled = [each for each in before if each.state == "settled"]
        assert len(settled) == 2 < len(before), "two calls came to their end; others were under way"
        stage("run", "--limit", "2")
        asked = [json.dumps(body) for _, _, body in solver.requests[len(seen) :]]
        assert len(asked) == 6, "of 2 x 4 calls two are not asked again"
        assert not {json.dumps(body) for body in seen[:2]} & set(asked)
        rows = stage.rows
    for name, row in rows.items():
        assert (row.score, row.turns, row.in_uncached) == (float(name < "sum-6"), 4, 4000)
    assert [row.cost_usd for row in rows.values()] == pytest.approx([0.006] * 2)
    assert None in {row.cost_retries_usd for row in rows.values()}, "what was cut off may have been billed"
    with CallLedger(ledger, read_only=True) as opened:
        after = [*opened.entries()]
    assert after[: len(before)] == before, "no settled call is lost"
    assert len(after) == len(before) + 6


@pytest.mark.slow
@pytest.mark.usefixtures("walls", "sandbox")
@pytest.mark.skipif(bool(node_trouble()), reason=node_trouble() or "node is here")
def test_an_agent_finds_node_and_its_work_in_javascript_is_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [instance("failing_js", 1, number) for number in range(2)]

    def commands(body: Mapping[str, Any]) -> list[str]:
        said = json.dumps(body["messages"], ensure_ascii=False)
        item = next(each for each in items if f"Reference: {each.id}" in said)
        texts = {path: base64.b64encode((text or "").encode()).decode() for path, text in item.solution.items()}
        mends = [f"echo {text} | base64 -d > {path}" for path, text in texts.items()]
        return [*mends, "node --test || rm -r *"] if item is items[0] else ["node --test || echo > tests/x.test.js"]

    monkeypatch.setattr("bench.suites.agentic.asked.read_jsonl", lambda _path: [asked.row(item, 1) for item in items])
    with Solver(commands) as solver:
        stage = Stage(tmp_path, monkeypatch, solver.url, TOML.replace('"chores"', '"agentic_js"'))
        stage("run", "--budget-usd", "3")
    assert {name: row.score for name, row in stage.rows.items()} == {items[0].id: 1.0, items[1].id: 0.0}
    assert {row.partial for row in stage.rows.values() if not row.score} != {0.0}


@pytest.mark.slow
@pytest.mark.usefixtures("walls", "sandbox")
@pytest.mark.parametrize(
    ("name", "model"),
    [("mini-swe-agent", "small"), ("claude-code", "haiku"), ("qwen-code", "small")],
)
def test_real_agents_solve_what_the_solver_solves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, model: str
) -> None:
    require_agent(shipped_agents()[name])
    items = [instance("report", 1, number) for number in range(2)]

    def commands(body: Mapping[str, Any]) -> list[str]:
        said = json.dumps(body["messages"], ensure_ascii=False)
        item = next(each for each in items if f"Reference: {each.id}" in said)  # agents rewrite "@name" in a prompt
        if item is items[1]:  # this model believes that nothing is wrong
            return ["true", SUBMIT]
        changes = {path: base64.b64encode((text or "").encode()).decode() for path, text in item.solution.items()}
        return [*(f"echo {text} | base64 -d > {path}" for path, text in changes.items()), SUBMIT]

    monkeypatch.setattr("bench.suites.agentic.asked.read_jsonl", lambda _path: [asked.row(item, 1) for item in items])
    with Solver(commands) as solver:
        stage = Stage(tmp_path, monkeypatch, solver.url, REAL)
        stage("run", "-m", f"{name}-{model}", "--budget-usd", "3")
        rows, calls = stage.rows, len(solver.requests)
    assert {name: row.score for name, row in rows.items()} == {items[0].id: 1.0, items[1].id: 0.0}
    assert sum(row.turns or 0 for row in rows.values()) == calls
    # 1,000 tokens in and 100 out a call: no agent says so itself
    each = 0.0015 if model == "haiku" else 0.000168
    assert sum(row.cost_usd or 0 for row in rows.values()) == pytest.approx(each * calls)
    assert all(row.stop_cause == "finished" and row.agent_version for row in rows.values())


@pytest.mark.slow
@pytest.mark.usefixtures("walls")
@pytest.mark.parametrize("name", ["qwen-code", "mini-swe-agent"])
def test_nothing_leaves_the_walls_whatever_an_agent_tries_to_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The kernel's own counters of the agent's network, read within it at the episode's end."""
    require_agent(shipped_agents()[name])
    look = "(cat /proc/net/dev; echo; cat /proc/net/route) > out.txt"
    with Solver([look, SUBMIT]) as solver:
        toml = REAL.replace('"agentic"', '"chores"').replace("[run]", "[run]\nlimit = 1")
        stage = Stage(tmp_path, monkeypatch, solver.url, toml)
        stage("run", "-m", f"{name}-small")
        (answer,) = read_rows(stage.run)[1]
        hosts = {headers.get("host") for _, headers, _ in solver.requests}
    devices, _, routes = json.loads(answer.answer or "")["files"]["out.txt"].partition("\n\n")
    assert [line.split(":")[0].strip() for line in devices.splitlines()[2:]] == ["lo"], "no other device is there"
    assert len(routes.strip().splitlines()) == 1, "no route leads anywhere: no packet and no DNS query can leave"
    assert len(hosts) == 1, "the proxy's calls are all that arrives"
