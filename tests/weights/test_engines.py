"""vLLM and SGLang: command lines as documented, a stand-in started, watched and ended, and the real thing on a GPU."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from typing import Any, cast

import httpx
import pytest
from click.testing import CliRunner

from bench.cli.weights import weights
from bench.errors import UsageError
from bench.weights import engines as engines_module
from bench.weights.engines import ENGINES, EngineSettings, command, metrics, read_metrics, said, serve, variables
from tests.servers.conftest import free_port
from tests.weights import standin

SETTINGS = EngineSettings(
    engine="vllm",
    model="/weights/qwen",
    port=8000,
    slots=4,
    context=8192,
    tensor_parallel=2,
    pipeline_parallel=3,
    ray="auto",
)


@pytest.fixture
def engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with stand-ins of both engines, where they are found first."""
    folder = tmp_path / "engines"
    folder.mkdir()
    standin.write(folder)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("BENCH_WEIGHTS", str(tmp_path / "cache"))
    return folder


@pytest.mark.parametrize("cache", [False, True])
def test_vllm_gets_the_options_that_it_documents(cache: bool) -> None:
    words = command(replace(SETTINGS, prompt_cache=cache))
    seen = standin.parsed("vllm", words[1:])
    assert words[:3] == ["vllm", "serve", "/weights/qwen"]
    assert (seen.host, seen.port, seen.served_model_name) == ("127.0.0.1", "8000", "qwen")
    assert (seen.max_num_seqs, seen.max_model_len) == ("4", "8192")
    assert (seen.tensor_parallel_size, seen.pipeline_parallel_size) == ("2", "3")
    assert (seen.distributed_executor_backend, variables(SETTINGS)) == ("ray", {"RAY_ADDRESS": "auto"})
    assert (seen.enable_prefix_caching, seen.no_enable_prefix_caching) == (cache, not cache)
    assert seen.generation_config == "vllm", "sampling that weights carry must not be applied"


def test_sglang_gets_the_options_that_it_documents() -> None:
    words = command(replace(SETTINGS, engine="sglang", options=("--dtype", "float16")))
    seen = standin.parsed("sglang", words[3:])
    assert words[1:3] == ["-m", "sglang.launch_server"]
    assert (seen.model_path, seen.host, seen.port, seen.served_model_name) == (
        "/weights/qwen",
        "127.0.0.1",
        "8000",
        "qwen",
    )
    assert (seen.max_running_requests, seen.context_length, seen.tp_size, seen.pp_size) == ("4", "8192", "2", "3")
    assert seen.use_ray
    assert seen.enable_metrics
    assert seen.disable_radix_cache
    assert (seen.sampling_defaults, seen.dtype) == ("openai", "float16")


def test_settings_that_no_server_has_are_refused() -> None:
    with pytest.raises(UsageError, match=r"engine 'ollama' is none of llama.cpp, vllm, sglang"):
        replace(SETTINGS, engine="ollama")
    with pytest.raises(UsageError, match="tensor_parallel of a server must be 1 or more, not 0"):
        replace(SETTINGS, tensor_parallel=0)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_a_server_is_waited_for_read_and_ended(engines: Path, tmp_path: Path, engine: str) -> None:
    del engines
    settings = EngineSettings(engine=engine, model="/weights/m", port=free_port(), ray="10.0.0.1:6379")
    with serve(settings, log=tmp_path / "logs" / "server.log") as server:
        assert httpx.get(f"{server.base_url}/models").json()["data"] == [{"id": "m"}]
        seen = metrics(server.base_url)
        assert server.load_s > 0
    assert (seen.running, seen.waiting, seen.prompt_tokens, seen.output_tokens) == (2, 1, 1200, 300)
    assert (seen.cache_hits, seen.queue_s, seen.requests) == (0.75, 0.25, 8)
    assert "queue time: 0.250 s on average (n = 8)" in said(seen)
    assert "loading m 10.0.0.1:6379" in (tmp_path / "logs" / "server.log").read_text()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.base_url}/models")


@pytest.mark.slow
def test_a_server_that_does_not_start_is_one_line_with_its_own_words(engines: Path, tmp_path: Path) -> None:
    del engines
    settings = EngineSettings(engine="vllm", model="/broken", port=free_port())
    with (
        pytest.raises(
            UsageError, match=r"vllm did not start: it ended with exit status 1\. ValueError: error: no such"
        ),
        serve(settings, log=tmp_path / "logs" / "server.log"),
    ):
        pass


def test_an_engine_that_is_not_installed_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    for engine in ENGINES:
        result = CliRunner().invoke(weights, ["serve", "/weights/m", "--engine", engine])
        assert isinstance(result.exception, UsageError)
        assert f"{engine} is not installed here" in str(result.exception)


def test_print_command_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    more = ["--engine", "vllm", "--tensor-parallel", "2", "--ray", "auto", "--print-command", "--engine-option=--dtype"]
    result = CliRunner().invoke(weights, ["serve", "/weights/my model", *more, "--engine-option", "half"])
    assert result.exit_code == 0
    assert result.output.startswith("RAY_ADDRESS=auto vllm serve '/weights/my model' --host 127.0.0.1 --port 8000 ")
    assert result.output.endswith("--dtype half\n")
    refused = CliRunner().invoke(weights, ["serve", "smollm2-135m-instruct", "--tensor-parallel", "2"])
    assert str(refused.exception) == "--tensor-parallel is for --engine vllm or sglang."


@pytest.mark.slow
def test_serving_shows_how_to_ask_and_ends_with_the_metrics(engines: Path) -> None:
    port = free_port()
    program = "from bench.cli.weights import weights; weights()"
    words = [sys.executable, "-c", program, "serve", "/weights/m", "--engine", "vllm", "--port", str(port)]
    path = f"{engines}{os.pathsep}{Path(__file__).parents[2]}"
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        shown = CliRunner().invoke(weights, ["metrics", f"http://127.0.0.1:{port}/v1", "--json"])
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        try:
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
    assert lines[0].startswith(f"http://127.0.0.1:{port}/v1 (ready in ")
    assert lines[1:] == ["[models.m]\n", 'model = "openai-api/vllm/m"\n', f'base_url = "http://127.0.0.1:{port}/v1"\n']
    assert json.loads(shown.output)["cache_hits"] == 0.75
    assert "from the prefix cache: 75.0 %" in rest


@pytest.mark.slow
def test_a_server_ends_with_its_parent(engines: Path, tmp_path: Path) -> None:
    port = free_port()
    program = (
        "import pathlib, time\nfrom bench.weights.engines import EngineSettings, serve\n"
        f"s = EngineSettings(engine='vllm', model='m', port={port})\n"
        f"with serve(s, log=pathlib.Path({str(tmp_path)!r}, 'logs', 'x')):\n"
        "    print('up', flush=True)\n    time.sleep(60)\n"
    )
    path = f"{engines}{os.pathsep}{Path(__file__).parents[2]}"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.kill()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/health")
        except httpx.TransportError:
            return
        time.sleep(0.1)
    pytest.fail("the server runs on though nobody wants it")


@pytest.mark.parametrize("text", ["", "<html>", "up 1.0", "vllm:prompt_tokens_total nothing"])
def test_what_is_no_page_of_metrics_says_nothing(text: str) -> None:
    assert read_metrics(text) is None


def test_what_a_server_does_not_say_is_unknown() -> None:
    seen = read_metrics("vllm:prefix_cache_queries_total 0.0\nvllm:prefix_cache_hits_total 0.0\nvllm:x 1\n")
    assert seen is not None
    assert (seen.cache_hits, seen.queue_s, seen.running) == (None, None, None)
    assert said(seen) == []


def test_numbers_that_are_no_counts_are_unknown() -> None:
    page = f"vllm:prompt_tokens_total NaN\nvllm:generation_tokens_total {'9' * 400}\nvllm:num_requests_running -1\n"
    seen = read_metrics(page + "vllm:num_requests_waiting 2\n")
    assert seen is not None
    assert (seen.prompt_tokens, seen.output_tokens, seen.running, seen.waiting) == (None, None, None, 2.0)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/metrics\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_a_hostile_page_of_metrics_is_one_line(reply: bytes) -> None:
    class Hostile(StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(reply)

    with TCPServer(("127.0.0.1", 0), Hostile) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(UsageError, match="cannot be read"):
            metrics(f"http://127.0.0.1:{server.server_address[1]}")
        thread.join()
    with pytest.raises(UsageError, match="cannot be read"):
        metrics("http://127.0.0.1:1/a\nb")


def test_a_page_of_metrics_that_drips_is_given_up() -> None:
    class Dripping(io.BytesIO):
        def read1(self, size: int | None = -1, /) -> bytes:
            time.sleep(0.01)
            return b"x"[:size]

    with pytest.raises(TimeoutError, match="did not end within"):
        engines_module._read(cast("Any", Dripping()), until_s=0.05)


@pytest.mark.slow
def test_the_real_vllm_answers(tmp_path: Path) -> None:
    """Where vLLM, a GPU and weights (VLLM_MODEL) are at hand."""
    model = os.environ.get("VLLM_MODEL")
    if shutil.which("vllm") is None or shutil.which("nvidia-smi") is None or model is None:
        pytest.skip("no vLLM, GPU or VLLM_MODEL here: only the stand-in is tested")
    settings = EngineSettings(engine="vllm", model=model, port=free_port())
    with serve(settings, log=tmp_path / "logs" / "vllm.log") as server:
        body = {"model": settings.served_name, "messages": [{"role": "user", "content": "2+2?"}], "max_tokens": 8}
        reply = httpx.post(f"{server.base_url}/chat/completions", json=body, timeout=120).json()
        assert reply["usage"]["completion_tokens"] > 0
        assert (metrics(server.base_url).output_tokens or 0) > 0
