"""A cascade from answers that are paid already: one model first, the other where a score of its answer is too low."""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bench import clean
from bench.claims.opinions import said_in
from bench.claims.pairs import Pairs, Side, pair
from bench.claims.parts import PASS
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
    measure: str | None
    """"pass" where people's labels say which answers are right; None where scores do."""
    n: int
    """Items: all with both scores, or both labels."""
    best: CascadeStep | None
    """The threshold that saves most of those that are shown; None where none is, or none saves."""
    fitted: Cascaded | None
    """What the way of choosing comes to on items that chose nothing; None where nothing was chosen."""
    perfect: Cascaded
    """The bound: what a check without mistakes would come to."""


def judge_cascade(
    folder: Path,
    first: str,
    then: str,
    *,
    suite: str | None,
    by: str,
    margin: float,
    confidence: float = 0.95,
    measure: str | None = None,
) -> CascadeResult:
    """Chooses the threshold on a run's items by fixed-sequence testing; with the measure "pass" on the items of which
    people labelled both answers. UsageError where scores, labels or costs lack."""
    record, rows = read_run(folder)
    if suite is None and len(record.suites) > 1:
        raise UsageError(f"{folder}: has {len(record.suites)} suites. Name one with --suite.")
    suite = suite or next(iter(record.suites))
    pairs = pair(rows, record, first, then, suites=[suite], columns=("out_total", "latency_s", "partial"))
    if measure == PASS.key:
        pairs = _labelled(folder, pairs)
    known = pairs.both
    if not known.any() and measure:
        raise UsageError(f"{suite}: nobody labelled both answers to an item. `bench label --measure pass` has a page.")
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
        measure=measure,
        margin=margin,
        alpha=alpha,
        n=int(known.sum()),
        best=best,
        fitted=None if best is None else fitted(),
        perfect=checked(items),
    )


def _labelled(folder: Path, pairs: Pairs) -> Pairs:
    """The pairs with what people say in place of scores, the mean of several; NaN where nobody labelled."""
    said: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for row in said_in(folder).labels:
        if row.measure == PASS.key:
            said[row.model, row.task, row.item].append(row.value)

    def side(old: Side) -> Side:
        passed = np.array([np.mean(said.get((old.label, *place), [math.nan])) for place in pairs.places])
        return replace(old, score=passed, binary=bool(np.isin(passed[~np.isnan(passed)], (0.0, 1.0)).all()))

    return replace(pairs, candidate=side(pairs.candidate), baseline=side(pairs.baseline))


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
    names = table.fieldnames or []
    if len(set(names)) < len(names):
        raise UsageError(f"{path}, line 1: the header names a column twice. Keep one of them.")
    scores: dict[str, float] = {}
    for line, row in enumerate(rows, 2):
        if row.get("item") in scores:
            raise UsageError(f"{path}, line {line}: item '{clean.line(row['item'])}' has a score already.")
        try:
            scores[row["item"]] = value = float(row["score"])
        except (KeyError, TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value):
            raise UsageError(f"{path}, line {line}: needs an item and a score that is a number.")
    return scores
