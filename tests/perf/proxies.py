"""`bench proxy` beside litellm's, each against the same scripted server: `python -m tests.perf.proxies [-o FOLDER]`.

Asked in turns: the server itself, ours, litellm's; what a proxy adds is a difference within one turn. Then 64 streams
at once through each, and whether a proxy's bytes are the server's.
"""

from __future__ import annotations

import asyncio
import csv
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path

import click

from bench.records import installed_versions, this_machine, write_text
from bench.stats import Interval, quantile_interval
from tests.perf.harness import missing, server_core
from tests.perf.mock import Mock, build
from tests.perf.ways import LITELLM, PIECE, Way, asked, body, cpu_s, litellm, memory_mb, ours

ASKED, STREAMED = "mock-t20-n50-i1", "mock-t400-n50-i20"
"""50 pieces, 1 ms apart after 20 ms; and 20 ms apart after 400 ms, for the streams at once."""
STREAMS = 64
STALL_S = 0.25
"""A stream of which nothing came for so long, where the server sends a piece each 20 ms, has stalled."""
WARM = 5
"""Requests to each before any counts."""


class _Ear(BaseHTTPRequestHandler):
    """Answers one piece, and keeps what it was asked."""

    heard: list[bytes]

    def do_POST(self) -> None:
        """See BaseHTTPRequestHandler."""
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        piece = {"index": 0, "delta": {"content": "heard"}, "finish_reason": "stop"}
        said = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "ear", "choices": [piece]}
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {json.dumps(said)}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def ear() -> Iterator[tuple[str, list[bytes]]]:
    """A server that hears what it is asked: its address, and the bodies."""
    heard: list[bytes] = []
    with HTTPServer(("127.0.0.1", 0), type("_Ear", (_Ear,), {"heard": heard})) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One of many streams at once."""

    first_s: float
    """Seconds to its first piece."""
    whole_s: float
    """Seconds to its end."""
    gap_s: float
    """The longest time between two of its pieces."""


async def _stream(way: Way, content: bytes) -> Stream:
    host, port = way.host.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [f"POST /v1/chat/completions HTTP/1.1\r\nHost: {way.host}\r\nConnection: close\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in way.headers.items()]
    begun = time.perf_counter()
    writer.write("".join([*lines, f"Content-Length: {len(content)}\r\n\r\n"]).encode() + content)
    said, times = b"", list[float]()
    while part := await reader.read(65536):
        said += part
        if PIECE.search(part):
            times.append(time.perf_counter())
        if b"[DONE]" in part:
            break
    ended = time.perf_counter()
    writer.close()
    if len(PIECE.findall(said)) != 50 or not said.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{way.name}: {len(PIECE.findall(said))} pieces of 50 in {said[:500]!r}")
    gaps = [after - before for before, after in pairwise(times)]
    return Stream(first_s=times[0] - begun, whole_s=ended - begun, gap_s=max(gaps))


async def _at_once(way: Way, content: bytes) -> list[Stream]:
    return await asyncio.gather(*(_stream(way, content) for _ in range(STREAMS)))


@dataclass(slots=True, kw_only=True)
class Found:
    """What was measured of one way to the model."""

    way: Way
    """Its last process."""
    starts_s: list[float] = field(default_factory=list)
    """Seconds of each start."""
    starts_mb: list[float] = field(default_factory=list)
    """MiB right after each."""
    first_ms: list[float] = field(default_factory=list)
    """To the first piece of each answer."""
    whole_ms: list[float] = field(default_factory=list)
    """To the end of each."""
    cpu_ms: float = 0.0
    """Of the processor for each request; 0 for the server itself."""
    after_mb: float = 0.0
    """MiB after all of them."""
    streams: list[Stream] = field(default_factory=list)
    """All streams at once, every round of them."""
    same_reply: bool = True
    """Whether every answer that was compared was the server's, byte by byte."""
    same_request: bool = True
    """Whether the server got the bytes that the client sent."""

    def take(self, seconds: tuple[float, float, bytes]) -> None:
        """One more answer."""
        self.first_ms.append(1000 * seconds[0])
        self.whole_ms.append(1000 * seconds[1])


def compare(server: str, mock: Mock, pairs: int, starts: int, rounds: int) -> list[Found]:
    """The server itself, ours and litellm's, in turns."""
    with tempfile.TemporaryDirectory() as name, ear() as (listening, heard), ExitStack() as running:
        folder, servers = Path(name), {ASKED: server, STREAMED: server, "ear": listening}
        direct = Found(way=Way("the server itself", server.removeprefix("http://")))
        found = [direct]
        for begin in (ours, litellm):
            one = Found(way=direct.way)
            for _ in range(starts - 1):
                with begin(folder, servers) as way:
                    one.starts_s.append(way.started_s)
                    one.starts_mb.append(way.started_mb)
            one.way = running.enter_context(begin(folder, servers))
            one.starts_s.append(one.way.started_s)
            one.starts_mb.append(one.way.started_mb)
            found.append(one)
        _pairs(found, pairs)
        for turn in range(rounds):
            for one in _turned(found, turn):
                one.streams += asyncio.run(_at_once(one.way, body(STREAMED, 1000)))
        _bytes(found, mock, heard)
        for one in found[1:]:
            one.after_mb = memory_mb(one.way.pid)
    return found


def _turned(found: Sequence[Found], turn: int) -> list[Found]:
    """Each of them is first as often as the others."""
    return [*found[turn % len(found) :], *found[: turn % len(found)]]


def _pairs(found: Sequence[Found], pairs: int) -> None:
    content = body(ASKED)
    for one in found:
        for _ in range(WARM):
            asked(one.way, content)
    used = [cpu_s(one.way.pid) if one.way.pid else 0.0 for one in found]
    gc.disable()
    for turn in range(pairs):
        for one in _turned(found, turn):
            one.take(asked(one.way, content))
    gc.enable()
    for one, before in zip(found, used, strict=True):
        if one.way.pid:
            one.cpu_ms = 1000 * (cpu_s(one.way.pid) - before) / pairs


def _bytes(found: Sequence[Found], mock: Mock, heard: list[bytes]) -> None:
    """The server counts its answers, and begins anew with each of these: they are the same."""
    said: dict[bytes, list[Found]] = {}
    for _ in range(3):
        for one in found:
            mock.reset()
            reply = asked(one.way, body(ASKED))[2]
            said.setdefault(reply, []).append(one)
            one.same_reply &= found[0] in said[reply]
    for one in found[1:]:
        for letters in (10, 60_000):
            heard.clear()
            asked(one.way, body("ear", letters))
            one.same_request &= heard == [body("ear", letters)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measure of every proxy."""

    name: str
    """What was measured."""
    unit: str
    """"ms", "s", "MiB"; empty for a yes or no."""
    values: Sequence[Interval | float | bool]
    """Ours first; a number without bounds is one that has no sample."""
    bar: float | None = None
    """The most that ours may be; None where nothing is asked."""

    @property
    def held(self) -> bool | None:
        """Whether ours holds its bar; None without one."""
        mine = self.values[0]
        if isinstance(mine, bool):
            return mine
        value = mine.estimate if isinstance(mine, Interval) else mine
        return None if self.bar is None else value <= self.bar


def rows(found: Sequence[Found]) -> list[Row]:
    """What each proxy adds, takes and changes."""
    direct, *proxies = found

    def added(name: str, of: str, share: float, bar: float | None = None) -> Row:
        told = [
            [one - other for one, other in zip(getattr(each, of), getattr(direct, of), strict=True)] for each in proxies
        ]
        return Row(name=name, unit="ms", values=[quantile_interval(each, share) for each in told], bar=bar)

    def together(name: str, of: str, share: float) -> Row:
        told = [[1000 * getattr(stream, of) for stream in each.streams] for each in proxies]
        return Row(name=name, unit="ms", values=[quantile_interval(each, share) for each in told])

    pauses = [max(stream.gap_s for stream in each.streams) for each in proxies]
    at_once = f"{STREAMS} streams at once"
    return [
        added("added to the time to first token, p50", "first_ms", 0.5, 1),
        added("the same, p95", "first_ms", 0.95, 4),
        added("added to the whole reply, p50", "whole_ms", 0.5, 1),
        added("the same, p95", "whole_ms", 0.95),
        Row(name="start, median", unit="s", values=[statistics.median(each.starts_s) for each in proxies], bar=0.5),
        Row(name="memory then, median", unit="MiB", values=[statistics.median(e.starts_mb) for e in proxies], bar=40),
        Row(name="memory after all requests", unit="MiB", values=[each.after_mb for each in proxies]),
        Row(name="processor for each request", unit="ms", values=[each.cpu_ms for each in proxies]),
        together(f"{at_once}: time to first token, p50", "first_s", 0.5),
        together("the same, p95", "first_s", 0.95),
        together(f"{at_once}: the whole reply, p95", "whole_s", 0.95),
        Row(name=f"{at_once}: longest pause", unit="ms", values=[1000 * p for p in pauses], bar=1000 * STALL_S),
        Row(name="every reply is the server's, byte by byte", unit="", values=[each.same_reply for each in proxies]),
        Row(name="every request is the client's", unit="", values=[each.same_request for each in proxies]),
    ]


def _shown(value: Interval | float | bool, unit: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, Interval):
        return f"{value:,.{1 if value >= 10 else 2}f} {unit}"
    low, high = ("?" if bound is None else f"{bound:,.2f}" for bound in (value.low, value.high))
    return f"{value.estimate:,.2f} {unit} ({low} to {high})"


def page(found: Sequence[Found], load: Sequence[Sequence[float]]) -> str:
    """All of it, to be read."""
    direct, table = found[0], rows(found)
    names = [each.way.name for each in found[1:]]
    lines = ["# `bench proxy` beside litellm's", ""]
    lines += [
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC by `make perf-proxy`. A request of 60 kB, an answer of 50",
        f"pieces, 1 ms apart after 20 ms; {len(direct.first_ms)} of them to the server itself and each proxy in turn,",
        "each on a connection of its own. What a proxy adds is the difference within a turn, with its 95 % interval.",
    ]
    lines += ["", "| | " + " | ".join(names) + " | bar of ours | |", "|---|" + "---:|" * len(names) + "---:|---|"]
    for row in table:
        told = " | ".join(_shown(value, row.unit) for value in row.values)
        bar = "" if row.bar is None else f"≤ {row.bar:g} {row.unit}"
        state = {True: "held", False: "**missed**", None: ""}[row.held]
        lines.append(f"| {row.name} | {told} | {bar} | {state} |")
    starts = ", ".join(f"{len(each.starts_s)} of {each.way.name}" for each in found[1:])
    rounds = len(direct.streams) // STREAMS
    first, whole = ([1000 * getattr(each, of) for each in direct.streams] for of in ("first_s", "whole_s"))
    lines += [
        "",
        f"Starts, until it lists its models: {starts}. Memory is resident, of a proxy and all that it starts.",
        f"Streams at once: {rounds} rounds, 50 pieces 20 ms apart after 400 ms. The server itself, asked the same way:",
        f"first token p95 {quantile_interval(first, 0.95).estimate:,.0f} ms, the whole reply p95"
        f" {quantile_interval(whole, 0.95).estimate:,.0f} ms, longest pause"
        f" {1000 * max(each.gap_s for each in direct.streams):,.0f} ms.",
        "",
        f"Load of the machine (1, 5, 15 minutes) before and after: {load[0]}, {load[-1]}.",
        f"Machine: {json.dumps(this_machine().to_json())}. Python {platform.python_version()},"
        f" claimbench {installed_versions().get('claimbench')}, litellm {_version()}.",
    ]
    return "\n".join(lines) + "\n"


def _version() -> str:
    script = "from importlib.metadata import version; print(version('litellm'))"
    return subprocess.run(
        [str(LITELLM.with_name("python")), "-c", script], check=True, capture_output=True, text=True
    ).stdout.strip()


def _write(folder: Path, found: Sequence[Found], text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder, "proxy.md", text)
    with (folder / "proxy.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("way", "turn", "first_ms", "whole_ms"))
        for each in found:
            for turn, (first, whole) in enumerate(zip(each.first_ms, each.whole_ms, strict=True)):
                table.writerow((each.way.name, turn, f"{first:.3f}", f"{whole:.3f}"))


@click.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where proxy.md and proxy.csv go.")
@click.option("--pairs", default=200, show_default=True, help="Requests to each, in turns.")
@click.option("--starts", default=5, show_default=True, help="Starts of each proxy.")
@click.option("--rounds", default=3, show_default=True, help="Times that all streams run at once.")
def main(output: Path | None, pairs: int, starts: int, rounds: int) -> None:
    """Measures, prints and perhaps publishes; ends with 1 where ours misses a bar."""
    if why := missing() or (None if LITELLM.exists() else "litellm is not installed: make servers"):
        raise click.ClickException(why)
    load = [os.getloadavg()]
    with tempfile.TemporaryDirectory() as name, Mock(build(Path(name)), server_core()) as mock:
        found = compare(mock.root, mock, pairs, starts, rounds)
    load.append(os.getloadavg())
    text = page(found, [tuple(round(each, 1) for each in three) for three in load])
    click.echo(text)
    if output:
        _write(output, found, text)
    sys.exit(int(any(row.held is False for row in rows(found))))


if __name__ == "__main__":
    main()
