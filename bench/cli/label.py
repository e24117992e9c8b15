"""`bench label`: people label a run's answers without knowing whose they are."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import results_option
from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.labels import LabelSample, SampleEntry


@click.command()
@click.argument("run", required=False, envvar="BENCH_RUN")
@click.option(
    "--measure",
    type=click.Choice(["pass", "preference"]),
    default="pass",
    show_default=True,
    help="What is labelled: whether each answer is right, or which of two is better.",
)
@click.option("--models", metavar="A,B", help="The two models.  [default: of the first claim, else the run's two]")
@click.option("-n", "--items", type=click.IntRange(1), default=100, show_default=True, help="Items to label.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the draw; the first one holds.")
@click.option("--rater", default=None, help="The rater's pseudonym.  [default: one; with --second: two]")
@click.option(
    "--second", is_flag=True, help="For a second rater: the sample's first 30 items, to see how far both agree."
)
@click.option("--csv", "sheet", type=click.Path(path_type=Path, dir_okay=False), help="Write a table to fill in, too.")
@click.option(
    "--import",
    "given",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Take the labels that a page saved, or a table holds.",
)
@click.option(
    "--serve", is_flag=True, help="Serve the page to this machine alone and save each label at once, until Ctrl-C."
)
@click.option("--port", type=click.IntRange(1, 65535), help="Of --serve.  [default: a free one]")
@results_option
def label(
    run: str | None,
    measure: str,
    models: str | None,
    items: int,
    seed: int,
    rater: str | None,
    second: bool,
    sheet: Path | None,
    given: Path | None,
    serve: bool,
    port: int | None,
    results: Path,
) -> None:
    """Write a page on which you label a sample of RUN's answers, by default of the newest run; or take the labels in.

    The page is one file that works offline: blind, in random order, by keyboard. It keeps what you did, and saves it as
    a file for --import; with --serve labels need no file. The sample is drawn by seed, before anything is judged.
    Calls nothing.
    """
    from bench.errors import UsageError
    from bench.labels import SECOND, drawn, take, words_of, write_page, write_sheet
    from bench.records import find_run

    who = rater or ("two" if second else "one")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", who):
        raise UsageError(
            f"'{who[:40]}' cannot be a rater's name: use letters, digits, '_' and '-', at most 40 of them."
        )
    folder = find_run(results, run)
    sample = drawn(folder, measure, models.split(",") if models else (), seed)
    if given is not None:
        done = take(folder, sample, given, who)
        again = f", {done.replaced} of them in place of earlier ones" if done.replaced else ""
        echo(f"took {done.taken} labels{again}.")
        for line in _state(folder, sample):
            echo(line)
        return
    entries = sample.first(min(items, SECOND) if second else items)
    if serve:
        _serve(folder, sample, entries, who, port)
        return
    page = write_page(folder, sample, entries, who)
    for line in _drawn(sample, entries, page):
        echo(line)
    if sheet is not None:
        write_sheet(folder, sample, entries, sheet)
        echo(f"wrote {sheet}: fill in the column `value`, each with one of: {', '.join(words_of(sample))}.")


def _serve(folder: Path, sample: LabelSample, entries: Sequence[SampleEntry], rater: str, port: int | None) -> None:
    """Serves the page until Ctrl-C."""
    import signal

    from bench.labels.serve import serving

    with serving(folder, sample, entries, rater, port or 0) as server:
        before = server.desk.done
        echo(f"{before} of {len(entries)} labels are given. Label at {server.url} and press Ctrl-C here to end.")
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
        echo(f"{server.desk.done} of {len(entries)} labels are given and saved. The same command goes on.")
    for line in _state(folder, sample):
        echo(line)


def _drawn(sample: LabelSample, entries: Sequence[SampleEntry], page: Path) -> Iterator[str]:
    items = len({(entry.task, entry.item) for entry in sample.entries})
    mine = len({(entry.task, entry.item) for entry in entries})
    yield (
        f"{mine} of {items} items that {' and '.join(sample.models)} both answered, drawn by seed {sample.seed} "
        f"(sample {sample.sha256[:8]}): {len(entries)} labels to give."
    )
    yield f"wrote {page}: open it in a browser; then: bench label --measure {sample.measure} --import FILE"


def _state(folder: Path, sample: LabelSample) -> Iterator[str]:
    """How many labels there are, and how far raters agree."""
    from bench.labels import agreements
    from bench.records import read_labels

    rows = [row for row in read_labels(folder) if row.measure == sample.measure]
    for rater in sorted({row.rater for row in rows}):
        mine = [row for row in rows if row.rater == rater]
        items = len({(row.task, row.item) for row in mine})
        yield f"{rater}: {len(mine)} labels of {items} items."
    for found in agreements(rows, sample.measure):
        share = found.share
        ends = "" if share.low is None or share.high is None else f", 95 %: {share.low:.0%} to {share.high:.0%}"
        kappa = "not defined" if found.kappa is None else f"{found.kappa:.2f}"
        yield (
            f"{found.raters[0]} and {found.raters[1]} gave the same label to {share.estimate:.0%} of {share.n} answers"
            f"{ends} (kappa {kappa}): no judge can agree with them more reliably than they do with each other."
        )
