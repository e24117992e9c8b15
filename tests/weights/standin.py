"""Stands in for vLLM's and SGLang's servers: takes their documented options, answers as they do, and needs no GPU.

Run as the engine's own command would be; `standin.py write FOLDER` puts a `vllm` there, and a package `sglang`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

VLLM = """
--host --port --served-model-name --max-num-seqs --max-model-len --tensor-parallel-size --pipeline-parallel-size
--generation-config --seed --distributed-executor-backend --dtype --load-format --gpu-memory-utilization --tokenizer
"""
"""Options of `vllm serve` with a value, as vLLM 0.32 documents them."""
VLLM_FLAGS = "--enable-prefix-caching --no-enable-prefix-caching --trust-remote-code --enforce-eager"
SGLANG = """
--model-path --host --port --served-model-name --max-running-requests --context-length --tp-size --pp-size
--sampling-defaults --random-seed --dtype --load-format --mem-fraction-static --nnodes --node-rank --dist-init-addr
"""
"""Options of `sglang.launch_server` with a value, as its server arguments document them (2026-10)."""
SGLANG_FLAGS = "--enable-metrics --disable-radix-cache --use-ray --trust-remote-code"

PAGES = {
    "vllm": """# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 2.0
vllm:num_requests_waiting{engine="0",model_name="m"} 1.0
vllm:prompt_tokens_total{model_name="m"} 1200.0
vllm:generation_tokens_total{model_name="m"} 300.0
vllm:prefix_cache_queries_total{engine="0",model_name="m"} 600.0
vllm:prefix_cache_queries_total{engine="1",model_name="m"} 600.0
vllm:prefix_cache_hits_total{engine="0",model_name="m"} 900.0
vllm:request_queue_time_seconds_bucket{le="0.3",model_name="m"} 8.0
vllm:request_queue_time_seconds_sum{model_name="m"} 2.0
vllm:request_queue_time_seconds_count{model_name="m"} 8.0
""",
    "sglang": """sglang:num_running_reqs{model_name="m"} 2.0
sglang:num_queue_reqs{model_name="m"} 1.0
sglang:prompt_tokens_total{model_name="m"} 1.2e+03
sglang:generation_tokens_total{model_name="m"} 300.0
sglang:cache_hit_rate{model_name="m"} 0.75
sglang:queue_time_seconds_sum{model_name="m"} 2.0
sglang:queue_time_seconds_count{model_name="m"} 8.0
""",
}


def parsed(engine: str, words: list[str]) -> argparse.Namespace:
    """The words of a command line, as the engine reads them; ends the process for one that is not documented."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    if engine == "vllm":
        parser.add_argument("verb", choices=["serve"])
        parser.add_argument("model_path")
    for option in (VLLM if engine == "vllm" else SGLANG).split():
        parser.add_argument(option)
    for flag in (VLLM_FLAGS if engine == "vllm" else SGLANG_FLAGS).split():
        parser.add_argument(flag, action="store_true")
    return parser.parse_args(words)


def write(folder: Path) -> None:
    """Puts stand-ins of both engines into a folder."""
    vllm = folder / "vllm"
    vllm.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).absolute()} vllm "$@"\n')
    vllm.chmod(0o755)
    (folder / "sglang").mkdir()
    (folder / "sglang" / "__init__.py").touch()
    again = f"[sys.executable, {str(Path(__file__).absolute())!r}, 'sglang', *sys.argv[1:]]"
    launch = f"import os, sys\nos.execv(sys.executable, {again})\n"
    (folder / "sglang" / "launch_server.py").write_text(launch)


def main() -> None:
    """Loads for a moment, then serves until it is told to end."""
    engine, words = sys.argv[1], sys.argv[2:]
    options = parsed(engine, words)
    print("loading", options.served_model_name, os.environ.get("RAY_ADDRESS", ""), flush=True)
    if "broken" in options.model_path:
        sys.exit("ValueError: error: no such model")
    ready = time.monotonic() + 0.3

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = 200 if time.monotonic() > ready else 503
            page = (
                PAGES[engine] if self.path == "/metrics" else json.dumps({"data": [{"id": options.served_model_name}]})
            )
            self.send_response(status)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    ThreadingHTTPServer((options.host, int(options.port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
