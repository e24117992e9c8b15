"""`bench run`: the comparison in bench.toml, from plan to table."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import config_option, load_config, results_option
from bench.errors import IncompleteError, UsageError, suggest

if TYPE_CHECKING:
    from bench.config import Comparison, ModelEntry
    from bench.pipeline import Prepared


class _Limit(click.ParamType[int]):
    """A whole number above 0, or "all", which is 0 here."""

    name = "N|all"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Reads the option's text."""
        if value == "all":
            return 0
        if str(value).isdigit() and int(str(value)) > 0:
            return int(str(value))
        self.fail(f"{value!r} is neither a whole number above 0 nor 'all'.", param, ctx)


@click.command()
@config_option
@results_option
@click.option(
    "-m",
    "--model",
    "models",
    multiple=True,
    envvar="BENCH_MODEL",
    help="A model's label in bench.toml, or provider/model. Repeatable.  [default: all in bench.toml]",
)
@click.option(
    "-t",
    "--task",
    "tasks",
    multiple=True,
    envvar="BENCH_TASK",
    help="A suite or a task. Repeatable.  [default: [run] suites]",
)
@click.option(
    "--limit",
    type=_Limit(),
    envvar="BENCH_LIMIT",
    help="Items per suite (not per task), balanced over families and levels; or 'all'.",
)
@click.option("--repeats", type=click.IntRange(1), envvar="BENCH_REPEATS", help="Independent samples per item.")
@click.option("--seed", type=click.IntRange(0), envvar="BENCH_SEED", help="Seeds the order of calls and resampling.")
@click.option(
    "-j",
    "--max-connections",
    type=click.IntRange(1),
    envvar="BENCH_MAX_CONNECTIONS",
    help="Calls in flight per remote model.  [default: 8]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="BENCH_OUTPUT",
    help="The run's folder.  [default: a new one in --results]",
)
@click.option("--fresh", is_flag=True, help="Begin a new run and ask everything again, reusing no answer.")
@click.option("--dry-run", is_flag=True, help="Show what would be asked; call nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison (or the plan of --dry-run) as JSON.")
def run(
    config: Path | None, results: Path, models: tuple[str, ...], tasks: tuple[str, ...], limit: int | None,
    repeats: int | None, seed: int | None, max_connections: int | None, output: Path | None,
    fresh: bool, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run the comparison in bench.toml and print its table.

    The same plan continues an unfinished run, and only prints a finished one again. Answers of earlier runs are
    reused for `[run] reuse` hours (never when CI is set); --fresh asks everything again. Stopping with Ctrl-C
    loses nothing: the same command continues.
    """
    from bench import pipeline, registry
    from bench.cli.progress import Progress
    from bench.cli.show import show

    found = registry.read()
    comparison = _chosen(load_config(config, [*found.suites, *found.tasks]), models, max_connections)
    asked = comparison.run
    settings = replace(
        asked,
        suites=tasks or asked.suites,
        limit=asked.limit if limit is None else limit or None,
        repeats=repeats or asked.repeats,
        seed=asked.seed if seed is None else seed,
    )
    comparison = replace(comparison, run=settings)
    prepared = pipeline.prepare(comparison, found)
    if dry_run:
        click.echo(_plan_json(prepared) if as_json else _plan_text(prepared))
        return
    with Progress() as progress:
        try:
            result = pipeline.execute(prepared, results, progress, output=output, fresh=fresh)
        except KeyboardInterrupt:
            progress.close()
            click.echo("Stopped. Every finished answer is kept; continue with the same command: bench run", err=True)
            sys.exit(IncompleteError.exit_code)
    show(result, as_json)
    if result.missing:
        sys.exit(IncompleteError.exit_code)


def _chosen(comparison: Comparison, names: tuple[str, ...], max_connections: int | None) -> Comparison:
    """The comparison with only the named models; claims about others are left out."""
    models = {name: comparison.models[name] for name in names if name in comparison.models}
    for name in dict.fromkeys(names):
        if name not in comparison.models:
            entry = _adhoc(name, comparison)
            if entry.label in models:
                raise UsageError(
                    f"two models would be called '{entry.label}'. Name one as [models.<label>] in bench.toml."
                )
            models[entry.label] = entry
    models = models or dict(comparison.models)
    if max_connections is not None:
        models = {k: e if e.local else replace(e, max_connections=max_connections) for k, e in models.items()}
    claims = {k: c for k, c in comparison.claims.items() if c.candidate in models and c.baseline in models}
    return replace(comparison, models=models, claims=claims)


def _adhoc(name: str, comparison: Comparison) -> ModelEntry:
    """A model given as provider/model on the command line; its label is the last part of the name."""
    from bench.config import ModelEntry, check_model

    if "/" not in name:
        raise UsageError(f"no model '{name}' in {comparison.source}.{suggest(name, comparison.models)}")
    entry = ModelEntry(label=re.sub(r"[^\w.-]", "-", name.rpartition("/")[2]), model=name)
    problem = check_model(entry)
    if problem:
        raise UsageError(problem[1])
    return entry


def _plan_json(prepared: Prepared) -> str:
    import json

    plan = prepared.plan
    suites = {s: {"items": _asked(prepared, s), "available": n} for s, n in prepared.available.items()}
    models = {e.entry.label: {"model": e.entry.model, "calls": len(plan.of(e.entry.label))} for e in prepared.endpoints}
    return json.dumps({"plan_sha256": plan.sha256, "suites": suites, "models": models}, indent=2)


def _asked(prepared: Prepared, suite: str) -> int:
    """Items of a suite in the plan; tasks of one suite may share item ids."""
    return len({(c.item.task, c.item.item) for c in prepared.plan.calls if c.item.suite == suite})


def _plan_text(prepared: Prepared) -> str:
    plan = prepared.plan
    lines = [f"{suite}: {_asked(prepared, suite)} of {n} items" for suite, n in prepared.available.items()]
    lines += [f"{e.entry.label} ({e.entry.model}): {len(plan.of(e.entry.label))} calls" for e in prepared.endpoints]
    return "\n".join([*lines, f"plan {plan.sha256[:8]}; nothing was called"])
