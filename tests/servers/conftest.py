"""Proxies of strangers, each in front of an endpoint, and where they are installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".servers"
"""Where `make servers` puts what does not go with our own dependencies."""
START_S = 120.0
"""How long a proxy may take to start: LiteLLM's loads for half a minute on a busy machine."""
KEY = "sk-of-the-tests-0123456789abcdef"
"""What LiteLLM's proxy asks of us."""

Between = Callable[[str], AbstractContextManager[str]]
"""Starts a proxy in front of the base URL of an endpoint; its own base URL holds while the context is open."""


def missing(what: str) -> NoReturn:
    """Skips where a proxy is not installed; in CI it must be."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, though CI is set")
    pytest.skip(what)


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextlib.contextmanager
def started(command: list[str], port: int, folder: Path, **environ: str) -> Iterator[str]:
    """A server that runs while the context is open; its base URL."""
    log = folder / "log"
    home = {"HOME": str(folder), "PATH": os.environ["PATH"]}
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, cwd=folder, env=home | environ) as server,
    ):
        try:
            begun = time.monotonic()
            while not _listens(port):
                assert server.poll() is None, log.read_text()
                assert time.monotonic() - begun < START_S, log.read_text()
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(5)
            server.kill()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://{upstream}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering {buffering};
      add_header x-request-id $request_id always;
    }}
  }}
}}
"""


@pytest.fixture
def nginx(tmp_path: Path) -> Between:
    """nginx as it is set up in front of models: nothing buffered, a request id of its own."""
    return _nginx(tmp_path, "off")


@pytest.fixture
def buffering_nginx(tmp_path: Path) -> Between:
    """nginx as it is by default: with buffers, which hold no event back whose next one is late."""
    return _nginx(tmp_path, "on")


def _nginx(folder: Path, buffering: str) -> Between:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if not found:
        missing("nginx is not installed")

    @contextlib.contextmanager
    def between(url: str) -> Iterator[str]:
        port, config = free_port(), folder / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, upstream=urlsplit(url).netloc, buffering=buffering))
        with started([str(found), "-c", str(config), "-p", str(folder)], port, folder) as base_url:
            yield base_url

    return between


def installed(name: str, program: str) -> str:
    """The path of a program in an environment of `make servers`; skips where it is missing."""
    path = INSTALLED / name / "bin" / program
    if not path.is_file():
        missing(f"{name} is not installed: run make servers")
    return str(path)


@pytest.fixture
def mitmproxy(tmp_path: Path) -> Between:
    """mitmproxy as a reverse proxy that streams."""
    command = installed("mitmproxy", "mitmdump")

    @contextlib.contextmanager
    def between(url: str) -> Iterator[str]:
        port, upstream = free_port(), f"http://{urlsplit(url).netloc}"
        listens = ["--listen-host", "127.0.0.1", "--listen-port", str(port), "--set", "stream_large_bodies=1"]
        with started([command, "-q", "--mode", f"reverse:{upstream}", *listens], port, tmp_path) as base_url:
            yield base_url

    return between


LITELLM = """
model_list:
  - model_name: m0
    litellm_params: {{model: hosted_vllm/m0, api_base: "{url}", api_key: sk-upstream}}
  - model_name: m1
    litellm_params: {{model: anthropic/m1, api_base: "{host}", api_key: sk-upstream}}
litellm_settings: {{telemetry: false, num_retries: 0}}
router_settings: {{num_retries: 0, disable_cooldowns: true}}
"""


@pytest.fixture
def litellm(tmp_path: Path) -> Between:
    """LiteLLM's proxy: "m0" is a model behind OpenAI's protocol, "m1" behind Anthropic's; it speaks both to us."""
    command = installed("litellm", "litellm")

    @contextlib.contextmanager
    def between(url: str) -> Iterator[str]:
        port, config = free_port(), tmp_path / "config.yaml"
        config.write_text(LITELLM.format(url=url, host=url.removesuffix("/v1")))
        local = {
            "LITELLM_MASTER_KEY": KEY,
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_TELEMETRY": "False",
            "NO_PROXY": "*",
        }
        argv = [command, "--host", "127.0.0.1", "--port", str(port), "--config", str(config)]
        with started(argv, port, tmp_path, **local) as base_url:
            yield base_url

    return between
