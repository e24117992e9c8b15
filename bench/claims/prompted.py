"""How a model's own prompt is chosen, and what is said of it beside a verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bench.language import tr
from bench.records import AS_WRITTEN, ItemRow, RecordedChoice, RecordedTrial
from bench.stats import proportion_interval

if TYPE_CHECKING:
    from bench.claims.pairs import Pairs


def trial(items: Sequence[ItemRow], model: str, name: str, sha256: str | None) -> RecordedTrial:
    """What a model's prompt came to, by the rows of the run in which it was tried. ValueError if it has none there."""
    mine = [row for row in items if row.model == f"{model}.{name}"]
    scores: dict[tuple[str, str], list[float]] = {}
    clusters: dict[tuple[str, str], str] = {}
    for row in mine:
        scores.setdefault((row.task, row.item), []).append(row.score or 0.0)
        clusters[row.task, row.item] = row.cluster
    means = [float(np.mean(each)) for each in scores.values()]
    interval = proportion_interval(means, [clusters[place] for place in scores])
    costs = [row.cost_usd for row in mine]
    known = [usd for usd in costs if usd is not None]
    return RecordedTrial(
        name=name,
        sha256=sha256,
        score=interval.estimate,
        low=interval.low,
        high=interval.high,
        usd=sum(known) if len(known) == len(costs) else None,
    )


def best(trials: Sequence[RecordedTrial]) -> str:
    """The prompt with the largest mean score; of equal ones the first tried, which is the one as written."""
    return max(trials, key=lambda each: each.score).name


def words(choice: RecordedChoice, pairs: Pairs | None = None) -> str:
    """How a prompt was chosen and what that cost, in a sentence; with `pairs`, when the saving has earned it back."""
    known = {
        "model": choice.model,
        "suite": choice.suite,
        "chosen": choice.chosen,
        "tried": len(choice.trials),
        "own": len(choice.trials) - 1,
        "n": choice.n,
        "best": _score(choice.best),
        "written": _score(choice.trials[0]),
    }
    if choice.chosen == AS_WRITTEN:
        text = tr(
            "{model} was asked {suite} with prompts as written: on {n} items that no verdict uses none of {own} of its "
            "own did better than their {written}",
            **known,
        )
    else:
        text = tr(
            "{model} was asked {suite} with a prompt of its own, '{chosen}', the best of {tried} on {n} items that no "
            "verdict uses: {best}, as written {written}",
            **known,
        )
    return f"{text}; {_cost(choice, pairs)}"


def _score(trial: RecordedTrial) -> str:
    mean = f"{100 * trial.score:.0f} %"
    if trial.low is None or trial.high is None:
        return mean
    return tr("{mean} (95 %: {low} to {high})", mean=mean, low=f"{100 * trial.low:.0f}", high=f"{100 * trial.high:.0f}")


def _cost(choice: RecordedChoice, pairs: Pairs | None) -> str:
    usd = choice.usd
    if usd is None:
        return tr("what choosing cost is unknown, and in no cost here")
    text = tr("choosing cost {usd} USD once, which is in no cost here", usd=f"{usd:.3g}")
    saving = 0.0
    if pairs is not None and choice.model == pairs.candidate.label:
        each = pairs.baseline.cost - pairs.candidate.cost
        saving = float(np.mean(each)) if each.size and not np.isnan(each).any() else 0.0
    if saving <= 0:
        return text
    n = math.ceil(usd / saving)
    return tr("{text} and is saved again after {items} {n:item|items}", text=text, items=f"{n:,}", n=n)
