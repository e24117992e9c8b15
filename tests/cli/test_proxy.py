"""`bench proxy`: a client started behind it, its bill, what the ledger comes to, and a proxy that is killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply

CLIENT = """
import json, os, sys, urllib.request
body = {"model": os.environ["OPENAI_MODEL"], "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
for _ in range(2):
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
        {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "User-Agent": "toy/1"},
    )
    json.load(urllib.request.urlopen(request))
json.dump(dict(os.environ), open("seen.json", "w"))
sys.exit(7)
"""
"""A client that asks the same twice."""
WHOLE = {
    "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 250}},
}
PRICES = """
[[price]]
provider = "acme"
model = "m"
input = 1
cache_read = 0.1
output = 10
[[price]]
provider = "dear"
model = "m"
input = 10
cache_read = 1
output = 100
"""


@pytest.fixture
def endpoint(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEndpoint]:
    """A vendor with a price and a key, and a dearer one."""
    monkeypatch.setenv("ACME_API_KEY", "sk-acme-0123456789abcdef")
    monkeypatch.chdir(bench.folder)
    with FakeEndpoint(lambda _: Reply(whole=json.dumps(WHOLE))) as running:
        (bench.folder / "prices.toml").write_text(PRICES)
        (bench.folder / "bench.toml").write_text(
            '[models.cheap]\nmodel = "acme/m"\n[models.dear]\nmodel = "dear/m"\n'
            + "".join(f'[providers.{name}]\nbase_url = "{running.url}"\n' for name in ("acme", "dear"))
        )
        yield running


def test_a_client_behind_the_proxy_gets_its_bill(bench: Bench, endpoint: FakeEndpoint) -> None:
    done = bench("proxy", "run", "--key", "toy", "--", sys.executable, "-c", CLIENT)
    assert done.code == 7, done.err
    seen = json.loads((bench.folder / "seen.json").read_text())
    assert not [name for name, value in seen.items() if "sk-acme" in value]
    assert endpoint.requests[0].headers["authorization"] == "Bearer sk-acme-0123456789abcdef"
    assert "| toy | toy/1 | cheap | 2 | 1 | 2,000 | 25 | 200 | 0.0036 | 0.0036 | 0 |" in done.out
    assert "toy cheap turn 2: settled, 1000 in, 100 out, 0.0018 USD" in done.err
    report = bench("proxy", "report", "--at", "dear")
    there = "0.0355 USD (0.0400 if its cache served none of them)"
    assert f"2 calls would have cost {there} instead of 0.0036" in report.out
    assert "That assumes the same tokens" in report.out
    assert "## By turn of a key" in bench("proxy", "--status").out


@pytest.mark.usefixtures("endpoint")
@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("report",), "no ledger is there. Start `bench proxy` first"),
        (("--status", "--ledger", "bench.toml"), "cannot be opened as a ledger"),
        (("run", "--model", "nosuch", "--", "true"), "no model 'nosuch'"),
        (("run", "--", "/nowhere/agent"), "cannot be started"),
        (("--listen", "0.0.0.0:80"), "only this machine may call the proxy"),
        (("--key", "a", "--key", "a"), "two keys are called 'a'"),
    ],
)
def test_bad_input_is_one_line(bench: Bench, command: tuple[str, ...], words: str) -> None:
    done = bench("proxy", *command)
    assert done.code == 2
    assert words in done.err
    assert done.err.count("\n") == 1


@pytest.mark.usefixtures("endpoint")
def test_a_pipe_or_a_link_is_no_ledger(bench: Bench) -> None:
    os.mkfifo(bench.folder / "pipe.db")
    (bench.folder / "link.db").symlink_to("bench.toml")
    for name in ("pipe.db", "link.db"):
        for command in (
            ("--status", "--ledger", name),
            ("report", "--ledger", name),
            ("run", "--ledger", name, "true"),
        ):
            done = bench("proxy", *command)
            assert (done.code, "cannot be opened as a ledger" in done.err) == (2, True)


def served(folder: Path, *options: str) -> tuple[subprocess.Popen[str], str, str]:
    """A proxy of its own process, its address and its key."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", "proxy", "--key", "a", *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    line = process.stdout.readline()
    found = re.search(r"ANTHROPIC_BASE_URL=(\S+) .* key (\S+)", line)
    assert found, line
    return process, found[1], found[2]


@pytest.mark.slow
def test_a_proxy_that_is_killed_loses_no_settled_call(bench: Bench, endpoint: FakeEndpoint) -> None:
    body = {"model": "cheap", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}
    process, url, token = served(bench.folder)
    for _ in range(3):
        assert httpx.post(f"{url}/k/{token}/v1/chat/completions", json=body, timeout=10).status_code == 200
    endpoint.script = lambda _: Reply(text="a b c", events=1, end="hang")
    with httpx.stream("POST", f"{url}/k/{token}/v1/chat/completions", json={**body, "stream": True}) as reply:
        parts = reply.iter_raw()  # kept, as the connection closes with it
        next(parts)
        process.kill()
        process.communicate()
    status = bench("proxy", "--status")
    assert "| a | python-httpx" in status.out
    assert "| cheap | 4 |" in status.out
    assert "| 0.0053 |" in status.out
    assert "1 call is open" in status.out
    endpoint.script = lambda _: Reply(whole=json.dumps(WHOLE))
    process, url, token = served(bench.folder, "--per-key-usd", "0.0056")
    reply = httpx.post(f"{url}/k/{token}/v1/chat/completions", json=body, timeout=10)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert (reply.status_code, process.returncode) == (402, 0), "what it spent before, and the open call, count"
