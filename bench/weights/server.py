"""llama.cpp's own HTTP server around a weights file, in a process that ends with ours."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.records import SECRET_NAME, open_log

START_S = 300.0
"""Seconds a server has to load its weights."""
SPIN = "5000"
"""GOMP_SPINCOUNT: how long OpenMP's threads spin before they sleep. Endless spinning was 40 times slower beside another
busy process, none at all 2.8 times slower on an idle machine; this is as fast as the better one in both."""


def usable_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What of the server can change an answer or its latency."""

    slots: int = 1
    """Requests answered at once; above 1, the text at temperature 0 depends on what runs beside it."""
    threads: int = field(default_factory=usable_cores)
    """CPU threads."""
    context: int = 4096
    """Tokens of prompt and answer together, for each slot."""
    kv_unified: bool = False
    """Whether the slots share one context instead of having their own."""
    prompt_cache: bool = False
    """Whether a prompt's beginning may be reused; then latency depends on the order of the calls."""

    def __post_init__(self) -> None:
        for name in ("slots", "threads", "context"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} of a local server must be 1 or more, not {getattr(self, name)}.")

    def as_key(self) -> dict[str, Any]:
        """The settings and the server's version, for a call's key; UsageError without xllamacpp."""
        return {**asdict(self), "xllamacpp": server_version()}


def server_version() -> str:
    """The version of xllamacpp, which brings llama.cpp. Raises UsageError if it is not installed."""
    try:
        return metadata.version("xllamacpp")
    except metadata.PackageNotFoundError:
        raise UsageError("local weights need xllamacpp: pip install 'claimbench[local]'.") from None


@dataclass(frozen=True, slots=True)
class LlamaServer:
    """A server that is ready to answer."""

    base_url: str
    """The OpenAI-compatible endpoint, e.g. "http://127.0.0.1:8080/v1"."""
    pid: int
    """The process that answers."""
    load_s: float
    """Seconds from the start of the process until it was ready."""
    process: subprocess.Popen[bytes]
    """The process; `wait` returns when the server has ended."""


@contextlib.contextmanager
def serve(
    path: Path, settings: ServerSettings, *, log: Path, port: int = 0, start_s: float = START_S
) -> Iterator[LlamaServer]:
    """A server for the weights at `path` on loopback, ended when the block is left or this process dies.

    `log` gets what llama.cpp prints; `port` 0 takes a free one. Raises UsageError if it cannot start within `start_s`.
    """
    server_version()
    _require_gguf(path)
    options = {"model": str(path.absolute()), "port": port, "memory": most_memory(), **asdict(settings)}
    # By file and with -P: a folder named "bench" in the working directory must not be imported instead.
    command = [sys.executable, "-P", str(Path(__file__).with_name("child.py")), json.dumps(options)]
    kept = {name: value for name, value in os.environ.items() if not SECRET_NAME.search(name)}  # its log is kept
    environment = {"GOMP_SPINCOUNT": SPIN, **kept}
    pipe = subprocess.PIPE
    started = time.monotonic()
    with open_log(log.parent.parent, f"{log.parent.name}/{log.name}") as output:
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=output, env=environment)
    try:
        answer = _first_line(process, start_s)
        if "error" in answer:
            raise UsageError(f"the server for {path.name} did not start: {answer['error']}.{_gist(log)}")
        yield LlamaServer(f"{answer['url']}/v1", answer["pid"], time.monotonic() - started, process)
    finally:
        _stop(process)


def most_memory() -> int:
    """Bytes that a server may take beside its weights: what the machine has free, but for a tenth; 0 where unknown.

    A stranger's file brings a chat template, which llama.cpp runs already while it starts: it may have no end.
    """
    with contextlib.suppress(OSError, ValueError):
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        return (
            sum(int(lines[name].split()[0]) for name in ("MemAvailable", "SwapFree") if name in lines) * 1024 * 9 // 10
        )
    return 0


def _require_gguf(path: Path) -> None:
    if not path.is_file():
        raise UsageError(
            f"weights file {path} does not exist: correct the path, or use a name of `bench weights list`."
        )
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise UsageError(f"{path} is not a GGUF file: llama.cpp serves no other format; convert it first.")


def _first_line(process: subprocess.Popen[bytes], deadline_s: float) -> dict[str, Any]:
    assert process.stdout is not None
    if not select.select([process.stdout], [], [], deadline_s)[0]:
        process.kill()  # While it loads, it cannot notice that stdin closes.
        return {"error": f"it was not ready after {deadline_s:.0f} s"}
    line = process.stdout.readline()
    if not line:
        return {"error": f"it ended with exit status {process.wait()}"}
    answer: dict[str, Any] = json.loads(line)
    return answer


def _gist(log: Path) -> str:
    """The log's telling line and its place, as a sentence with a space before it; empty if nothing was logged."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines
    return f" {telling[-1][:200]} (log: {log})" if telling else ""


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
