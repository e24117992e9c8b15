"""Do two models of a run succeed, fail and write alike, beyond what the items and other models make likely?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import UsageError, suggest
from bench.records import Outcome, RunRecord, maker_of, read_parquet, read_run
from bench.report.numbers.likeness import cosine, pieces
from bench.stats import Alike, Floats, Interval, SameWrong, alike, mean_interval, same_wrong

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["suite", "task", "item"]
SHORT = 200
"""Characters up to which an extracted answer is compared as it is; longer ones are programs or prose."""
STYLED = 200
"""Items whose texts are compared for style."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """What two models of a run have in common."""

    candidate: str
    """One model's label."""
    baseline: str
    """The other's."""
    vendors: tuple[str, str]
    """Who makes them; the label where nobody knows."""
    alike: Alike | None
    """Of their successes; None where too few items or other vendors' models are known."""
    wrong: SameWrong | None
    """Of their wrong answers; None for too few."""
    style: Interval | None
    """How much nearer their texts are to each other than the candidate's are to other vendors' (cosine of character
    3- to 5-grams), mean over items with its 95 % interval; None without texts or a third model."""
    retest: float | None
    """What the candidate's and the baseline's own repeats come to, the most that two models could; None without."""


def similar(folder: Path, candidate: str | None = None, baseline: str | None = None) -> Similar:
    """Compares two models of a run: those given, else of its first claim, else its first two.

    UsageError if the run has no such models, or no scored items.
    """
    record, items = read_run(folder)
    names = _pair(record, candidate, baseline)
    scored = items[items["score"].notna()]
    if scored.empty:
        raise UsageError(f"{folder}: has no scored items: published totals do not say which items were solved.")
    labels = [*record.models]
    pair = labels.index(names[0]), labels.index(names[1])
    vendors = [_vendor(record, label) for label in labels]
    wide = scored.pivot_table(index=KEYS, columns="model", values="score", aggfunc="mean").reindex(columns=labels)
    clusters = _clusters(scored, wide)
    answers = _answers(folder, items)
    return Similar(
        candidate=names[0],
        baseline=names[1],
        vendors=(vendors[pair[0]], vendors[pair[1]]),
        alike=alike(wide.to_numpy(dtype=float).T, vendors, clusters, pair, seed=record.seed or 1),
        wrong=same_wrong(_wrong(answers, wide, labels), clusters, pair, seed=record.seed or 1),
        style=_style(answers, labels, vendors, pair),
        retest=_retest(scored, labels, vendors, pair),
    )


def _pair(record: RunRecord, candidate: str | None, baseline: str | None) -> tuple[str, str]:
    labels = [*record.models]
    claimed = next(((claim.candidate, claim.baseline) for claim in record.claims.values()), tuple(labels[:2]))
    if len(labels) < 2:
        raise UsageError("the run has one model: there is nothing to compare it with.")
    names = candidate or claimed[0], baseline or claimed[1]
    for name in names:
        if name not in labels:
            raise UsageError(f"the run has no model '{name}'.{suggest(name, labels)}")
    if names[0] == names[1]:
        raise UsageError("candidate and baseline are the same model.")
    return names


def _vendor(record: RunRecord, label: str) -> str:
    return maker_of(record.models[label].model) or label


def _clusters(scored: pd.DataFrame, wide: pd.DataFrame) -> list[str]:
    """What each item shares a source with: itself, where its cluster is no more than its family."""
    about = scored.drop_duplicates(KEYS).set_index(KEYS).loc[wide.index]
    own = ["\0".join(map(str, key)) for key in about.index]
    return [
        each if cluster == family else str(cluster)
        for each, cluster, family in zip(own, about["cluster"], about["family"], strict=True)
    ]


def _answers(folder: Path, items: pd.DataFrame) -> pd.DataFrame:
    """First answers with their texts and scores; empty where the run has none."""
    import pandas as pd

    columns = ["model", "task", "item", "repeat", "answer", "extracted"]
    if not (folder / "answers.parquet").is_file():
        return pd.DataFrame(columns=[*columns, "suite", "score"])
    texts = read_parquet(folder, "answers.parquet").select(columns).to_pandas()
    kept = items[items["outcome"] == str(Outcome.ANSWERED)]
    joined: pd.DataFrame = texts.merge(
        kept[["model", *KEYS, "repeat", "score"]], on=["model", "task", "item", "repeat"]
    )
    return joined.sort_values("repeat", kind="stable").drop_duplicates(["model", *KEYS])


def _wrong(answers: pd.DataFrame, wide: pd.DataFrame, labels: list[str]) -> list[dict[int, str]]:
    """By model: its wrong answers that are short, in one form, by the item's number."""
    number = {key: at for at, key in enumerate(wide.index)}
    missed = answers[(answers["score"] == 0) & answers["extracted"].notna()]
    found: list[dict[int, str]] = [{} for _ in labels]
    for model, suite, task, item, said in missed[["model", *KEYS, "extracted"]].itertuples(index=False, name=None):
        text = " ".join(str(said).casefold().split())
        if model in labels and 0 < len(text) <= SHORT and (suite, task, item) in number:
            found[labels.index(model)][number[suite, task, item]] = text
    return found


def _style(answers: pd.DataFrame, labels: list[str], vendors: list[str], pair: tuple[int, int]) -> Interval | None:
    """Cosine of the pair's texts less the mean cosine of the candidate's with those of third vendors' models."""
    others = [
        label for label, vendor in zip(labels, vendors, strict=True) if vendor not in {vendors[at] for at in pair}
    ]
    texts: dict[str, dict[tuple[str, ...], str]] = {}
    for model, suite, task, item, said in answers[["model", *KEYS, "answer"]].itertuples(index=False, name=None):
        if isinstance(said, str) and said:
            texts.setdefault(model, {})[suite, task, item] = said
    ours, theirs = (texts.get(labels[at], {}) for at in pair)
    shared = [key for key in ours if key in theirs and any(key in texts.get(other, {}) for other in others)]
    if len(shared) < 2 or not others:
        return None
    nearer = []
    for key in shared[:STYLED]:
        mine = pieces(ours[key])
        control = [cosine(mine, pieces(texts[other][key])) for other in others if key in texts.get(other, {})]
        nearer.append(cosine(mine, pieces(theirs[key])) - sum(control) / len(control))
    return mean_interval(np.array(nearer), ["\0".join(key) for key in shared[:STYLED]])


def _retest(scored: pd.DataFrame, labels: list[str], vendors: list[str], pair: tuple[int, int]) -> float | None:
    """The geometric mean of both models' likeness to themselves, the first repeat beside the second."""
    first, second = (scored[scored["repeat"] == repeat] for repeat in (0, 1))
    if second.empty:
        return None
    found = list(_themselves(first, second, labels, vendors, pair))
    if len(found) < 2 or min(found) <= 0:
        return None
    return float(np.sqrt(found[0] * found[1]))


def _themselves(
    first: pd.DataFrame, second: pd.DataFrame, labels: list[str], vendors: list[str], pair: tuple[int, int]
) -> Iterator[float]:
    def table(rows: pd.DataFrame) -> Any:
        return rows.pivot_table(index=KEYS, columns="model", values="score").reindex(columns=labels)

    once, again = table(first), table(second)
    again = again.reindex(once.index)
    for at in pair:
        scores: Floats = np.vstack([once.to_numpy(dtype=float).T, again[labels[at]].to_numpy(dtype=float)[None, :]])
        keys = ["\0".join(map(str, key)) for key in once.index]
        seen = alike(scores, [*vendors, vendors[at]], keys, (at, len(labels)))
        if seen is not None:
            yield seen.residual.estimate
