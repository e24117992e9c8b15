"""vLLM and SGLang: their command lines as documented, their servers started, watched and ended, their metrics read.

Documented at vLLM 0.32 (`vllm serve --help=all`) and SGLang's server arguments (2026-10). Both run on GPUs, alone or
over the nodes of a Ray cluster, and are installed by the user: here is only what starts and reads them.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.response import addinfourl

from bench import clean
from bench.errors import UsageError
from bench.records import SECRET_NAME, open_log

ENGINES = ("vllm", "sglang")
"""Engines besides llama.cpp."""
START_S = 1800.0
"""Seconds a server has to load: large weights, and kernels that are compiled first."""
LOOK_S = 0.5
"""How often it is asked whether it is ready, in seconds."""
PAGE_BYTES, PAGE_S = 4 << 20, 10.0
"""No more is read of a page of metrics, nor longer, in seconds."""
MOST = 1e18
"""A number beyond it is no count."""
ENDING_S = 15.0
"""Seconds until a server that was told to end is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """How a model is served."""

    engine: str
    """One of ENGINES."""
    model: str
    """A folder of safetensors, a GGUF file where the engine loads it, or a name on the engine's own hub."""
    port: int
    """On 127.0.0.1."""
    name: str = ""
    """What requests call the model; the last part of `model` if empty."""
    slots: int = 1
    """Requests answered at once."""
    context: int = 4096
    """Tokens of prompt and answer together."""
    tensor_parallel: int = 1
    """GPUs that share each layer."""
    pipeline_parallel: int = 1
    """Groups of GPUs that share the layers."""
    ray: str | None = None
    """The Ray cluster whose nodes have the GPUs; None for this machine alone."""
    prompt_cache: bool = False
    """Whether a prompt's beginning may be reused; then latency depends on the order of the calls."""
    options: tuple[str, ...] = ()
    """Further words of the command line, as they are."""

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise UsageError(f"engine '{self.engine}' is none of llama.cpp, {', '.join(ENGINES)}.")
        for name in ("slots", "context", "tensor_parallel", "pipeline_parallel"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} of a server must be 1 or more, not {getattr(self, name)}.")

    @property
    def served_name(self) -> str:
        """What requests call the model."""
        return self.name or self.model.rstrip("/").rpartition("/")[2]


def command(settings: EngineSettings) -> list[str]:
    """The engine's command line. Sampling defaults that weights carry are switched off: what no request asks for is
    not applied."""
    each = {"--host": "127.0.0.1", "--port": settings.port, "--served-model-name": settings.served_name}
    if settings.engine == "vllm":
        words = ["vllm", "serve", settings.model]
        each |= {"--max-num-seqs": settings.slots, "--max-model-len": settings.context}
        each |= {"--tensor-parallel-size": settings.tensor_parallel, "--generation-config": "vllm", "--seed": 0}
        each |= {"--pipeline-parallel-size": settings.pipeline_parallel}
        each |= {"--distributed-executor-backend": "ray"} if settings.ray else {}
        flags = ["--enable-prefix-caching" if settings.prompt_cache else "--no-enable-prefix-caching"]
    else:
        words = [sys.executable, "-m", "sglang.launch_server", "--model-path", settings.model]
        each |= {"--max-running-requests": settings.slots, "--context-length": settings.context}
        each |= {"--tp-size": settings.tensor_parallel, "--sampling-defaults": "openai", "--random-seed": 0}
        each |= {"--pp-size": settings.pipeline_parallel}
        flags = ["--enable-metrics", *([] if settings.prompt_cache else ["--disable-radix-cache"])]
        flags += ["--use-ray"] if settings.ray else []
    return [*words, *(str(word) for pair in each.items() for word in pair), *flags, *settings.options]


def variables(settings: EngineSettings) -> dict[str, str]:
    """What the engine's process finds in its environment besides ours."""
    return {"RAY_ADDRESS": settings.ray} if settings.ray else {}


@dataclass(frozen=True, slots=True)
class EngineServer:
    """A server that is ready to answer."""

    base_url: str
    """The OpenAI-compatible endpoint, e.g. "http://127.0.0.1:8000/v1"."""
    load_s: float
    """Seconds from the start of the process until it was ready."""
    process: subprocess.Popen[bytes]
    """What keeps the server; `wait` returns when it has ended."""


@contextlib.contextmanager
def serve(
    settings: EngineSettings,
    *,
    log: Path,
    start_s: float = START_S,
    waiting: Callable[[float], None] = lambda _seconds: None,
) -> Iterator[EngineServer]:
    """An engine's server on loopback, ended when the block is left or this process dies.

    `log` gets what it prints; `waiting` is called with the seconds so far. Raises UsageError if the engine is not
    installed, or does not get ready within `start_s`.
    """
    words = command(settings)
    missing = settings.engine == "sglang" and find_spec("sglang") is None
    if missing or shutil.which(words[0]) is None:
        raise UsageError(
            f"{settings.engine} is not installed here: install it where its GPUs are (it brings CUDA libraries of its "
            "own), or name a server that runs by base_url. --print-command shows how it would be started."
        )
    kept = {name: value for name, value in os.environ.items() if not SECRET_NAME.search(name)}  # its log is kept
    guard = [sys.executable, "-P", str(Path(__file__).with_name("guard.py")), json.dumps(words)]
    started = time.monotonic()
    with open_log(log.parent.parent, f"{log.parent.name}/{log.name}") as output:
        process = subprocess.Popen(
            guard, stdin=subprocess.PIPE, stdout=output, stderr=output, env={**kept, **variables(settings)}
        )
    root = f"http://127.0.0.1:{settings.port}"
    try:
        while not healthy(root):
            taken = time.monotonic() - started
            if process.poll() is not None or taken > start_s:
                why = f"it was not ready after {start_s:.0f} s"
                if process.returncode is not None:
                    why = f"it ended with exit status {process.returncode}"
                raise UsageError(f"{settings.engine} did not start: {why}.{_gist(log)}")
            waiting(taken)
            time.sleep(LOOK_S)
        yield EngineServer(f"{root}/v1", time.monotonic() - started, process)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(ENDING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _gist(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines
    return f" {telling[-1][:200]} (log: {log})" if telling else ""


def healthy(root: str) -> bool:
    """Whether a server answers that it is ready."""
    try:
        with _open(f"{root}/health") as reply:
            return bool(reply.status == 200)
    except (OSError, ValueError, http.client.HTTPException):
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerMetrics:
    """What a server says of itself since it was started; None where it does not say."""

    running: float | None
    """Requests that it works on."""
    waiting: float | None
    """Requests that wait for a slot."""
    prompt_tokens: float | None
    """Tokens of prompts."""
    output_tokens: float | None
    """Tokens of answers."""
    cache_hits: float | None
    """Share of the prompts' tokens, or the newest batch's, that came from the prefix cache."""
    queue_s: float | None
    """Seconds that a request waited, on average."""
    requests: float | None
    """Requests whose wait `queue_s` is of."""


_SAMPLE = re.compile(r"^((?:vllm|sglang):[A-Za-z_]+)(?:\{[^}]*\})?\s+([0-9.eE+-]+|NaN)\s*$", re.MULTILINE)


def metrics(url: str) -> ServerMetrics:
    """A server's metrics by its base URL, with or without /v1. UsageError if it shows none."""
    root = url.rstrip("/").removesuffix("/v1")
    try:
        with _open(f"{root}/metrics") as reply:
            text = _read(reply).decode("utf-8", "replace")
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UsageError(
            f"{clean.line(root)}/metrics cannot be read ({clean.line(str(error))}). Check the address; SGLang shows "
            "them with --enable-metrics only."
        ) from error
    read = read_metrics(text)
    if read is None:
        raise UsageError(f"{clean.line(root)}/metrics is not a page of vLLM's or SGLang's metrics.")
    return read


def read_metrics(text: str) -> ServerMetrics | None:
    """What a page in Prometheus's format says; samples of one name are added up. None if it has none of either."""
    sums: dict[str, float] = {}
    for name, value in _SAMPLE.findall(text):
        with contextlib.suppress(ValueError):
            if 0 <= (number := float(value)) < MOST:
                sums[name] = sums.get(name, 0.0) + number
    if not sums:
        return None

    def first(*names: str) -> float | None:
        return next((sums[name] for name in names if name in sums), None)

    hits, queries = (
        first(f"vllm:prefix_cache_{what}_total", f"vllm:prefix_cache_{what}") for what in ("hits", "queries")
    )
    waits = "vllm:request_queue_time_seconds", "sglang:queue_time_seconds"
    requests, waited = (first(*(f"{name}_{what}" for name in waits)) for what in ("count", "sum"))
    return ServerMetrics(
        running=first("vllm:num_requests_running", "sglang:num_running_reqs"),
        waiting=first("vllm:num_requests_waiting", "sglang:num_queue_reqs"),
        prompt_tokens=first("vllm:prompt_tokens_total", "sglang:prompt_tokens_total"),
        output_tokens=first("vllm:generation_tokens_total", "sglang:generation_tokens_total"),
        cache_hits=hits / queries if hits is not None and queries else first("sglang:cache_hit_rate"),
        queue_s=waited / requests if waited is not None and requests else None,
        requests=requests,
    )


def _read(reply: addinfourl, until_s: float = PAGE_S) -> bytes:
    """A page, up to its bounds in bytes and in time: a server may send a byte a second."""
    page, until = b"", time.monotonic() + until_s
    while len(page) < PAGE_BYTES and (part := reply.read1(PAGE_BYTES - len(page))):
        page += part
        if time.monotonic() > until:
            raise TimeoutError(f"its page did not end within {until_s:.0f} s")
    return page


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """An address is asked as it was given."""


def said(of: ServerMetrics) -> list[str]:
    """The metrics as lines; what is not known is left out."""
    shown: Mapping[str, str | None] = {
        "working on": None if of.running is None else f"{of.running:.0f}, waiting {of.waiting or 0:.0f}",
        "prompt tokens": None if of.prompt_tokens is None else f"{of.prompt_tokens:,.0f}",
        "output tokens": None if of.output_tokens is None else f"{of.output_tokens:,.0f}",
        "from the prefix cache": None if of.cache_hits is None else f"{100 * of.cache_hits:.1f} %",
        "queue time": None if of.queue_s is None else f"{of.queue_s:.3f} s on average (n = {of.requests or 0:.0f})",
    }
    return [f"{name}: {text}" for name, text in shown.items() if text is not None]


def _open(url: str) -> contextlib.AbstractContextManager[addinfourl]:
    """A page of a server; http and https alone, and no proxy of the environment before loopback."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("an address begins with http:// or https://")
    direct = [_NoRedirect(), *([urllib.request.ProxyHandler({})] if url.startswith("http://127.0.0.1:") else [])]
    opened: contextlib.AbstractContextManager[addinfourl] = urllib.request.build_opener(*direct).open(url, timeout=5.0)
    return opened
