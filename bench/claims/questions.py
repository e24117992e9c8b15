"""Questions that a suite asks under several ids: they are one question, however often it is listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bench.claims.bills import KEY

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


def joined(rows: pd.DataFrame, columns: Sequence[str]) -> tuple[pd.DataFrame, tuple[Repeated, ...]]:
    """The rows with these columns' clusters joined where they hold one question, and what is asked twice.

    Asked again, a question tells nothing new: clusters with an equal prompt take one name. An unknown prompt is equal
    to no other.
    """
    items = rows.drop_duplicates([*KEY, "prompt_sha256"])
    known = items[items["prompt_sha256"].fillna("") != ""]
    twice = known[known.duplicated(["suite", "prompt_sha256"], keep=False)]
    if twice.empty:
        return rows, ()
    found = tuple(_repeated(str(suite), part) for suite, part in twice.groupby("suite"))
    prompts = (twice["suite"] + "/" + twice["prompt_sha256"]).to_numpy(dtype=str)
    names = {column: _joined(twice[column].to_numpy(dtype=str), prompts) for column in columns}
    return rows.assign(**{column: rows[column].map(names[column]).fillna(rows[column]) for column in columns}), found


def _repeated(suite: str, items: pd.DataFrame) -> Repeated:
    one, other, *_ = items.loc[items["prompt_sha256"] == items["prompt_sha256"].iloc[0], "item"]
    return Repeated(
        suite=suite, questions=items["prompt_sha256"].nunique(), items=len(items), example=(str(one), str(other))
    )


def _joined(names: NDArray[np.str_], prompts: NDArray[np.str_]) -> dict[str, str]:
    """The clusters that share a prompt, each with the first name among them."""
    labels, codes = np.unique(names, return_inverse=True)
    _, asked = np.unique(prompts, return_inverse=True)
    size = len(labels) + int(asked.max()) + 1
    links = coo_array((np.ones(len(asked)), (codes, len(labels) + asked)), shape=(size, size))
    parts = connected_components(links, directed=False)[1][: len(labels)].tolist()
    first: dict[int, str] = {}
    return {str(label): first.setdefault(part, str(label)) for label, part in zip(labels, parts, strict=True)}


def in_words(repeated: Repeated) -> str:
    """That ids share a question, and how they count."""
    one = "question is" if repeated.questions == 1 else "questions are"
    shown = " and ".join(repeated.example)
    return (
        f"{repeated.suite}: {repeated.questions} {one} asked under {repeated.items} ids (e.g. {shown}): items with one "
        "prompt count as one cluster"
    )
