"""`bench similar`: do two models of a run succeed and fail on the same items, beyond what difficulty explains?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.cli.options import results_option
from bench.cli.terminal import echo

if TYPE_CHECKING:
    from bench.report.numbers.similar import Similar
    from bench.stats import Interval

NOT_COPYING = "Shared training data, shared tools or chance give the same number; this is no evidence of copying."


@click.command()
@click.argument("run", required=False, envvar="BENCH_RUN")
@click.option("--candidate", help="One model's label.  [default: of the first claim, else the first model]")
@click.option("--baseline", help="The other's.  [default: of the first claim, else the second model]")
@results_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def similar(run: str | None, candidate: str | None, baseline: str | None, results: Path, as_json: bool) -> None:
    """Say how alike two models of RUN are, by default of the newest run: in what they solve and miss, in their wrong
    answers, in their style.

    Needs three models of other vendors in the run or import: they tell how hard the items are, and the other pairs
    what unrelated models come to. For choosing pairs that do not fail together, and judges that are not biased; not
    for accusing anybody. Calls nothing. See docs/similar.md.
    """
    import json
    from dataclasses import asdict

    from bench.records import find_run
    from bench.report.numbers.similar import similar as compute

    found = compute(find_run(results, run), candidate, baseline)
    if as_json:
        echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
        return
    for line in lines(found):
        echo(line)


def lines(found: Similar) -> Iterator[str]:
    """What was found, in words that accuse nobody."""
    names = f"{found.candidate} and {found.baseline}"
    yield from _successes(found, names)
    if found.wrong:
        wrong = found.wrong
        yield (
            f"Where both are wrong they give the same wrong answer in {100 * wrong.share:.0f} % of {wrong.n} items; "
            f"others' wrong answers make {100 * wrong.chance:.0f} % likely (difference {_range(wrong.excess, 100)} "
            "points)."
        )
    else:
        yield "Same wrong answers: not told, as too few items were missed by both with a short answer, and by a third."
    if found.style:
        yield (
            f"Style: their texts are {_range(found.style)} nearer to each other (cosine of character pieces, "
            f"n = {found.style.n}) than {found.candidate}'s are to other vendors'."
        )
    else:
        yield "Style: not told, as there are no texts of both and of a third vendor's model."


def _successes(found: Similar, names: str) -> Iterator[str]:
    seen = found.alike
    if seen is None:
        yield (
            f"{names}: not told. It takes 30 items that both answered, and three models of other vendors that answered "
            "them too, to know how hard they are."
        )
        return
    retest = "not known, with one run each" if found.retest is None else f"{found.retest:.2f}"
    said = f"r = {_range(seen.residual)}, n = {seen.n} items"
    if seen.excess is None or seen.reference is None:
        yield f"{names}: {said}; no other pair of unlike vendors says what is usual; retest {retest}. {NOT_COPYING}"
        return
    low, high = seen.excess.low or 0.0, seen.excess.high or 0.0
    more = "more often" if low > 0 else "less often" if high < 0 else "no more often"
    spread = (
        "" if seen.reference_range is None else ", nine in ten between {:.2f} and {:.2f}".format(*seen.reference_range)
    )
    yield (
        f"{names} solve and miss the same items {more} than unrelated models do, given how hard the items are ({said}; "
        f"median of {seen.pairs} pairs of unlike vendors {seen.reference:.2f}{spread}; retest {retest}). {NOT_COPYING}"
    )
    if low > 0:
        yield "For use: they fail together, so one is a poor check of the other, and a biased judge of it."
    elif high < 0:
        yield "For use: they fail on different items, which makes a good pair to ask one after the other."


def _range(interval: Interval, times: float = 1.0) -> str:
    if interval.low is None or interval.high is None:
        return f"{times * interval.estimate:.2g} (no interval)"
    digits = 0 if times == 100 else 2
    low, high = (f"{times * each:.{digits}f}" for each in (interval.low, interval.high))
    return f"{times * interval.estimate:.{digits}f} (95 %: {low} to {high})"
