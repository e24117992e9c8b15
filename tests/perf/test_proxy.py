"""What `bench proxy` adds to the first token and to the end of a reply; its memory, and its start."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from tests.perf.conftest import Bar, Hold
from tests.perf.harness import quantile
from tests.perf.mock import Mock

PAIRS = 80
"""Requests each way, in turn."""
BODY = {
    "model": "mock-t20-n50-i1",
    "max_tokens": 100,
    "stream": True,
    "stream_options": {"include_usage": True},
    "messages": [{"role": "user", "content": "x" * 60_000}],
}
"""60 kB asked, 50 pieces answered."""


def asked(host: str, path: str, content: bytes) -> tuple[float, float, bytes]:
    """Seconds to the first piece of the answer and to its end, and its bytes."""
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.connect()
    begun = time.perf_counter()
    connection.request("POST", path, content, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    assert reply.status == 200
    body, first = b"", 0.0
    while part := reply.read1(65536):
        body += part
        if not first and b'"content":"' in body:
            first = time.perf_counter()
    ended = time.perf_counter()
    connection.close()
    return first - begun, ended - begun, body


def test_what_a_proxy_adds(mock: Mock, hold: Hold, tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text(
        f'[models.mock-t20-n50-i1]\nmodel = "openai-api/acme/mock-t20-n50-i1"\nbase_url = "{mock.root}/v1"\n'
    )
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", "proxy"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    found = re.search(r"ANTHROPIC_BASE_URL=http://(\S+) .* key (\S+)", process.stdout.readline())
    started = time.perf_counter() - begun
    assert found
    proxy, path, content = found[1], f"/k/{found[2]}/v1/chat/completions", json.dumps(BODY).encode()
    direct = mock.root.removeprefix("http://")
    pairs = [(asked(direct, "/v1/chat/completions", content), asked(proxy, path, content)) for _ in range(PAIRS + 5)][
        5:
    ]
    status = Path(f"/proc/{process.pid}/status").read_text()
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=10)[1]
    assert "Traceback" not in said, said[-3000:]
    number = re.compile(rb'"content":"[^"]*"')  # the first piece is the request's number in the server's log
    assert all(len(number.findall(one[2])) == len(number.findall(other[2])) for one, other in pairs)
    first = [1e3 * (other[0] - one[0]) for one, other in pairs]
    whole = [1e3 * (other[1] - one[1]) for one, other in pairs]
    memory = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
    hold(
        Bar("proxy adds to time to first token, p50", median(first), 1, "ms"),
        Bar("the same, p95", quantile(first, 0.95), 4, "ms"),
        Bar("proxy adds to the whole reply, p50", median(whole), 1, "ms"),
        Bar("memory of a proxy", memory, 40, "MB"),
        Bar("start of a proxy", started, 0.5, "s"),
    )
