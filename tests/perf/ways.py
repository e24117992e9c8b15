"""The ways to a model that tests.perf.proxies measures: the server itself, `bench proxy`, litellm's proxy."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.perf.harness import ROOT
from tests.servers.conftest import free_port

LITELLM = ROOT / ".servers" / "litellm" / "bin" / "litellm"
"""Where `make servers` puts it."""
PATIENCE_S = 180.0
"""A proxy that takes longer to start has failed."""
PIECE = re.compile(rb'"content": ?"[^"]')
"""A piece of an answer that has text."""


def body(model: str, letters: int = 60_000) -> bytes:
    """A request for a stream: 60 kB, unless it is said otherwise."""
    asked = {
        "model": model,
        "max_tokens": 100,
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "x" * letters}],
    }
    return json.dumps(asked).encode()


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the model."""

    name: str
    """As the tables say it."""
    host: str
    """HOST:PORT."""
    key: str = ""
    """Its key; empty where it asks for none."""
    pid: int = 0
    """Its process; 0 for the server itself."""
    log: Path = Path(os.devnull)
    """What it says."""
    started_s: float = 0.0
    """Seconds from its start to its first answer."""
    started_mb: float = 0.0
    """Its memory then, with all its processes', in MiB."""

    @property
    def headers(self) -> dict[str, str]:
        """What a request to it carries."""
        return {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.key}"} if self.key else {})}


def asked(way: Way, content: bytes) -> tuple[float, float, bytes]:
    """Seconds to the first piece of the answer and to its end, and its bytes; on a connection of its own."""
    connection = http.client.HTTPConnection(way.host, timeout=30)
    connection.connect()
    begun = time.perf_counter()
    connection.request("POST", "/v1/chat/completions", content, way.headers)
    reply = connection.getresponse()
    said, first = b"", 0.0
    while part := reply.read1(65536):
        said += part
        if not first and PIECE.search(said):
            first = time.perf_counter()
    ended = time.perf_counter()
    connection.close()
    if reply.status != 200:
        raise RuntimeError(f"{way.name} answered {reply.status}: {said[:500].decode(errors='replace')}")
    return first - begun, ended - begun, said


def memory_mb(pid: int) -> float:
    """Resident memory of a process and of all that it started, in MiB."""
    own = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return (int(own[1]) / 1024 if own else 0.0) + sum(memory_mb(each) for each in _children(pid))


def cpu_s(pid: int) -> float:
    """Seconds of the processor that it and all that it started have used."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    used = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return used + sum(cpu_s(each) for each in _children(pid))


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found += map(int, (task / "children").read_text().split())
    return found


@contextmanager
def ours(folder: Path, servers: Mapping[str, str]) -> Iterator[Way]:
    """`bench proxy`; `servers`: model -> its address."""
    (folder / "bench.toml").write_text(
        "".join(
            f'[models.{name}]\nmodel = "openai-api/acme/{name}"\nbase_url = "{at}/v1"\n' for name, at in servers.items()
        )
    )
    begun = time.perf_counter()
    quick = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with _process([sys.executable, "-m", "bench", "proxy"], folder, quick) as (process, log):
        while not (found := re.search(r"ANTHROPIC_BASE_URL=http://(\S+) .* key (\S+)\n", log.read_text())):
            _require_running("bench proxy", process, log, begun)
        yield _ready("bench proxy", found[1], found[2], process, log, begun)


@contextmanager
def litellm(folder: Path, servers: Mapping[str, str]) -> Iterator[Way]:
    """litellm's proxy: one worker, no database, nothing that calls home."""
    key, port = f"sk-{secrets.token_hex(24)}", free_port()
    models = [
        {"model_name": name, "litellm_params": {"model": f"openai/{name}", "api_base": f"{at}/v1", "api_key": "none"}}
        for name, at in servers.items()
    ]
    settings = {"model_list": models, "litellm_settings": {"telemetry": False, "num_retries": 0}}
    (folder / "litellm.yaml").write_text(json.dumps(settings))  # JSON is YAML
    words = ["--config", "litellm.yaml", "--host", "127.0.0.1", "--port", str(port)]
    quiet = {
        "LITELLM_MASTER_KEY": key,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_TELEMETRY": "False",
        "LITELLM_LOG": "ERROR",
        "NO_PROXY": "*",
    }
    begun = time.perf_counter()
    with _process([str(LITELLM), *words], folder, quiet) as (process, log):
        yield _ready("litellm", f"127.0.0.1:{port}", key, process, log, begun)


def _ready(name: str, host: str, key: str, process: subprocess.Popen[bytes], log: Path, begun: float) -> Way:
    """Waits until it lists its models."""
    way = Way(name, host, key, process.pid, log)
    while True:
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(host, timeout=5)
            connection.request("GET", "/v1/models", headers=way.headers)
            status = connection.getresponse().status
            connection.close()
            if status == 200:
                return replace(way, started_s=time.perf_counter() - begun, started_mb=memory_mb(process.pid))
        _require_running(name, process, log, begun)


def _require_running(name: str, process: subprocess.Popen[bytes], log: Path, begun: float) -> None:
    if process.poll() is not None or time.perf_counter() - begun > PATIENCE_S:
        raise RuntimeError(f"{name} did not start:\n{log.read_text()[-3000:]}")
    time.sleep(0.005)


@contextmanager
def _process(
    command: Sequence[str], folder: Path, more: Mapping[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A command that runs while the context is open, and the file that it says everything into."""
    log = folder / f"{Path(command[0]).name}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, **more}, stdout=file, stderr=file)
    try:
        yield process, log
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()
        process.wait()
