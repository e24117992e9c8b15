"""`bench traffic cascade`: the cheap model first, the dear one where needed; from answers that are paid already."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import NumberRange, results_option
from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.claims.cascade import CascadeResult
    from bench.stats import Cascaded


@click.command()
@click.argument("run", required=False)
@results_option
@click.option("--first", required=True, metavar="MODEL", help="Label of the cheap model, which is always asked.")
@click.option("--then", required=True, metavar="MODEL", help="Label of the dear model.")
@click.option("-t", "--suite", help="The suite.  [default: the run's only one]")
@click.option(
    "--by",
    default="short",
    show_default=True,
    metavar="SCORE",
    help="What decides, of the first answer alone: short (few tokens), partial (a check's partial credit), perfect (a "
    "bound), or a CSV file with the columns item and score.",
)
@click.option(
    "--measure",
    type=click.Choice(["pass"]),
    help="Which answers are right by people's labels (`bench label --measure pass`).  [default: by scores]",
)
@click.option(
    "--worse-by",
    "margin",
    type=NumberRange(0, 1, min_open=True, max_open=True),
    default=0.03,
    show_default=True,
    help="How much lower than the dear model alone it may score.",
)
@click.option(
    "--confidence",
    type=NumberRange(0.5, 1, min_open=True, max_open=True),
    default=0.95,
    show_default=True,
    help="How sure it is that the chosen threshold keeps that.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def cascade(
    run: str | None,
    results: Path,
    first: str,
    then: str,
    suite: str | None,
    by: str,
    measure: str | None,
    margin: float,
    confidence: float,
    as_json: bool,
) -> None:
    """Say what a cascade would save on a run's items, and at which threshold. Calls nothing.

    Exit codes: 0 a threshold is shown and saves, 4 none is.
    """
    from dataclasses import asdict

    from bench.claims.cascade import judge_cascade
    from bench.records import find_run

    folder = find_run(results, run)
    found = judge_cascade(
        folder, first, then, suite=suite, by=by, margin=margin, confidence=confidence, measure=measure
    )
    if as_json:
        echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
    else:
        for line in _said(found):
            echo(line)
    sys.exit(0 if found.best else 4)


def _said(found: CascadeResult) -> Iterator[str]:
    yield f"{found.first} first, then {found.then}; {found.suite}, {_items(found)}, by {found.by}."
    if found.best is None or found.fitted is None:
        yield f"No threshold is shown to be at most {100 * found.margin:g} points lower and to save anything."
    else:
        yield (
            f"Shown at {100 * (1 - found.alpha):g} % confidence to be at most {100 * found.margin:g} points lower: "
            f"take answers of {found.first} that score {found.best.threshold:g} or more."
        )
        yield f"On these items: {_policy(found.best.policy)}."
        yield f"On items that chose nothing (5 folds): {_policy(found.fitted)}."
    yield f"A check without mistakes, which there is not: {_policy(found.perfect)}."
    yield "Dollars are summed item by item. The usual formula is the share kept less the ratio of mean costs."


def _items(found: CascadeResult) -> str:
    return f"{found.n:,} {'labelled ' if found.measure else ''}items"


def _policy(policy: Cascaded) -> str:
    seconds = ""
    if policy.seconds is not None and policy.their_seconds is not None:
        seconds = f", {policy.seconds:.3g} s an item against {policy.their_seconds:.3g} s"
    return (
        f"{100 * policy.kept:.0f} % kept, score {100 * policy.quality:.1f} % ({100 * policy.gain:+.1f} points), saves "
        f"{100 * policy.saving:.1f} % (the usual formula: {100 * policy.told:.1f} %){seconds}"
    )
