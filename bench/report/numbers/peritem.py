"""A model's answers item by item, in the order of tasks and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.records import effective_cost
from bench.stats import Interval, mean_interval

if TYPE_CHECKING:
    import pandas as pd

Codes = NDArray[np.int64]
PLACE, CODE = "place_of_item", "code_of_cluster"
"""Columns that no table has: the place of a row's item in the order of tasks and ids, and of its cluster in theirs."""


def placed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with PLACE and CODE, which those that ask part by part then need not find each time."""
    if PLACE in rows:
        return rows
    places = rows.groupby(["task", "item"]).ngroup().to_numpy(dtype=np.int64)
    return rows.assign(**{PLACE: places, CODE: rows["cluster"].factorize(sort=True)[0].astype(np.int64)})


class PerItem:
    """A model's scored answers by item; repeats of an item are averaged first: they are not items of their own."""

    def __init__(self, scored: pd.DataFrame) -> None:
        """`scored`: a row an answer, with task, item and cluster."""
        self._rows = placed(scored)
        places: Codes = self._rows[PLACE].to_numpy(dtype=np.int64)
        self._clusters: Codes = self._rows[CODE].to_numpy(dtype=np.int64)
        self._order = np.argsort(places, kind="stable")
        self._once = bool((np.diff(places[self._order]) > 0).all())  # most runs ask once, and grouping takes long

    def interval(self, values: pd.Series[Any], interval: Any) -> Interval | None:
        """The interval of a column's means; None without rows, and as soon as one value is unknown."""
        if values.empty or values.isna().any():
            return None
        result: Interval
        if self._once:
            found = values.to_numpy(dtype=float)[self._order]
            result = interval(found, self._clusters[self._order])
        else:
            means = self._rows.assign(value=values).groupby(["task", "item"])
            each = means.agg(value=("value", "mean"), cluster=("cluster", "first"))
            result = interval(each["value"].to_numpy(dtype=float), each["cluster"].astype(str).tolist())
        return result

    def thousand_cost(self) -> Interval | None:
        """USD of 1,000 items; unknown as soon as one item's cost is: a mean over the known ones would be wrong."""
        return self.interval(1000 * effective_cost(self._rows), mean_interval)
