"""`bench plan`: what a run would decide, and for how much, before anything is asked."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.cluster import clustered, ray_option
from bench.cli.options import (
    NumberRange,
    config_option,
    dollars_by_model,
    include_option,
    load_config,
    results_option,
    task_folders,
)
from bench.cli.slices import slice_options, sliced
from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.run.planning import Planned


_GUESSES = (
    click.option("--from", "pilot", metavar="RUN", help="An earlier run of this exam, or an import, says the rest."),
    click.option(
        "--difference",
        type=NumberRange(-100, 100),
        metavar="POINTS",
        help="Guess: candidate's score less the baseline's.  [default: 0]",
    ),
    click.option(
        "--discordance",
        type=NumberRange(0, 1),
        metavar="SHARE",
        help="Guess: share of items that only one of them solves.  [default: 0.1]",
    ),
    click.option(
        "--icc",
        type=NumberRange(0, 1, max_open=True),
        metavar="SHARE",
        help="Guess: how alike the differences within a family are.  [default: 0.1]",
    ),
    click.option(
        "--saving",
        type=NumberRange(0, 1, min_open=True, max_open=True),
        metavar="SHARE",
        help="Guess: what the candidate really saves, e.g. 0.95.  [default: half-way from what is claimed to all]",
    ),
    click.option(
        "--usd",
        multiple=True,
        callback=dollars_by_model,
        metavar="MODEL=USD",
        help="Guess: what an item costs. Repeatable.  [default: as in earlier runs of the same model]",
    ),
)


def _guess_options(command: Any) -> Any:
    for option in reversed(_GUESSES):
        command = option(command)
    return command


@click.command()
@config_option
@results_option
@click.option("-m", "--model", "models", multiple=True, help="A model's label. Repeatable.  [default: all]")
@click.option("-t", "--task", "tasks", multiple=True, help="A suite or a task. Repeatable.  [default: [run] suites]")
@click.option("--limit", type=click.IntRange(1), help="Items per suite.  [default: [run] limit]")
@slice_options
@include_option
@click.option("--exam-seed", type=click.IntRange(0), help="Plans a fresh exam.  [default: [run] exam_seed]")
@click.option("--claim", "names", multiple=True, metavar="NAME", help="A claim. Repeatable.  [default: all]")
@click.option("--looks", type=click.IntRange(1, 20), metavar="K", help="How often the claims are judged.  [default: 5]")
@click.option("--budget-usd", "budget", type=float, metavar="USD", help="Plan the largest run that this pays for.")
@_guess_options
@click.option("--worlds", type=click.IntRange(10, 10_000), default=100, show_default=True, help="Runs that are drawn.")
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw power against dollars: FILE.svg.")
@ray_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plan(
    config: Path | None,
    results: Path,
    include: tuple[Path, ...],
    models: tuple[str, ...],
    budget: float | None,
    pilot: str | None,
    worlds: int,
    chart: Path | None,
    ray: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Draw runs like the planned one, judge each as a real one is, and say how often and for how much they decide.

    Calls no model. Nothing is measured yet, so what is true must be guessed: by the options below, or from an earlier
    run or import (--from). Both readings are told, with and without looks on the way, and the smallest margin that the
    planned run can show. See docs/deciding-early.md.
    """
    from bench import registry
    from bench.cli.run import chosen_models
    from bench.config import environment
    from bench.errors import UsageError
    from bench.records import find_run
    from bench.run import Deciding
    from bench.run.planning import Given, affordable, lines, plan_claims
    from bench.run.prepare import prepare

    if budget is not None and not 0 < budget < math.inf:
        raise UsageError(f"--budget-usd: {budget:g} must be an amount above 0, e.g. 20.")
    guesses = {name: given.pop(name) for name in ("difference", "discordance", "icc", "saving", "usd")}
    if guesses["difference"] is not None:
        guesses["difference"] /= 100
    said = Given(**guesses, pilot=None if pilot is None else find_run(results, pilot))
    known = registry.read(task_folders(include))
    comparison = chosen_models(load_config(config, known.names), models, None)
    asked = Deciding(claims=given.pop("names"), looks=given.pop("looks"))
    chosen = {"suites": given.pop("tasks") or None, **given}
    comparison = replace(comparison, run=sliced(comparison.run, chosen))
    environ = environment(comparison.source.parent)
    prepared = prepare(comparison, known, environ)
    if budget is not None:
        share = affordable(prepared, asked, said, results, budget)
        if share is not None:
            comparison = replace(comparison, run=replace(comparison.run, limit=share, instances=None))
            prepared = prepare(comparison, known, environ)
            echo(f"{budget:g} USD pay for {share} items a suite on average.", err=True)
    planned = plan_claims(clustered(prepared, ray), asked, said, results, worlds=worlds)
    if chart is not None:
        _draw(planned, chart)
    if as_json:
        echo(json.dumps([_record(each) for each in planned], indent=2, ensure_ascii=False))
        return
    for each in planned:
        echo("\n".join(lines(each)))


def _record(planned: Planned) -> dict[str, Any]:
    raw = asdict(planned)
    return {**raw, "claim": planned.claim.as_dict()}


def _draw(planned: Sequence[Planned], path: Path) -> None:
    """Power against dollars, or against items where no price is known; a line a claim and reading."""
    from bench.report.charts import Course, Picture, dollars

    known = all(size.usd is not None for each in planned for f in each.readings for size in f.sizes)
    made = [
        Course(
            label=f"{each.claim.name}, {'these kinds' if forecast.about == 'these' else 'other kinds like these'}",
            spent=tuple(float((size.usd if known else size.items) or 0) for size in forecast.sizes),
            values=tuple(size.supported.estimate for size in forecast.sizes),
        )
        for each in planned
        for forecast in each.readings
    ]
    basis = "; ".join(dict.fromkeys(text for each in planned for text in each.basis))
    picture = Picture(
        title="What dollars decide" if known else "What items decide",
        reading="How often a run of this size, judged once at its end, would support the claim.",
        caption=f"n = {planned[0].readings[0].worlds} drawn runs a point; {basis}.",
        across="USD, all models" if known else "items",
        up="supported",
        shares=True,
    )
    dollars(made, picture, (path.parent / path.stem).absolute())
