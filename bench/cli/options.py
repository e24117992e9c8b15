"""What several commands share: where bench.toml and results are."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.records import Comparison

CONFIG = "bench.toml"

config_option = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    envvar="BENCH_CONFIG",
    help="Configuration file.  [default: bench.toml here, else the starter that ships with claimbench]",
)
results_option = click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="BENCH_RESULTS",
    default=Path("results"),
    show_default=True,
    help="Folder of the journal and of all run folders.",
)

OWN_TASKS = Path("bench-tasks")
"""Where `bench tasks new` writes, and what every command reads besides the shipped tasks."""
include_option = click.option(
    "--include-path",
    "include",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    multiple=True,
    envvar="BENCH_INCLUDE_PATH",
    help=f"A folder of tasks besides the shipped ones. Repeatable.  [default: {OWN_TASKS}/, where it exists]",
)


def task_folders(include: Sequence[Path]) -> list[Path]:
    """The folders of shipped tasks, of installed packages and the user's; a broken package is named, and left out."""
    from bench.registry import standing

    return [
        *standing(lambda broken: echo(f"Warning: {broken}", err=True)),
        *(include or ([OWN_TASKS] if OWN_TASKS.is_dir() else [])),
    ]


def load_config(path: Path | None, suites: Collection[str] | None = None) -> Comparison:
    """The named file, bench.toml in this folder, or the shipped starter. UsageError if it cannot be read."""
    from bench.config.load import load

    if path is not None:
        return load(path, suites)
    here = Path(CONFIG)
    if here.exists():
        return load(here, suites)
    from bench.registry import shipped

    starter = shipped(CONFIG)
    echo(f"No {CONFIG} here; using the starter. Copy it to change it: cp {starter} .", err=True)
    return load(starter, suites)


LEAST_USD, MOST_USD = 1e-12, 1e6
"""What an answer, or an hour of a machine, can cost."""


class NumberRange(click.FloatRange):
    """click's, which lets "nan" through as within any range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. A usage error if it is none, or out of range."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"'{value}' is no number.", param, ctx)
        return number


def dollars_by_model(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    """A click callback for MODEL=USD, repeated: each model's dollars, above 0."""
    dollars = {}
    for text in given:
        label, _, usd = text.rpartition("=")
        try:
            dollars[label] = float(usd)
        except ValueError:
            dollars[label] = math.nan
        if not label or not LEAST_USD <= dollars[label] <= MOST_USD:
            raise click.BadParameter(f"'{text}' must be MODEL=USD, e.g. opus=0.05", param=param, ctx=ctx)
    return dollars
