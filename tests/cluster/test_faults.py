"""Runs on two real nodes of Ray's: nothing is lost and nothing that was paid for is asked again, whatever is killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench.records import Attempt, Call
from tests import runjson
from tests.cluster.conftest import Nodes, bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

pytestmark = pytest.mark.slow

KEY = "sk-on-the-nodes-0123456789abcdef"
CALL = Decimal(11) * Decimal("0.000001") + Decimal(7) * Decimal("0.001")
"""What an answer (11 tokens in, 7 out) costs at the prices below, USD."""
SLOTS, ITEMS = 4, 40
PATIENCE_S = 240.0
"""What is waited for comes within this time, in seconds, also on a busy machine."""
ROUNDS = int(os.environ.get("ROUNDS", "1"))


def configure(folder: Path, url: str, limit: int = ITEMS) -> None:
    """One model with a price and a budget that pays for all, lost attempts at worst included."""
    (folder / "bench.toml").write_text(
        f'[run]\nsuites = ["coding"]\nlimit = {limit}\n\n[models.good]\nmodel = "openai-api/acme/good"\n'
        f'base_url = "{url}"\nmax_tokens = 20\nmax_connections = {SLOTS}\n'
    )
    (folder / "prices.toml").write_text(
        '[[price]]\nprovider = "openai-api/acme"\nmodel = "good"\ninput = "1"\noutput = "1000"\n'
    )


def recorded(folder: Path) -> dict[str, Call]:
    """Prompt hash -> call, of every call in the journal; no key is there twice."""
    path = folder / "results" / "journal.db"
    if not path.exists():
        return {}
    db = sqlite3.connect(path)
    try:
        rows = db.execute("SELECT key, record FROM calls").fetchall()
    except sqlite3.OperationalError:
        rows = []
    finally:
        db.close()
    assert len({key for key, _ in rows}) == len(rows)
    return {key: Call.from_json(record) for key, record in rows}


def losses(calls: Mapping[str, Call]) -> list[Attempt]:
    """The attempts that were lost with a process."""
    return [each for call in calls.values() for each in call.attempts if each.fault == "worker lost"]


def wait_for(folder: Path, process: subprocess.Popen[str], calls: int, lost: int = 0) -> None:
    """Until so many calls are recorded, and attempts that were lost."""
    deadline = time.monotonic() + PATIENCE_S
    while len(known := recorded(folder)) < calls or len(losses(known)) < lost:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "no progress"
        time.sleep(0.1)


class Counting:
    """A scripted endpoint that counts, by prompt, what it was asked and has not answered yet. While `open` is not
    set it answers only what it is asked again, so that what is killed meanwhile was asking."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.begun: Counter[str] = Counter()
        self.flying: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Reply:
        with self._lock:
            self.begun[request.prompt] += 1
            self.flying[request.prompt] += 1
            first = self.begun[request.prompt] == 1
        time.sleep(0.1)
        if first:
            self.open.wait(PATIENCE_S)
        with self._lock:
            self.flying[request.prompt] -= 1
        return Reply()

    def held(self) -> set[str]:
        """The prompts in flight, once these are as many as there are slots."""
        deadline = time.monotonic() + PATIENCE_S
        while len(flying := {prompt for prompt, count in self.flying.items() if count}) < SLOTS:
            assert time.monotonic() < deadline, "slots are idle"
            time.sleep(0.05)
        return flying


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_worker_a_node_and_the_command_are_killed_in_the_middle(nodes: Nodes, tmp_path: Path, number: int) -> None:
    del number
    nodes.tell("settle")
    script = Counting()
    with FakeEndpoint(script) as endpoint:
        configure(tmp_path, endpoint.url)
        port = int(endpoint.url.rpartition(":")[2].partition("/")[0])
        flags = ("run", "--yes", "--budget-usd", "3", "--ray", nodes.address)
        first = bench(tmp_path, *flags, ACME_API_KEY=KEY)
        for command, calls in (("workers", 11), ("node", 18)):  # after the pilot of 8
            wait_for(tmp_path, first, calls)
            script.open.clear()
            before = losses(recorded(tmp_path))
            assert nodes.tell(command, port) == 1, "no process of the second node asks"
            wait_for(tmp_path, first, calls, lost=len(before) + 2)  # half of the slots
            script.open.set()
        wait_for(tmp_path, first, 26)
        script.open.clear()
        flying = script.held()
        first.send_signal(signal.SIGKILL)
        first.communicate()
        script.open.set()
        known = {key: call for key, call in recorded(tmp_path).items() if call.outcome.scored}
        assert 26 <= len(known) < ITEMS
        done = bench(tmp_path, *flags, ACME_API_KEY=KEY)
        out, err = done.communicate(timeout=240)
        assert done.returncode == 0, err + out
    after = recorded(tmp_path)
    assert len(after) == ITEMS, "an answer is missing"
    assert all(call.outcome.scored for call in after.values())
    assert {key: after[key] for key in known} == known, "an answer was paid for again"
    assert all(a.fault in (None, "worker lost") for call in after.values() for a in call.attempts), (
        "a call was given up"
    )
    lost = losses(after)
    again = {prompt for prompt, count in script.begun.items() if count > 1}
    attempts = sum(len(call.attempts) for call in after.values())
    asked = sum(script.begun.values())
    assert len(script.begun) == ITEMS
    assert len(lost) == SLOTS, "each of two kills loses what half of the slots had in flight, and no more"
    # What the command had in flight at its own end nobody can tell; every other request is accounted for.
    assert len(flying) == SLOTS
    assert asked - attempts == SLOTS
    assert len(again - flying) == len(lost), "what was answered is never asked again"
    assert flying <= again
    spent = Decimal(str(content(tmp_path)["spending"]["spent_usd"]))
    assert spent >= CALL * ITEMS + CALL * len([a for a in lost if a.billable])
    assert spent <= 3
    hidden = subprocess.run(["grep", "-rlF", KEY, str(nodes.session), str(tmp_path)], capture_output=True, text=True)
    assert hidden.stdout == "", "a key was written to a file"


def content(folder: Path) -> dict[str, Any]:
    """The only run's record."""
    (manifest,) = (folder / "results").glob("*/run.json")
    return runjson.content(manifest.parent)


def test_two_nodes_share_one_rate_limit(nodes: Nodes, tmp_path: Path) -> None:
    """The endpoint sees the nodes as one client: never more at once than the model's own limit, from both of them."""
    flight, most, lock = 0, 0, threading.Lock()

    def script(_: Request) -> Reply:
        nonlocal flight, most
        with lock:
            flight += 1
            most = max(most, flight)
        time.sleep(0.1)
        with lock:
            flight -= 1
        return Reply()

    with FakeEndpoint(script) as endpoint:
        configure(tmp_path, endpoint.url)
        done = bench(tmp_path, "run", "--yes", "--ray", nodes.address, "--json", ACME_API_KEY=KEY)
        out, err = done.communicate(timeout=240)
        assert done.returncode == 0, err
        assert len(endpoint.requests) == ITEMS
    assert json.loads(out)
    assert most == SLOTS


def test_a_plan_is_drawn_on_the_nodes_as_it_is_here(nodes: Nodes, tmp_path: Path) -> None:
    configure(tmp_path, "http://127.0.0.1:9/v1")
    config = tmp_path / "bench.toml"
    other = '\n[models.base]\nmodel = "openai-api/acme/base"\nbase_url = "http://127.0.0.1:9/v1"\n'
    claim = '\n[claims.c]\ncandidate = "good"\nbaseline = "base"\nworse_by = 0.2\n'
    config.write_text(config.read_text() + other + claim)
    said = []
    for more in ((), ("--ray", nodes.address)):
        done = bench(tmp_path, "plan", "--worlds", "10", "--json", *more)
        out, err = done.communicate(timeout=240)
        assert done.returncode == 0, err
        said.append(json.loads(out))
    assert said[0] == said[1]


def test_an_address_without_a_cluster_is_one_line(tmp_path: Path, nodes: Nodes) -> None:
    del nodes
    configure(tmp_path, "http://127.0.0.1:9/v1")
    done = bench(tmp_path, "run", "--yes", "--ray", "127.0.0.1:1")
    _, err = done.communicate(timeout=120)
    assert done.returncode == 2
    assert [line for line in err.splitlines() if "--ray 127.0.0.1:1: no Ray cluster can be used there" in line]
    assert "Traceback" not in err
