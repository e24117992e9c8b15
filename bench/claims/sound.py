"""Whether the looks that a run's record tells of are those of its tables: a record may come from a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.claims.case import Case
from bench.claims.drawing import assign
from bench.claims.looks import waves
from bench.claims.settling import Unasked, settled
from bench.errors import UsageError
from bench.records import DIGITS, RecordedLooks, RunRecord

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["suite", "task", "item"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """An item of the table, as far as waves are drawn by it."""

    suite: str
    task: str
    item: str
    family: str
    level: int | None
    cluster: str


def require_sound(items: pd.DataFrame, record: RunRecord) -> None:
    """UsageError where the waves, sizes or hash of a run's looks are not those of its plan and its items table."""
    looks = record.looks
    if looks is None or not looks.taken:
        return
    try:
        wrong = next(_faults(items, record, looks), None)
    except (ValueError, IndexError) as error:
        wrong = str(error)
    if wrong:
        raise UsageError(f"run.json: its looks are damaged ({wrong}).")


def _faults(items: pd.DataFrame, record: RunRecord, looks: RecordedLooks) -> Iterator[str]:
    if looks.sha256 != looks.hashed(record.plan_sha256 or ""):
        yield "looks.sha256 is not that of their design"
    for suite, ends in looks.items.items():
        planned = record.suites[suite].items_planned if suite in record.suites else ends[-1]
        if planned != ends[-1]:
            yield f"looks.items.{suite} ends at {ends[-1]} items, of a suite of {planned}"
    places = [looks.waves.count(DIGITS[wave]) for wave in range(looks.count)]
    if sum(places) != len(looks.waves) or len(looks.waves) != looks.total * record.settings.repeats:
        yield f"looks.waves has {len(looks.waves)} places, for {looks.total} items"
    wave = waves(items, record)
    first = items[KEYS].assign(wave=wave).drop_duplicates(KEYS)
    for suite, ends in looks.items.items():
        of = first.loc[first["suite"] == suite, "wave"]
        for at, end in enumerate(ends[: len(looks.taken)]):
            if int((of <= at).sum()) != end:
                yield f"looks.items.{suite} has {end} items after wave {at + 1}, the table {int((of <= at).sum())}"
    if len(first) == looks.total and record.seed is not None and not _drawn(items, looks, record.seed, first):
        yield "looks.waves is not the order that the run's seed draws"


def _drawn(items: pd.DataFrame, looks: RecordedLooks, seed: int, first: pd.DataFrame) -> bool:
    """Whether the waves of a table that has every item of the plan are those that the seed draws."""
    rows = items.sort_values("order", kind="stable").drop_duplicates(KEYS)
    columns = [rows[name].astype(str) for name in (*KEYS, "family", "cluster")]
    levels = [None if level is None or level != level else int(level) for level in rows["level"].astype(object)]
    placed = [
        _Placed(suite=suite, task=task, item=item, family=family, cluster=cluster, level=level)
        for (suite, task, item, family, cluster), level in zip(zip(*columns, strict=True), levels, strict=True)
    ]
    wave, sizes = assign(placed, looks.count, seed, whole_clusters=looks.whole_clusters)
    recorded = zip(first["task"], first["item"], first["wave"], strict=True)
    return dict(looks.items) == sizes and all(wave[task, item] == at for task, item, at in recorded)


def confirmed(case: Case, items: pd.DataFrame, record: RunRecord) -> Case:
    """The case, its settled verdict left out where the items in the table do not bear it out.

    What is left is taken to be as many items as the plan has more, each at most as dear as the dearest limit seen.
    """
    if case.looks is None or case.looks.settled is None:
        return case
    unsettled = replace(case, looks=replace(case.looks, settled=None))
    rows = items[waves(items, record) < len(case.looks.pairs)]
    left = [*_left(case, rows, record)]
    known = settled(unsettled, rows, left, record, max(1, len(record.claims)))
    return case if known is case.looks.settled else unsettled


def _left(case: Case, rows: pd.DataFrame, record: RunRecord) -> Iterator[Unasked]:
    """Calls that were not made: in kinds like those seen, and of prompts of their own."""
    assert case.looks is not None
    sizes, look = case.looks.sizes, len(case.looks.pairs) - 1
    columns = ["task", "task_version", "family", "level", "language", "cluster"]
    for label in (case.claim.candidate, case.claim.baseline):
        mine = rows[rows["model"] == label]
        cap = mine["cost_cap_usd"].astype(float).max() if "cost_cap_usd" in mine else np.nan
        for suite, ends in sizes.items.items():
            known = mine.loc[mine["suite"] == suite, [name for name in columns if name in mine]].to_dict("records")
            for at, row in enumerate(islice(cycle(known), ends[-1] - ends[look])):
                name = f"left {at}"
                own: dict[str, Any] = {"suite": suite, "item": name, "prompt_sha256": f"{suite} {name}", "order": -1}
                if sizes.whole_clusters or row["cluster"] != row["family"]:
                    own["cluster"] = f"{row['cluster']}, {name if not sizes.whole_clusters else 'left'}"
                for repeat in range(record.settings.repeats):
                    made = {str(key): value for key, value in row.items()} | own | {"repeat": repeat}
                    yield Unasked(model=label, row=made, cap_usd=None if np.isnan(cap) else float(cap))
