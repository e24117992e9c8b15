"""The embedded server with a key-value cache of another type, which a user cannot choose: what a host may do unseen.

`python -m tests.doctor.quantised OPTIONS KIND`, OPTIONS as for `bench/weights/child.py`, KIND e.g. Q8_0.
"""

from __future__ import annotations

import contextlib
import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.weights.server import ServerSettings

ROOT = Path(__file__).parents[2]
SETTINGS = ServerSettings(threads=1, context=256, prompt_cache=True)
"""Of both servers. With a prompt cache, as hosts have, a prompt is computed in other parts the second time."""


@contextlib.contextmanager
def quantised(weights: Path, kind: str, port: int = 0) -> Iterator[str]:
    """Its base URL, while it runs."""
    options = json.dumps({"model": str(weights), "port": port, "memory": 0, **asdict(SETTINGS)})
    command = [sys.executable, "-m", "tests.doctor.quantised", options, kind]
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=none, cwd=ROOT) as process:
        assert process.stdin
        assert process.stdout
        try:
            answer = json.loads(process.stdout.readline())
            yield f"{answer['url']}/v1"
        finally:
            process.stdin.close()
            process.wait(10)


def main() -> None:
    """Serves as the child does, with another cache."""
    import xllamacpp

    kind, serve = sys.argv.pop(), xllamacpp.Server

    def server(params: Any) -> Any:
        params.cache_type_k = getattr(xllamacpp.ggml_type, f"GGML_TYPE_{kind}")
        params.cache_type_v = params.cache_type_k
        return serve(params)

    xllamacpp.Server = server
    runpy.run_path(str(ROOT / "bench" / "weights" / "child.py"), run_name="__main__")


if __name__ == "__main__":
    main()
