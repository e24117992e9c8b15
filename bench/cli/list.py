"""`bench list`: what there is to run, and what was run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench import clean
from bench.cli.options import config_option, include_option, load_config, results_option, task_folders
from bench.cli.terminal import echo, plain

if TYPE_CHECKING:
    from bench.records import ModelEntry, RunRecord
    from bench.registry import Registry

Table = list[dict[str, object]]


@click.command("list")
@click.argument("what", type=click.Choice(["suites", "tasks", "models", "runs"]))
@config_option
@results_option
@include_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(what: str, config: Path | None, results: Path, include: tuple[Path, ...], as_json: bool) -> None:
    """List suites, tasks, models (of bench.toml) or runs."""
    makers: dict[str, Callable[[], Table]] = {
        "suites": lambda: _suites(task_folders(include)),
        "tasks": lambda: _tasks(task_folders(include)),
        "models": lambda: _models(config),
        "runs": lambda: _runs(results),
    }
    rows = makers[what]()
    if as_json:
        echo(json.dumps(rows, indent=2))
        return
    if not rows:
        echo(f"no {what} yet")
        return
    for line in plain(rows):
        echo(line)
    if what == "tasks":
        from bench.registry import STOCK

        echo(f"\nlm-eval's generative tasks work by name too, for example {', '.join(STOCK)}.")
    if what == "runs":
        echo("\nSpending and verdicts as each run's files say; `bench verify RUN` computes a run's numbers anew.")


list = list_  # the lazy group looks a verb up by its name


def _suites(folders: Sequence[Path]) -> Table:
    from bench import registry

    known = registry.read(folders)
    return [
        {"suite": name, "items": _sum(_count(known, t) for t in tasks), "tasks": ", ".join(tasks)}
        for name, tasks in sorted(known.suites.items())
    ]


def _tasks(folders: Sequence[Path]) -> Table:
    from bench import registry

    known = registry.read(folders)
    return [
        {
            "task": name,
            "version": file.version,
            "items": _count(known, name),
            "max_tokens": file.max_tokens,
            "licence": file.metadata.get("licence", "?"),
        }
        for name, file in sorted(known.tasks.items())
    ]


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [*counts]
    return None if None in known else sum(count for count in known if count is not None)


def _count(known: Registry, name: str) -> int | None:
    """Items that a run without a limit asks of a task; None where they are made when it begins."""
    from bench.suites import FURTHER

    file = known.tasks[name]
    if file.data is None:
        return file.count
    paths = [file.data, *([file.data.parent / FURTHER / file.data.name] if name in known.usual else [])]
    return sum(1 for path in paths for line in clean.read_text(path).split("\n") if line.strip())


def _models(config: Path | None) -> Table:
    from bench.config import environment

    comparison = load_config(config)
    environ = environment(comparison.source.parent)
    return [_model(entry, environ) for entry in comparison.models.values()]


def _model(entry: ModelEntry, environ: Mapping[str, str]) -> dict[str, object]:
    from bench.providers import key_variable, preset_of

    preset = preset_of(entry)
    variable = key_variable(entry, preset, environ)
    return {
        "label": entry.label,
        "model": entry.model,
        "provider": preset.title,
        "protocol": preset.protocol,
        "key": variable or next(iter(preset.key_variables), "-"),
        "set": "not needed" if variable is None else "yes" if environ.get(variable) else "no",
    }


def _runs(results: Path) -> Table:
    from bench.errors import UsageError
    from bench.records import begun_folders, read_record, run_folders

    unknown: dict[str, object] = dict.fromkeys(("suites", "items", "models", "spent_usd", "claims"), "")
    rows: Table = [{"run": folder.name, "state": "unfinished", **unknown} for folder in begun_folders(results)]
    for folder in run_folders(results):
        try:
            rows.append({"run": folder.name, **_run(read_record(folder), folder)})
        except UsageError:
            rows.append({"run": folder.name, "state": "damaged", **unknown})
    return sorted(rows, key=lambda row: str(row["run"]))


def _run(record: RunRecord, folder: Path) -> dict[str, object]:
    done = record.looks is not None and record.looks.done
    return {
        "state": "complete" if record.finished_at else "decided" if done else "unfinished",
        "suites": _some([*record.suites]),
        "items": sum(suite.items_planned for suite in record.suites.values()),
        "models": _some([*record.models]),
        "spent_usd": f"{record.spending.spent_usd:.4g}" if record.spending else "",
        "claims": _some(_verdicts(folder)),
    }


def _verdicts(folder: Path) -> Sequence[str]:
    """Each claim and its verdict as the run's last report has them; none where there is no report."""
    try:
        judged = json.loads(clean.read_text(folder / "claims.json", below=folder))
        return [f"{each['name']}: {each['verdict'] or 'not judged'}" for each in judged]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def _some(labels: Sequence[str]) -> str:
    """A few labels, and how many more there are: an imported leaderboard has dozens."""
    return ", ".join(labels if len(labels) < 8 else [*labels[:5], f"and {len(labels) - 5} more"])
