"""`bench batches`: the batches of a run, what became of them, and how to call them off."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import config_option, load_config, results_option
from bench.cli.terminal import echo
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.engine import BatchClient
    from bench.providers import Endpoint
    from bench.records import BatchNote


@click.command()
@click.argument("run", required=False)
@config_option
@results_option
@click.option("--cancel", is_flag=True, help="Call off every batch that is not over; what it answered stays billed.")
@click.option(
    "--forget",
    metavar="BATCH",
    help="Wait no longer for a batch that its vendor has lost: its calls are asked, and paid, again.",
)
def batches(run: str | None, config: Path | None, results: Path, *, cancel: bool, forget: str | None) -> None:
    """The batches of RUN (the newest that made some): how far each is at its vendor."""
    from bench import records
    from bench.config import environment
    from bench.engine import run_to_end
    from bench.providers import resolve

    folder = _folder(results, run)
    if forget is not None:
        with records.lock_folder(folder):
            _forget(folder, forget)
        return
    comparison = load_config(config, None)
    environ = environment(comparison.source.parent)
    for note in records.read_batches(folder):
        entry = comparison.models.get(note.model)
        said = note.done or "not made yet"
        if note.done is None and note.batch and entry is not None and not entry.local:
            said = run_to_end(_looked_at(resolve(entry, environ), environ, note.batch, cancel=cancel))
        elif note.done is None and note.batch:
            said = f"awaited; {comparison.source} has no model '{note.model}'"
        echo(f"{note.model}  {note.batch or note.intent}  {len(note.requests)} calls  {said}")


def _folder(results: Path, run: str | None) -> Path:
    """The folder of a run that made batches. UsageError if there is none."""
    from bench import records

    if run is not None:
        folder = next((each for each in (Path(run), results / run) if each.is_dir()), None)
        if folder is None:
            raise UsageError(f"no run '{run}' here or in {results}/. See `bench list runs`.")
        return folder
    known = sorted(path.parent for path in results.glob(f"*/{records.BATCHES}"))
    if not known:
        raise UsageError(f"no run in {results}/ made batches. Begin with: bench run --batch")
    return known[-1]


async def _looked_at(endpoint: Endpoint, environ: Mapping[str, str], batch: str, *, cancel: bool) -> str:
    from bench.engine import BatchClient, BatchTrouble, tls_context

    async with BatchClient(endpoint, environ, tls_context()) as client:
        try:
            return await _state(client, batch, cancel=cancel)
        except BatchTrouble as trouble:
            return f"cannot be looked at: {trouble}"


async def _state(client: BatchClient, batch: str, *, cancel: bool) -> str:
    state = await client.state(batch)
    if state.ended:
        return "over; the same `bench run` fetches its answers"
    if cancel:
        await client.cancel(batch)
        return "called off; the same `bench run` records what it answered before"
    return f"{state.done or 0} of {state.total or '?'} done"


def _forget(folder: Path, batch: str) -> None:
    from dataclasses import replace

    from bench import records

    notes: list[BatchNote] = list(records.read_batches(folder))
    mine = [note for note in notes if batch in (note.batch, note.intent) and note.done is None]
    if not mine:
        raise UsageError(f"{folder}: awaits no batch '{batch}'. See `bench batches`.")
    kept = [replace(note, done="forgotten") if note in mine else note for note in notes]
    records.write_batches(folder, kept)
    echo(f"{batch} is forgotten: the same `bench run` asks its {len(mine[0].requests)} calls again")
