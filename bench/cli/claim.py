"""`bench claim`: is the claim supported, refuted or inconclusive on a run?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.cli.memory import few_threads, give_back
from bench.cli.options import NumberRange, dollars_by_model, results_option
from bench.cli.terminal import echo
from bench.errors import UsageError
from bench.records import MARGINS, MEASURES

if TYPE_CHECKING:
    from bench.claims.totals import TotalsJudgement
    from bench.records import Claim

_EXIT = {"refuted": 3, "inconclusive": 4, "screened": 4, "reported": 4, "supported": 0}
"""Exit codes; of several claims the first present here decides."""


def _share(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    del ctx
    if value is not None and not 0 < value < 1:
        raise click.BadParameter("must be above 0 and below 1, e.g. 0.03", param=param)
    return value


def _positive(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    del ctx
    if value is not None and not value > 0:
        raise click.BadParameter("must be above 0, e.g. 2", param=param)
    return value


def _margin_options(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each margin that a claim can have, e.g. --cheaper-by, in their order."""
    for key, margin in reversed(MARGINS.items()):
        check = _share if margin.share else _positive
        option = click.option(f"--{key.replace('_', '-')}", type=float, callback=check, help=margin.meaning)
        command = option(command)
    return command


def _own(name: str | None, candidate: str | None, baseline: str | None, given: dict[str, Any]) -> Claim | None:
    """The claim that the options make; None where they name one of the run's, or none."""
    from bench import claims

    if not any(value is not None for value in (candidate, baseline, *given.values())):
        return None
    if name:
        raise UsageError("give either --claim or a claim of your own with --candidate and --baseline, not both.")
    if not (candidate and baseline):
        raise UsageError("a claim needs both --candidate and --baseline.")
    return claims.adhoc(candidate, baseline, **given)


@click.command()
@click.argument("run", required=False)
@results_option
@click.option("--claim", "name", help="A claim of bench.toml, as the run recorded it.  [default: all of them]")
@click.option(
    "--claims",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Judge the [claims.<name>] of this TOML file together, as exploratory ones, e.g. on an import.",
)
@click.option("--candidate", help="Label of the model said to be cheaper.")
@click.option("--baseline", help="Label of the model it is compared with.")
@_margin_options
@click.option("-t", "--suite", "suites", multiple=True, help="A suite it speaks of. Repeatable.  [default: the run's]")
@click.option("--over", type=click.Choice(["each", "mean"]), help="Every suite must hold, or their mean.")
@click.option("--about", type=click.Choice(["these", "such"]), help="These kinds of task, or other kinds like these.")
@click.option(
    "--measure",
    type=click.Choice([*MEASURES]),
    help="What people's labels say, and --worse-by speaks of in place of scores; see `bench label`.",
)
@click.option(
    "--within-minutes",
    type=float,
    callback=_positive,
    help="What is solved later than so many minutes counts as not solved, beside --worse-by.",
)
@click.option(
    "--at-load",
    type=click.IntRange(1),
    help="Judge --slower-by with so many calls at once, which `bench run --load` measured.",
)
@click.option(
    "--cap-usd",
    "caps",
    multiple=True,
    metavar="MODEL=USD",
    callback=dollars_by_model,
    help="The most that an answer of a model can cost, where the run does not know it. Repeatable.",
)
@click.option("--confidence", type=NumberRange(0.5, 1, min_open=True, max_open=True), help="[default: 0.95]")
@click.option("--keep", is_flag=True, help="Let `bench report` show the claim given here, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def claim(
    run: str | None,
    results: Path,
    name: str | None,
    file: Path | None,
    candidate: str | None,
    baseline: str | None,
    suites: tuple[str, ...],
    over: str | None,
    about: str | None,
    measure: str | None,
    within_minutes: float | None,
    at_load: int | None,
    caps: dict[str, float],
    confidence: float | None,
    keep: bool,
    as_json: bool,
    **margins: float | None,
) -> None:
    """Judge claims on a run (default: the newest), offline and without spending anything.

    Exit codes: 0 supported, 3 refuted, 4 inconclusive or screened (nobody labelled yet), 2 nothing comparable. A claim
    given here rather than in bench.toml before the run is labelled exploratory.
    """
    few_threads()
    give_back()
    import json

    from bench import claims
    from bench.claims import totals
    from bench.records import find_run, read_record

    folder = find_run(results, run)
    given: dict[str, Any] = {
        **margins,
        "suites": suites or None,
        "over": over,
        "about": about,
        "measure": measure,
        "within_minutes": within_minutes,
        "at_load": at_load,
        "confidence": confidence,
    }
    own = _own(name, candidate, baseline, given)
    stated = _of_file(file, folder, own, name) if file else [own] if own else []
    if keep and not stated:
        raise UsageError("--keep is for a claim given here; those of bench.toml are kept anyway.")
    if stated and (totalled := _of_totals(folder, stated)):
        if keep:
            raise UsageError("--keep: only totals were published of these models, and a report judges items.")
        records = [totals.as_json(judgement) for judgement in totalled]
        texts = [totals.text(judgement) for judgement in totalled]
        texts += ["Each is judged by itself: nothing corrects for their number."] if len(texts) > 1 else []
        echo(json.dumps(records, indent=2, ensure_ascii=False) if as_json else "\n\n".join(texts))
        sys.exit(_code(str(judgement.verdict) for judgement in totalled))
    ruling = claims.judge_run(folder, name, stated or None, caps)
    of_run = read_record(folder)
    if as_json:
        echo(json.dumps(claims.as_json(ruling, of_run), indent=2, ensure_ascii=False))
    elif ruling.judgements:
        echo(claims.markdown(ruling, of_run).rstrip())
    if keep and ruling.judgements:
        from bench.run import describe  # else it would be loaded for nothing

        for each in stated:
            describe.keep_claim(folder, each)
    if ruling.unjudged:
        raise UsageError(" ".join(f"Claim '{claim}': {why}" for claim, why in ruling.unjudged.items()))
    sys.exit(_code(str(judgement.verdict) for judgement in ruling.judgements))


def _of_file(file: Path, folder: Path, own: Claim | None, name: str | None) -> list[Claim]:
    """The claims of a file about the run's models and suites."""
    from bench.config import read_claims
    from bench.records import read_aggregates, read_record

    if own or name:
        raise UsageError("give either --claims FILE, or a claim of your own, or --claim, not two of them.")
    record = read_record(folder)
    suites = dict.fromkeys((*record.suites, *(row.suite for row in read_aggregates(folder))))
    return read_claims(file, record.models, suites)


def _of_totals(folder: Path, stated: Sequence[Claim]) -> list[TotalsJudgement]:
    """The judgements where only totals were published; none where there are items. UsageError if some have items."""
    from bench.claims import totals

    judged = [totals.judge_folder(folder, claim) for claim in stated]
    known = [judgement for judgement in judged if judgement]
    if known and len(known) < len(judged):
        raise UsageError("some of these claims are about items, others about published totals: give two files.")
    return known


def _code(verdicts: Iterable[str]) -> int:
    """The exit code of several verdicts: the first present of refuted, inconclusive and supported."""
    present = set(verdicts)
    return next(code for verdict, code in _EXIT.items() if verdict in present)
