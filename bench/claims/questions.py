"""Questions that a suite asks under several ids: they are one question, however often it is listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.language import tr

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """Questions of one suite that are asked more than once."""

    suite: str
    """The suite."""
    questions: int
    """How many there are."""
    items: int
    """Ids under which they stand, all together."""
    example: tuple[str, str]
    """Two ids of one of them."""


def clusters(items: pd.DataFrame, column: str) -> tuple[list[str], tuple[Repeated, ...]]:
    """Each item's cluster, of those that a column names uniquely over suites, and what is asked twice; a row an item.

    Equal prompts join the clusters that they stand in: asked again, a question says nothing new. An unknown prompt is
    equal to no other.
    """
    prompts = (items["suite"] + "/" + items["prompt_sha256"]).fillna("")
    known = prompts[(prompts != "") & (items["prompt_sha256"] != "")]
    twice = known[known.duplicated(keep=False)]
    if twice.empty:
        return texts(items[column]), ()
    named = items[column].to_numpy(dtype=object)
    repeated = tuple(_repeated(str(suite), part) for suite, part in items.loc[twice.index].groupby("suite"))
    return _joined(named, items.index.get_indexer(twice.index), twice.to_numpy(dtype=object)), repeated


def texts(column: pd.Series[str]) -> list[str]:
    """A column as a list that holds each repeated text once."""
    codes, known = column.factorize(use_na_sentinel=False)
    names = np.empty(len(known), dtype=object)
    names[:] = [str(name) for name in known.tolist()]
    found: list[str] = names[codes].tolist()
    return found


def _repeated(suite: str, items: pd.DataFrame) -> Repeated:
    first, other, *_ = items.loc[items["prompt_sha256"] == items["prompt_sha256"].iloc[0], "item"]
    return Repeated(
        suite=suite, questions=items["prompt_sha256"].nunique(), items=len(items), example=(str(first), str(other))
    )


def _joined(names: NDArray[np.object_], places: NDArray[np.intp], prompts: NDArray[np.object_]) -> list[str]:
    """The clusters' names, those that share a prompt under the first name of theirs."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    labels, codes = np.unique(np.asarray(names, dtype=str), return_inverse=True)
    _, asked = np.unique(np.asarray(prompts, dtype=str), return_inverse=True)
    size = len(labels) + int(asked.max()) + 1
    links = coo_array((np.ones(len(asked)), (codes[places], len(labels) + asked)), shape=(size, size))
    parts = connected_components(links, directed=False)[1][: len(labels)]
    first = dict(zip(parts[::-1].tolist(), labels[::-1].tolist(), strict=True))
    return [first[part] for part in parts[codes].tolist()]


def in_words(repeated: Repeated) -> str:
    """That ids share a question, and how they count."""
    asked = tr("question is") if repeated.questions == 1 else tr("questions are")
    shown = tr(" and ").join(repeated.example)
    return tr(
        "{suite}: {questions} {asked} asked under {items} ids (e.g. {shown}): items with one "
        "prompt count as one cluster",
        suite=repeated.suite,
        questions=repeated.questions,
        asked=asked,
        items=repeated.items,
        shown=shown,
    )
