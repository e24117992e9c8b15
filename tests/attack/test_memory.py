"""A whole run beside hostile endpoints stays small, whatever they send.

What a run takes before its first call, some 290 to 380 MB with lm-eval and its libraries, is not the endpoints'.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fake_endpoint import FakeEndpoint, Reply, Request

LIMIT_MB = 150
"""What the replies of all six may add at most."""
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
    code = (
        "import resource, sys\nfrom bench.cli import main\nfrom bench.run import ask\ncode, asking = 0, ask.ask\n"
        "def peak():\n    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024\n"
        "def asked(*args):\n    global before\n    before = peak()\n    return asking(*args)\n"
        "ask.ask = asked\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as stop:\n    code = stop.code\n"
        "print('peak', before, peak(), code)"
    )
    with FakeEndpoint(script) as endpoint:
        tables = [
            f'[models.{name}]\nmodel = "openai-api/acme/{name}"\nbase_url = "{endpoint.url}"\n'
            for name in ("good", *HOSTILE)
        ]
        (tmp_path / "bench.toml").write_text("\n".join(['[run]\nsuites = ["reasoning"]\nlimit = 4\n', *tables]))
        done = subprocess.run(
            [sys.executable, "-c", code, "run", "--yes"], cwd=tmp_path, capture_output=True, text=True, timeout=500
        )
    before, peak, ended = done.stdout.splitlines()[-1].split()[1:]
    assert ended == "5", done.stdout + done.stderr
    assert int(peak) - int(before) < LIMIT_MB, done.stdout + done.stderr
    (run,) = (tmp_path / "results").glob("*/run.json")
    stopped = json.loads(run.read_text())["stopped"]
    assert "good" not in stopped
    assert {"packed", "events", "nested"} <= stopped.keys()
