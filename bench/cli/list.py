"""`bench list`: what there is to run, and what was run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click

from bench.cli.options import config_option, load_config, results_option

Table = list[dict[str, object]]


@click.command("list")
@click.argument("what", type=click.Choice(["suites", "tasks", "models", "runs"]))
@config_option
@results_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(what: str, config: Path | None, results: Path, as_json: bool) -> None:
    """List suites, tasks, models (of bench.toml) or runs."""
    makers: dict[str, Callable[[], Table]] = {
        "suites": _suites,
        "tasks": _tasks,
        "models": lambda: _models(config),
        "runs": lambda: _runs(results),
    }
    rows = makers[what]()
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo(f"no {what} yet")
        return
    rows.insert(0, {key: key for key in rows[0]})
    widths = {key: max(len(str(row[key])) for row in rows) for key in rows[0]}
    for row in rows:
        click.echo("  ".join(str(row[key]).ljust(width) for key, width in widths.items()).rstrip())


list = list_  # the lazy group looks a verb up by its name


def _suites() -> Table:
    from bench import registry

    found = registry.read()
    return [
        {"suite": name, "items": sum(_count(found.tasks[t].data) for t in tasks), "tasks": ", ".join(tasks)}
        for name, tasks in sorted(found.suites.items())
    ]


def _tasks() -> Table:
    from bench import registry

    return [
        {
            "task": name,
            "version": file.version,
            "items": _count(file.data),
            "licence": file.metadata.get("licence", "?"),
        }
        for name, file in sorted(registry.read().tasks.items())
    ]


def _count(data: Path | None) -> int:
    return sum(1 for line in data.read_text(encoding="utf-8").split("\n") if line.strip()) if data else 0


def _models(config: Path | None) -> Table:
    return [{"label": label, "model": entry.model} for label, entry in load_config(config).models.items()]


def _runs(results: Path) -> Table:
    from bench import runfolder
    from bench.errors import UsageError

    rows: Table = [{"run": folder.name, "state": "unfinished", "models": ""} for folder in runfolder.begun(results)]
    for folder in runfolder.folders(results):
        try:
            manifest = runfolder.read_manifest(folder)
        except UsageError:
            manifest, state = {}, "damaged"
        else:
            state = "complete" if manifest.get("finished_at") else "unfinished"
        rows.append({"run": folder.name, "state": state, "models": ", ".join(manifest.get("models", ()))})
    return sorted(rows, key=lambda row: str(row["run"]))
