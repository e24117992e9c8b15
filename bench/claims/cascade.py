"""A cascade from answers that are paid already: one model first, the other where a score of its answer is too low."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import clean
from bench.claims.pairs import Pairs, pair
from bench.errors import UsageError
from bench.records import read_run
from bench.stats import (
    Cascaded,
    CascadeItems,
    CascadeStep,
    Floats,
    best_step,
    cascade_steps,
    checked,
    cross_fitted,
)

SCORES: Mapping[str, str] = {
    "short": "the fewer tokens the first answer has, the surer it is taken to be",
    "partial": "the partial credit that the task's check gives the first answer",
    "perfect": "as if a check knew which first answers are right: what no real check reaches",
}
"""What a first answer may be judged by, beside a file of scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeResult:
    """What a cascade of two models comes to on a suite of a run."""

    run: str
    """The run's id."""
    suite: str
    """The suite."""
    first: str
    """The model that is asked first."""
    then: str
    """The model that is asked where the first answer's score is too low."""
    by: str
    """A key of SCORES, or the file of scores."""
    margin: float
    """How much lower the policy may score than `then` alone."""
    alpha: float
    """The risk that the chosen threshold does not keep it."""
    n: int
    """Items."""
    best: CascadeStep | None
    """The threshold that saves most of those that are shown; None where none is, or none saves."""
    fitted: Cascaded | None
    """What the way of choosing comes to on items that chose nothing; None where nothing was chosen."""
    perfect: Cascaded
    """The bound: what a check without mistakes would come to."""


def judge_cascade(
    folder: Path, first: str, then: str, *, suite: str | None, by: str, margin: float, confidence: float = 0.95
) -> CascadeResult:
    """Chooses the threshold on a run's items by fixed-sequence testing. UsageError where scores or costs lack."""
    record, rows = read_run(folder)
    if suite is None and len(record.suites) > 1:
        raise UsageError(f"{folder}: has {len(record.suites)} suites. Name one with --suite.")
    suite = suite or next(iter(record.suites))
    pairs = pair(rows, record, first, then, suites=[suite], columns=("out_total", "latency_s", "partial"))
    known = pairs.both
    if not known.any() or np.isnan((pairs.candidate.cost + pairs.baseline.cost)[known]).any():
        raise UsageError(f"{suite}: a score or a cost is unknown, and a cascade is summed item by item.")
    scores, items, strata = _scores(pairs, by)[known], _items(pairs).chosen(known), pairs.strata(known)
    if np.isnan(scores).any():
        raise UsageError(f"{by}: {int(np.isnan(scores).sum())} of {len(scores)} first answers have no score.")
    binary, alpha = pairs.candidate.binary and pairs.baseline.binary, round(1 - confidence, 12)
    steps = [*cascade_steps(items, scores, strata, margin, alpha=alpha, binary=binary)]
    best = None if by == "perfect" else best_step(steps)

    def fitted() -> Cascaded:
        return cross_fitted(items, scores, strata, margin, alpha=alpha, binary=binary, seed=record.seed)

    return CascadeResult(
        run=record.run,
        suite=suite,
        first=first,
        then=then,
        by=by,
        margin=margin,
        alpha=alpha,
        n=int(known.sum()),
        best=best,
        fitted=None if best is None else fitted(),
        perfect=checked(items),
    )


def _items(pairs: Pairs) -> CascadeItems:
    ours, theirs = pairs.candidate, pairs.baseline
    seconds = [side.means["latency_s"] for side in (ours, theirs)]
    timed = not np.isnan(seconds[0] + seconds[1])[pairs.both].any()
    return CascadeItems(
        ours=ours.score,
        theirs=theirs.score,
        our_cost=ours.cost,
        their_cost=theirs.cost,
        our_seconds=seconds[0] if timed else None,
        their_seconds=seconds[1] if timed else None,
    )


def _scores(pairs: Pairs, by: str) -> Floats:
    """Each first answer's score, the higher the surer, by the first model's answer alone."""
    if by == "short":
        return -pairs.candidate.means["out_total"]
    if by == "partial":
        return pairs.candidate.means["partial"]
    if by == "perfect":
        return pairs.candidate.score
    told = _file(Path(by))
    values: Floats = np.array([told.get(item, math.nan) for _, item in pairs.places])
    return values


def _file(path: Path) -> dict[str, float]:
    """Scores by item, from a CSV file with the columns item and score. UsageError naming the line that has none."""
    try:
        table = csv.DictReader(io.StringIO(clean.read_text(path)))
        rows = [*table]
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(
            f"{path}: is neither one of {', '.join(SCORES)} nor a CSV file of scores ({error})."
        ) from error
    scores: dict[str, float] = {}
    for line, row in enumerate(rows, 2):
        try:
            scores[row["item"]] = value = float(row["score"])
        except (KeyError, TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value):
            raise UsageError(f"{path}, line {line}: needs an item and a score that is a number.")
    return scores
