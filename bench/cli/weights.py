"""`bench weights`: what can be fetched, fetching it, and serving it by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench import clean
from bench.cli.engines import LLAMA, engine_options, metrics, require_llama, serve_engine
from bench.cli.terminal import echo
from bench.cli.tune import tune
from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.weights.catalog import CatalogEntry


@click.group()
def weights() -> None:
    """Local weights: list, fetch and serve them."""


@weights.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """Show the catalogue, and what of it is on this machine."""
    from bench.weights.catalog import catalog
    from bench.weights.fetch import is_cached
    from bench.weights.store import cache_dir, megabytes

    if as_json:
        rows = [
            {"name": e.name, "bytes": e.size, "licence": e.licence, "sha256": e.sha256, "cached": is_cached(e)}
            for e in catalog().values()
        ]
        echo(json.dumps({"folder": str(cache_dir()), "weights": rows}, indent=2))
        return
    width = max(len(name) for name in catalog())
    for entry in catalog().values():
        state = "cached" if is_cached(entry) else "not cached"
        echo(f"{entry.name:{width}}  {megabytes(entry.size):>8}  {entry.licence}  {state}")
    echo(f"Folder: {cache_dir()}")


@weights.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def pull(names: tuple[str, ...]) -> None:
    """Fetch weights and check their sha256; a file that is there already costs nothing."""
    from bench.weights.catalog import resolve

    for entry in [resolve(name) for name in names]:
        echo(_fetch(entry))


@weights.command()
@click.argument("name")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default="a free one", help="Port on 127.0.0.1.")
@click.option("--slots", type=click.IntRange(1), default=1, show_default=True, help="Requests answered at once.")
@click.option(
    "--context", type=click.IntRange(256), default=4096, show_default=True, help="Tokens of a slot: prompt and answer."
)
@engine_options
def serve(name: str, port: int, slots: int, context: int, engine: str, **given: Any) -> None:
    """Serve weights until Ctrl-C: a catalogue name, or a path that ends in .gguf.

    With --engine vllm or sglang, which need GPUs, NAME is a folder of safetensors or what that engine takes; its
    metrics are shown at the end, and by `bench weights metrics` meanwhile.
    """
    if engine != LLAMA:
        serve_engine(engine, name, port=port, slots=slots, context=context, **given)
        return
    require_llama(given)
    from bench.weights.catalog import resolve
    from bench.weights.server import ServerSettings, serve
    from bench.weights.store import cache_dir

    entry = resolve(name)
    path = _fetch(entry)
    log = cache_dir() / f"{entry.file}.server.log"
    with serve(path, ServerSettings(slots=slots, context=context), log=log, port=port) as server:
        echo(f"{server.base_url} (ready in {server.load_s:.1f} s; Ctrl-C stops it; log: {log})")
        try:
            status = server.process.wait()
        except KeyboardInterrupt:
            return
    raise BenchError(f"the server ended by itself with exit status {status}; see {log}")


weights.add_command(metrics)
weights.add_command(tune)


def _fetch(entry: CatalogEntry) -> Path:
    from bench.weights.fetch import FetchProgress, fetch

    if not sys.stderr.isatty():
        return fetch(entry, say=lambda line: echo(line, err=True))
    from rich import progress
    from rich.console import Console

    columns = (progress.BarColumn(), progress.DownloadColumn(), progress.TransferSpeedColumn())
    console = Console(stderr=True)
    with progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(entry.name, total=entry.size, visible=False)

        def report(now: FetchProgress) -> None:
            bar.update(task, completed=now.done, visible=True)

        return fetch(
            entry, report=report, say=lambda line: console.print(clean.terminal(line), markup=False, highlight=False)
        )
