"""What a log says of a run's items: which belong to a slice, and how much of the traffic each stands for."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.claims.bills import KEY
from bench.claims.opinions import Opinions, Place
from bench.claims.pairs import Pairs, pair
from bench.errors import UsageError
from bench.records import AGREEMENT, BY_TRAFFIC, HEAVY_SHARE, Claim, RunRecord
from bench.stats import ItemWeights

if TYPE_CHECKING:
    import pandas as pd

COLUMN = "traffic"
"""Column of the items table that holds it, as JSON."""
GRADED_BY = {"check": (*AGREEMENT, "none"), "accepted": None}
"""Evidence of a slice -> the words of `bench traffic sample --check` that are other evidence; None for all but its
own."""


def within(items: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    """The items of a claim's slice; all of them where it has none. UsageError if there are none, or other evidence
    grades them than the slice says."""
    chosen = claim.slice
    if chosen is None:
        return items
    mine = np.ones(len(items), dtype=bool)
    said: list[Mapping[str, Any]] = []
    if set(chosen.only) - {"task"}:
        said = _said(items, f"[slices.{chosen.name}]")
    for key, value in chosen.only.items():
        if key == "task":
            mine &= ((items["task"] == value) | (items["suite"] == value)).to_numpy(dtype=bool)
        else:
            mine &= np.array([each.get(key) == value for each in said])
    if claim.suites:
        mine &= items["suite"].isin(list(claim.suites)).to_numpy(dtype=bool)
    if not mine.any():
        raise UsageError(f"[slices.{chosen.name}]: no item of the run has {chosen.words or 'its suites'}.")
    _require_evidence(items[mine], chosen.name, chosen.evidence)
    return items[mine]


def _require_evidence(items: pd.DataFrame, name: str, evidence: str | None) -> None:
    if evidence not in GRADED_BY or COLUMN not in items:
        return
    others = GRADED_BY[evidence]
    for text in items[COLUMN].dropna().unique():
        check = _object(text).get("check")
        wrong = check in others if others else check not in AGREEMENT
        if check is not None and wrong:
            raise UsageError(
                f"[slices.{name}]: its evidence is '{evidence}', and its items were drawn with --check {check}. Draw "
                "them with the other check, or change the evidence."
            )


def pair_slice(
    items: pd.DataFrame,
    record: RunRecord,
    claim: Claim,
    suites: Sequence[str],
    columns: Sequence[str] = (),
    said: Callable[[Sequence[Place]], Opinions] | None = None,
) -> Pairs:
    """The pairs that a claim speaks of: of its slice, with what each stands for in the log if it goes over its traffic.

    UsageError as from `pair`, for an empty slice, and for weights that are not known.
    """
    mine = within(items, claim)
    chosen = [suite for suite in suites if suite in set(mine["suite"])] if claim.slice else suites
    found = pair(mine, record, claim.candidate, claim.baseline, chosen, columns=columns, said=said)
    if claim.slice:
        found = replace(found, planned=len(mine[KEY].drop_duplicates()))
    if claim.over != BY_TRAFFIC:
        return found
    if claim.margins.get("worse_by", 1.0) < HEAVY_SHARE:
        raise UsageError(
            f'over = "traffic" takes a worse_by of at least {HEAVY_SHARE:g}. Ask for more, or leave it out.'
        )
    return _weighed(found, mine)


def _weighed(pairs: Pairs, items: pd.DataFrame) -> Pairs:
    """With what each item stands for in the log. UsageError if one was not drawn from a log, or several samples have
    the same request."""
    if pairs.repeated:
        raise UsageError('over = "traffic": samples that share requests would count them twice. Draw them apart.')
    rows = items.drop_duplicates(["task", "item"])
    said = dict(zip(zip(rows["task"], rows["item"], strict=True), _said(rows, 'over = "traffic"'), strict=True))
    mine = [said[place] for place in pairs.places]
    weights = ItemWeights(
        values=np.array([_weight(each, "weight") for each in mine]),
        heaviest=max(_weight(each, "heaviest") for each in mine),
        certain=np.array([each.get("certain") is True for each in mine]),
    )
    return replace(pairs, weights=weights)


def _weight(said: Mapping[str, Any], key: str) -> float:
    value = said.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise UsageError(f'over = "traffic": an item has no {key}. Draw the sample again with `bench traffic sample`.')
    return float(value)


def _said(items: pd.DataFrame, where: str) -> list[Mapping[str, Any]]:
    """What the log says of each row's request."""
    if COLUMN not in items or items[COLUMN].isna().any():
        raise UsageError(
            f"{where}: not all of these items were drawn from a log by `bench traffic sample`, or by an older version. "
            "Draw the sample, make the task and run again."
        )
    return list(_objects(items[COLUMN]))


def _objects(column: pd.Series[str]) -> Iterator[Mapping[str, Any]]:
    known: dict[str, Mapping[str, Any]] = {}
    for text in column:
        if text not in known:
            known[text] = _object(text)
        yield known[text]


def _object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {}
