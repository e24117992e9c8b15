"""`bench run`: the comparison in bench.toml, from plan to table."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli import deciding
from bench.cli.again import command_line
from bench.cli.batch import batch_option, batched, require_usual
from bench.cli.cluster import clustered, ray_option
from bench.cli.consent import require_consent, send_keys_option
from bench.cli.gate import run_options as gate_options
from bench.cli.load import measured, set_aside
from bench.cli.options import LEAST_USD, config_option, include_option, load_config, results_option, task_folders
from bench.cli.slices import slice_options, sliced
from bench.cli.terminal import echo
from bench.errors import IncompleteError, UsageError, suggest

if TYPE_CHECKING:
    from bench.cli.gate import Gating
    from bench.costs import Terms
    from bench.records import Comparison, ModelEntry, ReportSettings, RunSettings
    from bench.registry import Registry
    from bench.run import Prepared, Result, Watcher


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


class _Usd(click.ParamType[Decimal]):
    """An amount of money above 0."""

    name = "USD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Reads the option's text."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal(0)
        if not amount.is_finite() or not LEAST_USD <= amount <= 1e9:
            self.fail(f"{value!r} must be an amount above 0 and at most 1e9, e.g. 2.50.", param, ctx)
        return amount


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
    help="Items per suite (not per task), balanced over families and levels, a sample drawn with --seed; or 'all'.",
)
@slice_options
@deciding.deciding_options
@click.option(
    "--sweep",
    metavar="[MODEL:]KEY=A,B,..",
    help="Ask one model at several settings, each a row with its claims, e.g. effort=low,high or max_tokens=500,4000.",
)
@include_option
@click.option("--repeats", type=click.IntRange(1, 1000), envvar="BENCH_REPEATS", help="Independent samples per item.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    envvar="BENCH_SEED",
    help="Seeds the sample that --limit takes, the order of calls and resampling.",
)
@click.option(
    "--exam-seed",
    type=click.IntRange(0),
    envvar="BENCH_EXAM_SEED",
    help="Asks a fresh exam of equal design where a suite's items are generated (coding).  [default: the shipped exam]",
)
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
@click.option("--dry-run", is_flag=True, help="Show what would be asked and what it would cost; call nothing.")
@click.option(
    "--budget-usd",
    "budget",
    type=_Usd(),
    envvar="BENCH_BUDGET_USD",
    help="The most this run may spend on remote models, earlier parts included; it stops before, and can continue.",
)
@click.option(
    "--unsafe-no-sandbox",
    "unsafe",
    is_flag=True,
    help="Where no sandbox works, run model-written code without one, with all your rights; "
    "needs BENCH_UNSAFE_NO_SANDBOX=1 as well.",
)
@click.option(
    "--latency-probe",
    "prompts",
    type=click.IntRange(1),
    envvar="BENCH_LATENCY_PROBE",
    metavar="N",
    help="Afterwards ask each model N more prompts of one size, one at a time, every second one on a fresh "
    "connection: latency without queueing or prefix caches, cold and warm apart. Costs as other calls do.",
)
@batch_option
@ray_option
@gate_options
@send_keys_option
@click.option("--keep-going", is_flag=True, help="Ask a model although every claim about it needs one that fails.")
@click.option("-y", "--yes", is_flag=True, envvar="BENCH_YES", help="Spend without asking first.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison (or the plan of --dry-run) as JSON.")
def run(
    config: Path | None, results: Path, models: tuple[str, ...], tasks: tuple[str, ...], limit: int | None,
    include: tuple[Path, ...], repeats: int | None, seed: int | None, exam_seed: int | None,
    max_connections: int | None, output: Path | None, fresh: bool, dry_run: bool, budget: Decimal | None, unsafe: bool,
    prompts: int | None, baseline: str | None, confirm: bool, detect: float | None, junit: Path | None,
    page: str | None, origins: tuple[str, ...], yes: bool, as_json: bool, sweep: str | None, keep_going: bool,
    batch: bool, ray: str | None, **chosen: Any,
) -> None:  # fmt: skip
    """Run the comparison in bench.toml and print its table.

    The same plan continues an unfinished run, and only prints a finished one again. Answers of earlier runs are
    reused for `[run] reuse` hours (never when CI is set); --fresh asks everything again. Stopping with Ctrl-C
    loses nothing: the same command continues. --gate always asks everything again, in a new run.

    Where remote models have prices, a run shows what it will cost. Models that were never asked before answer a
    pilot of 8 items first, and then you are asked whether to go on: --yes answers beforehand. Without a terminal,
    --yes or --budget-usd must.
    """
    from bench import registry
    from bench.cli import gate
    from bench.cli.memory import give_back
    from bench.cli.plans import show_plan
    from bench.cli.progress import RunProgress
    from bench.cli.sweep import swept
    from bench.config import environment
    from bench.run import probe
    from bench.run.execute import execute
    from bench.run.prepare import prepare

    give_back()
    known = registry.read(task_folders(include))
    until = deciding.taken(chosen)
    reuse = deciding.reused(chosen, until)
    comparison = swept(chosen_models(load_config(config, known.names), models, max_connections), sweep)
    comparison = batched(comparison, batch=batch)
    given = {"repeats": repeats, "seed": seed, "exam_seed": exam_seed, **chosen}
    generated = not tasks or bool(registry.generated(known, tasks))
    comparison = replace(comparison, run=_settings(comparison.run, tasks, limit, given, generated=generated))
    if unsafe:
        from bench.sandbox import allow_nothing

        click.get_current_context().with_resource(allow_nothing())
    environ = environment(comparison.source.parent)
    prepared = prepare(comparison, known, environ)
    require_usual(prepared, gate=baseline is not None, probe=prompts is not None, until=until is not None)
    for line in _warnings(prepared, known):
        echo(f"Warning: {line}", err=True)
    if not dry_run:
        require_consent(prepared.endpoints, environ, origins)
    gating = gate.begin(prepared, results, baseline, confirm=confirm, detect=detect, junit=junit, page=page)
    fresh = fresh or gating is not None
    if dry_run:
        show_plan(prepared, results, output, prompts, fresh=fresh, as_json=as_json, until=until, reuse=reuse)
        return
    with RunProgress() as progress:
        try:
            terms = _terms(budget, yes, keep_going)
            rest = set_aside(prepared, probe.set_aside(prepared, prompts, terms) if prompts else terms)
            result = execute(
                clustered(prepared, ray),
                results,
                progress,
                output=output,
                fresh=fresh,
                environ=environ,
                terms=rest,
                deciding=until,
                reuse=reuse,
            )
            lacking = _probed(
                prepared, results, result, prompts=prompts, watcher=progress, environ=environ, terms=terms
            )
            if gating and not result.missing:
                gating.judge(result.folder, progress, environ, rest)
        except KeyboardInterrupt:
            progress.close()
            echo(f"Stopped. Every finished answer is kept. Continue with: {command_line()}", err=True)
            sys.exit(IncompleteError.exit_code)
    _end(result, gating, comparison.report, lacking=lacking, refused=bool(prepared.refused), as_json=as_json)
    deciding.say(result, until_decided=until is not None, as_json=as_json)


def _probed(
    prepared: Prepared,
    results: Path,
    result: Result,
    *,
    prompts: int | None,
    watcher: Watcher,
    environ: Mapping[str, str],
    terms: Terms,
) -> list[str]:
    """Measures latency apart and under load, where that is asked for, unless the run was cut short; returns what of it
    lacks answers."""
    from bench.run import probe

    given: Any = {"watcher": watcher, "environ": environ, "terms": terms}
    whole = not prompts or (
        result.ended is None
        and probe.measure(prepared, results, result.folder, prompts=prompts, leave_out=result.stopped, **given)
    )
    lacks = [] if whole else ["latency probe"]
    return lacks if measured(prepared, results, result, **given) else [*lacks, "load"]


def _settings(
    asked: RunSettings, tasks: tuple[str, ...], limit: int | None, given: dict[str, Any], *, generated: bool
) -> RunSettings:
    """The settings of the file with those of the command line; `generated`: whether items of the tasks are."""
    if not generated:
        asked = replace(asked, exam_seed=None, instances=None)  # the file said so of suites that are not asked now
    asked = asked if limit != 0 else replace(asked, limit=None)
    return sliced(asked, {"limit": limit or None, "suites": tasks or None, **given})


def _end(
    result: Result,
    gating: Gating | None,
    asked: ReportSettings,
    *,
    lacking: Sequence[str],
    refused: bool,
    as_json: bool,
) -> None:
    """Shows what came out, and exits as it was."""
    from bench.cli.show import show
    from bench.cli.writing import write

    if gating and gating.result and as_json:
        write(result.folder, asked)
    else:
        show(result, as_json, asked)
    for what in lacking:
        echo(f"Incomplete: the {what} lacks answers. Continue with: {command_line()}")
    if result.missing or refused or lacking:
        sys.exit(IncompleteError.exit_code)
    if gating:
        sys.exit(gating.finish(as_json))


def _warnings(prepared: Prepared, known: Registry) -> list[object]:
    """What is likely to go wrong, once for each model, prices that may be out of date, and tasks that were edited."""
    from bench import registry
    from bench.costs import Spending

    written = [known.tasks[name] for name in prepared.loaded.files if name in known.tasks]  # at their usual size
    items = sorted({call.item.task: call.item for call in prepared.plan.calls}.values(), key=lambda i: i.max_tokens)
    lines = [line for endpoint in prepared.endpoints if items and (line := endpoint.warning(items[0]))]
    lines += dict.fromkeys(why for agent in prepared.agents.values() if (why := agent.unversioned))
    return [*lines, *Spending.of(prepared.endpoints, prepared.book).stale(), *registry.edited(known, written)]


def _terms(budget: Decimal | None, yes: bool, keep_going: bool) -> Terms:
    """A person at a terminal is asked; nobody else is, so that what may be spent must be said beforehand."""
    from bench.costs import Terms

    if yes:
        return Terms(budget, "given", keep_going)
    if sys.stdin.isatty() and sys.stderr.isatty():
        return Terms(budget, "ask", keep_going)
    return Terms(budget, "none" if budget is None else "given", keep_going)


def chosen_models(comparison: Comparison, names: tuple[str, ...], max_connections: int | None) -> Comparison:
    """The comparison with only the named models; claims about others are left out."""
    from bench.records import LocalModel

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
        models = {
            k: e if isinstance(e, LocalModel) else replace(e, max_connections=max_connections)
            for k, e in models.items()
        }
    claims = {k: c for k, c in comparison.claims.items() if c.candidate in models and c.baseline in models}
    return replace(comparison, models=models, claims=claims)


def _adhoc(name: str, comparison: Comparison) -> ModelEntry:
    """A model given as provider/model on the command line; its label is the last part of the name."""
    from bench.config import read_model

    if "/" not in name:
        raise UsageError(f"no model '{name}' in {comparison.source}.{suggest(name, comparison.models)}")
    label = re.sub(r"[^\w.-]", "-", name.rpartition("/")[2])
    return read_model(label, {"model": name}, comparison.providers)
