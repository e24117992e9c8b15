"""`bench init`: a bench.toml for two models and a claim, its keys looked for, and what to do next."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import CONFIG, NumberRange, task_folders
from bench.cli.terminal import echo
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.records import Comparison

BASELINE, CANDIDATE = "anthropic/claude-opus-5-5", "deepseek/deepseek-v4-pro"
"""Models as they are written."""
MARGINS = {"cheaper_by": 0.9, "worse_by": 0.03}
"""What is claimed unless the user says otherwise: the question that everybody asks."""
_SHARE = NumberRange(0, 1, min_open=True, max_open=True)


@click.command()
@click.option("--baseline", metavar="MODEL", help=f"The model that is used today, e.g. {BASELINE}.")
@click.option("--candidate", metavar="MODEL", help=f"The model that may replace it, e.g. {CANDIDATE}.")
@click.option(
    "-t", "--task", "suites", multiple=True, help="A suite or task. Repeatable.  [default: coding, reasoning]"
)
@click.option("--cheaper-by", type=_SHARE, help="The saving that is claimed.  [default: 0.9]")
@click.option("--worse-by", type=_SHARE, help="The most of the score that may be lost.  [default: 0.03]")
@click.option("--limit", type=click.IntRange(1), help="Items of each suite.  [default: all of them]")
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path(CONFIG),
    show_default=True,
    help="The file to write.",
)
def init(
    baseline: str | None,
    candidate: str | None,
    suites: Sequence[str],
    cheaper_by: float | None,
    worse_by: float | None,
    limit: int | None,
    config: Path,
) -> None:
    """Write a bench.toml that compares two models; say which keys are missing, and what to do next.

    Without both models on the command line, it asks. A file that is there already is never replaced.
    """
    from bench import config as settings
    from bench import registry
    from bench.records import USUAL_SUITES, write_text

    if config.exists():
        raise UsageError(f"{config}: is there already. Edit it, or name another file with --config.")
    suites, margins = suites or USUAL_SUITES, {"cheaper_by": cheaper_by, "worse_by": worse_by}
    if not (baseline and candidate):
        _require_terminal()
        baseline = baseline or click.prompt("The model that is used today", default=BASELINE, err=True)
        candidate = candidate or click.prompt("The model that may replace it", default=CANDIDATE, err=True)
        suites = click.prompt("Suites, or your own tasks", default=" ".join(suites), err=True).split()
        for key, words in (
            ("cheaper_by", "At least how much cheaper"),
            ("worse_by", "At most how much worse in score"),
        ):
            margins[key] = margins[key] or click.prompt(words, default=MARGINS[key], type=_SHARE, err=True)
    claimed = {key: margin or MARGINS[key] for key, margin in margins.items()}
    text = settings.draft(str(baseline), str(candidate), suites, claimed, limit)
    try:
        comparison = settings.read(config, text, registry.read(task_folders(())).names)
    except UsageError as error:
        raise UsageError(f"nothing was written. {error}") from error
    write_text(config.parent, config.name, text)
    echo(f"wrote {config}")
    _say_next(comparison)


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"without a terminal nobody can be asked: bench init --baseline {BASELINE} --candidate {CANDIDATE}"
        )


def _say_next(comparison: Comparison) -> None:
    """The keys that are set and those that are missing, and the next commands."""
    from bench.config import environment
    from bench.doctor import keys
    from bench.providers import resolve

    environ = environment(comparison.source.parent, os.environ)
    for entry in comparison.models.values():
        if entry.local:
            echo(f"{entry.label}: its weights are fetched and checked when a run needs them")
            continue
        try:
            for check in keys(resolve(entry, environ), environ):
                echo(f"{entry.label}: {check.text}. {check.cure}".rstrip())
        except UsageError as error:  # an address of one's own that is not set yet
            echo(error)
    named = "" if comparison.source == Path(CONFIG) else f" -c {comparison.source}"
    echo(f"Next: bench doctor{named}, then bench run --dry-run{named}: what it would ask, and what that costs.")
