"""What `bench proxy` adds to the first token and to the end of a reply; its memory, and its start."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

from tests.perf.conftest import Bar, Hold
from tests.perf.harness import quantile
from tests.perf.mock import Mock
from tests.perf.proxies import ASKED, WARM
from tests.perf.ways import Way, asked, body, memory_mb, ours

PAIRS = 80
"""Requests each way, in turn."""


def test_what_a_proxy_adds(mock: Mock, hold: Hold, tmp_path: Path) -> None:
    direct, content = Way("the server itself", mock.root.removeprefix("http://")), body(ASKED)
    with ours(tmp_path, {ASKED: mock.root}) as proxy:
        pairs = [(asked(direct, content), asked(proxy, content)) for _ in range(PAIRS + WARM)][WARM:]
        memory = memory_mb(proxy.pid)
    assert "Traceback" not in proxy.log.read_text(), proxy.log.read_text()[-3000:]
    number = re.compile(rb'"content":"[^"]*"')  # the first piece is the request's number in the server's log
    assert all(len(number.findall(one[2])) == len(number.findall(other[2])) for one, other in pairs)
    first = [1e3 * (other[0] - one[0]) for one, other in pairs]
    whole = [1e3 * (other[1] - one[1]) for one, other in pairs]
    hold(
        Bar("proxy adds to time to first token, p50", median(first), 1, "ms"),
        Bar("the same, p95", quantile(first, 0.95), 4, "ms"),
        Bar("proxy adds to the whole reply, p50", median(whole), 1, "ms"),
        Bar("memory of a proxy", max(memory, proxy.started_mb), 40, "MB"),
        Bar("start of a proxy", proxy.started_s, 0.5, "s"),
    )
