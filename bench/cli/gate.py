"""`bench gate`: has a run lost quality, tokens or money against its baseline?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from bench.cli import summary
from bench.cli.options import NumberRange, results_option
from bench.cli.terminal import echo
from bench.errors import UsageError
from bench.language import counted

if TYPE_CHECKING:
    from bench.costs import Terms
    from bench.gate import GateResult, Snapshot
    from bench.run import Prepared, Watcher

_EXIT = {"pass": 0, "fail": 3, "cannot tell": 4, "supported": 0, "refuted": 3, "inconclusive": 4, "screened": 4}

_detect = click.option(
    "--detect",
    type=NumberRange(0, 1, min_open=True, max_open=True),
    help="Demand that the gate sees a drop this large in every suite, e.g. 0.05; exit 4 where it would not.",
)
_junit = click.option(
    "--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write the gate's result as JUnit XML too."
)
_baseline = click.option(
    "--gate",
    "baseline",
    metavar="FILE",
    help="Ask everything again in a new run and judge it as `bench gate --baseline` does, with its exit codes.",
)
_confirm = click.option(
    "--confirm", is_flag=True, help="With --gate: ask what failed once more, within the budget, before it fails."
)


_WHERE = "Where the run's report.html will be, for links in Markdown."
_page = click.option("--page-url", "page", help=f"With --gate: where{_WHERE.removeprefix('Where')}")


def run_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of `bench run --gate`."""
    for option in (_page, _junit, _detect, _confirm, _baseline):
        command = option(command)
    return command


@click.command()
@click.argument("run", required=False)
@results_option
@click.option("--baseline", metavar="FILE|RUN", help="A baseline's file, or another run by folder or id.")
@click.option(
    "--save", type=click.Path(path_type=Path, dir_okay=False), help="Write RUN as a baseline, for version control."
)
@click.option(
    "--same-weights", "hosts", nargs=2, metavar="A B", help="Do two models of RUN, e.g. of two hosts, do the same?"
)
@click.option(
    "--margin",
    type=NumberRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="With --same-weights: scores and refusals must differ by less.",
)
@click.option("-m", "--model", "models", multiple=True, help="A model of RUN. Repeatable.  [default: all of them]")
@click.option("--baseline-model", "its", help="The baseline's model to compare with, where it has another label.")
@click.option("-t", "--suite", "suites", multiple=True, help="A suite to judge. Repeatable.  [default: all of them]")
@_detect
@_junit
@click.option("--page-url", "page", default="report.html", help=_WHERE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def gate(
    run: str | None,
    results: Path,
    baseline: str | None,
    save: Path | None,
    hosts: tuple[str, str] | None,
    margin: float,
    models: tuple[str, ...],
    its: str | None,
    suites: tuple[str, ...],
    detect: float | None,
    junit: Path | None,
    page: str,
    as_json: bool,
) -> None:
    """Judge RUN (default: the newest) against a baseline; offline, spending nothing.

    \b
    bench gate RUN --save FILE         writes a baseline
    bench gate RUN --baseline FILE     judges a run against it
    bench gate RUN --same-weights A B  judges two models of one run for being the same

    An unchanged model fails on quality in at most 5 of 100 gates, however many suites it has. Exit codes: 0 pass,
    3 fail, 4 cannot tell (a loss as small as --detect would not be seen, or what is missing or unknown decides), 5 the
    run is incomplete, 2 the baseline speaks of other tasks.
    """
    from bench import gate as gating
    from bench.records import find_run

    if (baseline is not None) + (save is not None) + (hosts is not None) != 1:
        raise UsageError("give one of --baseline, --save and --same-weights.")
    folder = find_run(results, run)
    if save is not None:
        _only("--save")
        _save(folder, save)
    elif hosts is not None:
        _only("--same-weights", "margin", "suites", "as_json")
        _same(folder, hosts, margin, suites, as_json)
    else:
        _only("--baseline", "models", "its", "suites", "detect", "junit", "page", "as_json")
        base, base_folder = gating.load(str(baseline), results)
        chosen = _mapping(models, its)
        result = gating.judge_folder(folder, base, base_folder, models=chosen, suites=suites, detect=detect)
        sys.exit(show(result, junit=junit, page=page, as_json=as_json))


def _only(mode: str, *fitting: str) -> None:
    """UsageError if an option was given that says nothing in this mode."""
    context = click.get_current_context()
    for option in context.command.params:
        name = str(option.name)
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if given and name not in (*fitting, "run", "results", "baseline", "save", "hosts"):
            raise UsageError(f"{max(option.opts, key=len)} does not go with {mode}.")


def _mapping(models: tuple[str, ...], its: str | None) -> dict[str, str] | None:
    """The run's labels and the baseline's; None for all under their own names."""
    if its is not None and len(models) != 1:
        raise UsageError("--baseline-model goes with one --model: the run's model to compare with it.")
    return {label: its or label for label in models} or None


def show(result: GateResult, *, junit: Path | None, page: str = "report.html", as_json: bool = False) -> int:
    """Prints a result, writes its JUnit file and the workflow's summary; returns the exit code."""
    from bench import gate as gating
    from bench.records import write_text

    if as_json:
        echo(json.dumps(gating.as_json(result), indent=2, ensure_ascii=False))
    else:
        echo("\n".join(gating.lines(result)))
    _summarise(gating.markdown(result, page))
    if junit is not None:
        write_text(junit.parent, junit.name, gating.xml(result))
    return _EXIT[str(result.verdict).lower()]


def _summarise(markdown: str) -> None:
    """Adds to the workflow's summary; where that cannot be written, the verdict still stands."""
    try:
        summary.append(markdown)
    except OSError as error:
        echo(f"Warning: {error.filename}: the step's summary cannot be written ({error.strerror}).", err=True)


def _save(folder: Path, path: Path) -> None:
    from bench import gate as gating

    snapshot = gating.take(folder)
    gating.save(snapshot, path)
    samples = [
        s
        for m in snapshot.models.values()
        for suite in m.suites.values()
        for i in suite.items.values()
        for s in i.samples
    ]
    missing = sum(sample.score is None for sample in samples)
    lacking = (
        f" {counted(missing, 'answer', 'has', 'have')} no score: a gate can rest on the others only." if missing else ""
    )
    echo(f"wrote {path}: {counted(len(samples), 'answer')} of {', '.join(snapshot.models)}.{lacking}")


def _same(folder: Path, hosts: tuple[str, str], margin: float, suites: tuple[str, ...], as_json: bool) -> None:
    from bench import gate as gating

    judged = gating.same_weights(folder, *hosts, margin, suites)
    lines = gating.same_lines(judged)
    echo(json.dumps(gating.same_json(judged), indent=2) if as_json else "\n".join(lines))
    _summarise("\n".join([f"## {lines[0]}", "", *(f"- {line.strip()}" for line in lines[1:])]))
    sys.exit(_EXIT[str(judged.verdict)])


def begin(
    prepared: Prepared,
    results: Path,
    baseline: str | None,
    *,
    confirm: bool,
    detect: float | None,
    junit: Path | None,
    page: str | None,
) -> Gating | None:
    """What `bench run --gate` needs; None without --gate. UsageError if the baseline does not fit the plan."""
    if baseline is None:
        if confirm or any(given is not None for given in (detect, junit, page)):
            raise UsageError("--confirm, --detect, --junit and --page-url go with --gate FILE.")
        return None
    from bench import gate as gating
    from bench.run import confirm as regate

    base, _ = gating.load(baseline, results)
    regate.check(prepared, base)
    return Gating(prepared=prepared, results=results, base=base, confirm=confirm, detect=detect, junit=junit, page=page)


@dataclass(slots=True, kw_only=True)
class Gating:
    """`bench run --gate`: a run that is judged when it is done."""

    prepared: Prepared
    """The run's plan."""
    results: Path
    """The journal's folder."""
    base: Snapshot
    """What the run is judged against."""
    confirm: bool
    """Whether to ask again what failed."""
    detect: float | None
    """See `bench gate --detect`."""
    junit: Path | None
    """Where JUnit XML goes."""
    page: str | None
    """Where the run's page will be; None for its own name."""
    result: GateResult | None = None
    """The judgement; None until the run is done."""

    def judge(self, folder: Path, watcher: Watcher, environ: Mapping[str, str], terms: Terms) -> None:
        """Judges the run, and again with a second asking of what failed."""
        from bench import gate as gating
        from bench.run import confirm as regate

        self.result = gating.judge_folder(folder, self.base, detect=self.detect)
        failed = gating.suspects(self.result.findings)
        if self.confirm and failed:
            why = regate.ask_again(
                self.prepared, self.results, folder, suspects=failed, watcher=watcher, environ=environ, terms=terms
            )
            if why:
                watcher.say(f"not everything that failed was asked once more: {why}")
            self.result = gating.judge_folder(folder, self.base, detect=self.detect)

    def finish(self, as_json: bool) -> int:
        """Prints the judgement; returns the exit code."""
        assert self.result is not None
        return show(self.result, junit=self.junit, page=self.page or "report.html", as_json=as_json)
