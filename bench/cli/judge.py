"""`bench judge`: models of other vendors judge a run's answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.consent import require_consent, send_keys_option
from bench.cli.options import config_option, load_config, results_option, task_folders
from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.records import ModelEntry
    from bench.run.judging import Judged


@click.command()
@click.argument("run", required=False, envvar="BENCH_RUN")
@click.option("-j", "--judge", "names", multiple=True, help="A label of [judges.<label>]; repeatable.  [default: all]")
@click.option(
    "--measure",
    type=click.Choice(["pass", "preference"]),
    default="pass",
    show_default=True,
    help="Whether each answer is right, or which of two is better.",
)
@click.option("--models", metavar="A,B", help="The two models.  [default: of the first claim, else the run's two]")
@click.option(
    "--rubric",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A TOML file of 3 to 7 criteria.  [default: complete, correct, in form]",
)
@click.option(
    "-n", "--items", type=click.IntRange(1), help="Items to judge, from the sample's beginning.  [default: all]"
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the draw; the first one holds.")
@click.option("--vendors-differ", is_flag=True, help="Vouch that a judge of unknown make is of another vendor.")
@click.option("--budget-usd", type=float, help="The most that judging may cost, earlier calls included.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before calls that cost money.")
@click.option("--dry-run", is_flag=True, help="Only say how many calls that makes, and what they may cost.")
@send_keys_option
@config_option
@results_option
def judge(
    run: str | None,
    names: tuple[str, ...],
    measure: str,
    models: str | None,
    rubric: Path | None,
    items: int | None,
    seed: int,
    vendors_differ: bool,
    budget_usd: float | None,
    yes: bool,
    dry_run: bool,
    origins: tuple[str, ...],
    config: Path | None,
    results: Path,
) -> None:
    """Have the models of [judges.<label>] judge RUN's answers, by default of the newest run.

    Two answers are shown in both orders, always. A judge of the vendor of either side is refused. What judges say
    decides nothing alone: label some answers too (`bench label`), and claims are corrected by them. Calls are kept in
    the journal, cost nobody's side, and are never made twice.
    """
    from bench import prices, registry
    from bench.cli.progress import RunProgress
    from bench.config import environment
    from bench.costs import Terms
    from bench.errors import IncompleteError, UsageError
    from bench.judging import RUBRIC, read_rubric
    from bench.providers import resolve
    from bench.records import find_run
    from bench.run import with_members
    from bench.run.judging import JudgeChoices, Judging

    comparison = load_config(config)
    environ = environment(comparison.source.parent)
    chosen = _chosen(comparison.judges, names)
    if budget_usd is not None and not 0 < budget_usd < 1e9:
        raise UsageError(f"--budget-usd is {budget_usd:g}: it must be a number above 0.")
    choices = JudgeChoices(
        measure=measure,
        rubric=read_rubric(rubric) if rubric else RUBRIC,
        models=tuple(models.split(",")) if models else (),
        items=items,
        seed=seed,
        vendors_differ=vendors_differ,
    )
    endpoints = [resolve(entry, environ) for entry in chosen.values()]
    if not dry_run:
        require_consent(endpoints, environ, origins)
    with RunProgress() as progress:
        judging = Judging(
            folder=find_run(results, run),
            results=results,
            endpoints=endpoints,
            book=prices.load(prices.beside(comparison.source)),
            choices=choices,
            data=with_members(comparison.data, registry.read(task_folders(()))),
            watcher=progress,
            environ=environ,
        )
        if dry_run:
            progress.estimated(judging.estimate(), ask=False)
            return
        limit = None if budget_usd is None else Decimal(str(budget_usd))
        if yes or limit is not None:
            terms = Terms(limit, "given")
        else:
            terms = Terms(None, "ask" if sys.stdin.isatty() and sys.stderr.isatty() else "none")
        done = judging.judge(terms)
    for line in _lines(done):
        echo(line)
    if done.missing:
        raise IncompleteError(f"{done.missing} judgments are missing. The same command asks for them again.")


def _chosen(judges: Mapping[str, ModelEntry], names: tuple[str, ...]) -> Mapping[str, ModelEntry]:
    from bench.errors import UsageError, suggest

    if not judges:
        raise UsageError('no judge is defined. Add [judges.<label>] with model = "..." to bench.toml, as for a model.')
    for name in names:
        if name not in judges:
            raise UsageError(f"'{name}' is no judge of bench.toml.{suggest(name, judges)}")
    return {label: entry for label, entry in judges.items() if not names or label in names}


def _lines(done: Judged) -> Iterator[str]:
    cost = "at unknown cost" if done.usd is None else f"for {done.usd:.4f} USD"
    rubric = done.rubric.sha256[:8]
    yield f"{done.calls} judgments ({done.asked} asked now) {cost}, in neither side's costs; rubric {rubric}."
    if done.unread:
        yield f"{done.unread} replies had no verdict that could be read: they count as none."
    yield from (f"Note: {note}" for note in done.notes)
    yield "Judges alone prove nothing: label a sample with `bench label`, and claims are corrected by it."
