"""vLLM and SGLang on the command line: serving by them, and what a server of theirs says of itself."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import click

from bench.cli.terminal import echo
from bench.errors import BenchError, UsageError

LLAMA = "llama.cpp"
"""The engine that comes with us."""
PORTS = {"vllm": 8000, "sglang": 30000}
"""Where each listens unless it is told otherwise."""

_OPTIONS = (
    click.option(
        "--engine", type=click.Choice([LLAMA, "vllm", "sglang"]), default=LLAMA, show_default=True, help="What serves."
    ),
    click.option("--tensor-parallel", type=click.IntRange(1), metavar="N", help="GPUs that share each layer."),
    click.option("--pipeline-parallel", type=click.IntRange(1), metavar="N", help="Groups of GPUs that share layers."),
    click.option("--ray", metavar="ADDRESS", help="The Ray cluster whose nodes have the GPUs."),
    click.option(
        "--prompt-cache", is_flag=True, help="Reuse the beginnings of prompts; latency then depends on order."
    ),
    click.option(
        "--engine-option", "options", multiple=True, metavar="WORD", help="A further word for it. Repeatable."
    ),
    click.option("--print-command", is_flag=True, help="Print the engine's command line, and start nothing."),
)


def engine_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of another engine."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def require_llama(given: Mapping[str, Any]) -> None:
    """UsageError for an option that our own engine does not have."""
    for name, value in given.items():
        if value:
            option = "engine-option" if name == "options" else name.replace("_", "-")
            raise UsageError(f"--{option} is for --engine vllm or sglang.")


def serve_engine(
    engine: str,
    model: str,
    *,
    port: int,
    tensor_parallel: int | None,
    pipeline_parallel: int | None,
    print_command: bool,
    **given: Any,
) -> None:
    """Serves a model until Ctrl-C, or prints how. UsageError if the engine does not start."""
    from bench.weights.engines import EngineSettings, command, metrics, said, serve, variables
    from bench.weights.store import cache_dir

    settings = EngineSettings(
        engine=engine,
        model=model,
        port=port or PORTS[engine],
        tensor_parallel=tensor_parallel or 1,
        pipeline_parallel=pipeline_parallel or 1,
        **given,
    )
    if print_command:
        set_first = [f"{name}={shlex.quote(value)}" for name, value in variables(settings).items()]
        echo(" ".join([*set_first, shlex.join(command(settings))]))
        return
    log = cache_dir() / f"{engine}-{settings.port}.server.log"
    echo(f"{engine} loads {model}; log: {log}", err=True)
    with serve(settings, log=log) as server:
        name = settings.served_name
        echo(
            f"{server.base_url} (ready in {server.load_s:.1f} s; Ctrl-C stops it). In bench.toml:\n"
            f'[models.{name}]\nmodel = "openai-api/{engine}/{name}"\nbase_url = "{server.base_url}"'
        )
        try:
            status = server.process.wait()
        except KeyboardInterrupt:
            with contextlib.suppress(UsageError):
                echo("\n".join(said(metrics(server.base_url))))
            return
    raise BenchError(f"the server ended by itself with exit status {status}; see {log}")


@click.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def metrics(url: str, as_json: bool) -> None:
    """Show what a vLLM or SGLang server at URL says of itself: cache hits, queue time, tokens, requests."""
    from bench.weights.engines import metrics as read
    from bench.weights.engines import said

    of = read(url)
    echo(json.dumps(asdict(of), indent=2) if as_json else "\n".join(said(of)))
