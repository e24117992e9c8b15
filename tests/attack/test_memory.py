"""A whole run beside hostile endpoints, its report included, stays small, whatever they send.

Of the whole, 200 MB are there before the first call, most of it lm-eval's libraries.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fake_endpoint import FakeEndpoint, Reply, Request

ADDED_MB, WHOLE_MB = 150, 300
"""What the replies of all six may add at most until the last is there, and what the process may take to its end."""
WATCHED = """
import re, sys
from bench.cli import main
from bench.run import ask

def peak():  # not ru_maxrss: that begins with the size of the process which started this one
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) // 1024

def asked(*args, **named):
    global before, after
    before = peak()
    done = asking(*args, **named)
    after = peak()
    return done

code, before, after, asking, ask.ask = 0, 0, 0, ask.ask, asked
try:
    main(sys.argv[1:])
except SystemExit as stop:
    code = stop.code
print("peak", before, after, peak(), code)
"""
"""The command, with the most MB that it took before its first call, after its last, and in all."""
HOSTILE = ("answers", "thoughts", "pieces", "events", "packed", "nested")
"""Models whose endpoints send too much, each in its own way."""


def script(request: Request) -> Reply:
    way = str(request.body["model"])
    if way == "good":
        return Reply(text="<answer>4</answer>")
    if way in ("answers", "thoughts"):
        field = "content" if way == "answers" else "reasoning_content"
        return Reply(raw_events=(json.dumps({"choices": [{"delta": {field: "x汉" * 20_000}}]}),) * 200)
    if way == "pieces":
        return Reply(raw_events=(json.dumps({"choices": [{"delta": {"content": "x"}}]}),) * 400_000)
    if way == "events":
        return Reply(raw_events=("[" * 3_000_000,))
    if way == "nested":
        return Reply(raw_events=("[" + "[],{}," * 300_000 + "0]",))
    return Reply(status=401, text="x", headers={"Content-Encoding": "gzip, gzip, gzip"})


@pytest.mark.slow
def test_replies_of_hostile_endpoints_add_little(tmp_path: Path) -> None:
    with FakeEndpoint(script) as endpoint:
        tables = [
            f'[models.{name}]\nmodel = "openai-api/acme/{name}"\nbase_url = "{endpoint.url}"\n'
            for name in ("good", *HOSTILE)
        ]
        claim = '[claims.c]\ncandidate = "thoughts"\nbaseline = "answers"\nworse_by = 0.1\n'
        settings = ['[run]\nsuites = ["reasoning"]\nlimit = 4\n', *tables, claim]
        (tmp_path / "bench.toml").write_text("\n".join(settings))
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, "run", "--yes"], cwd=tmp_path, capture_output=True, text=True, timeout=500
        )
    assert done.stdout, done.stderr
    before, asked, peak, ended = done.stdout.splitlines()[-1].split()[1:]
    assert ended == "5", done.stdout + done.stderr
    assert int(asked) - int(before) < ADDED_MB, done.stdout + done.stderr
    assert int(peak) < WHOLE_MB, done.stdout + done.stderr
    print(f"{before} MB before the first call, {asked} MB after the last, {peak} MB with the report")
    (run,) = (tmp_path / "results").glob("*/run.json")
    stopped = json.loads(run.read_text())["stopped"]
    assert "good" not in stopped
    assert {"packed", "events", "nested"} <= stopped.keys()
