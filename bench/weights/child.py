"""The server's own process: runs llama.cpp's HTTP server until its parent goes away.

Run as a file, so that it needs nothing but xllamacpp: `python child.py OPTIONS`, OPTIONS a JSON object. One line of
JSON on stdout says {"url", "pid"} or {"error"}; everything llama.cpp prints goes to stderr.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import sys
from typing import Any


def main() -> None:
    """Serves until stdin closes or the parent has died."""
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; it closes stdin.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    options = json.loads(sys.argv[1])
    if options["memory"]:
        resource.setrlimit(resource.RLIMIT_DATA, (options["memory"], options["memory"]))

    def answer(**line: object) -> None:
        print(json.dumps(line), file=answers, flush=True)

    if not _port_is_free(options["port"]):
        answer(error=f"port {options['port']} is in use: choose another, or 0 for any free one")
        return
    try:
        server = _serve(options)
    except Exception as error:
        answer(error=str(error))
        return
    answer(url=server.listening_address, pid=os.getpid())
    # No PR_SET_PDEATHSIG: it fires when the parent's *thread* ends, and a server may well be started from one.
    while os.getppid() == parent:
        if select.select([sys.stdin], [], [], 1.0)[0] and not os.read(0, 1024):
            break
    os._exit(0)  # Nothing of the server is worth keeping, a generation in progress included.


def _port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _serve(options: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = options["model"]
    params.model_alias = {os.path.basename(options["model"])}
    params.hostnames = ["127.0.0.1"]
    params.port = options["port"]
    params.ui = False
    params.n_parallel = options["slots"]
    params.n_ctx = options["context"] * options["slots"]
    params.kv_unified = options["kv_unified"]
    params.fit_params = False  # It would shrink the context to the memory it finds.
    params.cpuparams.n_threads = options["threads"]
    params.cpuparams_batch.n_threads = options["threads"]
    params.cache_prompt = options["prompt_cache"]
    params.cache_idle_slots = False
    params.cache_ram_mib = 0
    params.use_jinja = True
    params.endpoint_props = True
    _without_sampling(params.sampling, xllamacpp.common_params_sampling_config)
    return xllamacpp.Server(params)


def _without_sampling(sampling: Any, overridable: Any) -> None:
    """Neutral defaults: what a request does not ask for is not applied."""
    sampling.temp = 1.0
    sampling.top_k = 0
    sampling.top_p = 1.0
    sampling.min_p = 0.0
    # Claims every setting as chosen by the user: a weights file can carry its own, a repetition penalty for one.
    sampling.user_sampling_config = sum(int(setting.value) for setting in overridable)


if __name__ == "__main__":
    main()
