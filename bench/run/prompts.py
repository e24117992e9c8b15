"""A model's own prompts: tried on a split of the items that no verdict uses, before anything else is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bench.errors import UsageError
from bench.records import (
    AS_WRITTEN,
    Comparison,
    Item,
    ModelEntry,
    PromptVariant,
    sha256_of,
)

LEAST = 8
"""Items of a split that something grades."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Items of a suite on which prompts are tried."""

    suite: str
    """The suite."""
    share: float
    """Share of its items that were wanted."""
    seed: int
    """What drew them."""
    items: frozenset[tuple[str, str]]
    """Task and id of those that something grades."""
    out: frozenset[tuple[str, str]]
    """The same of all that no verdict uses: all items of their clusters."""
    clusters: int
    """How many these are."""

    @property
    def sha256(self) -> str:
        """Hash of its items."""
        return sha256_of(sorted(self.items))


def tried_suites(models: Mapping[str, ModelEntry], suites: Iterable[str]) -> list[str]:
    """The suites in which some model has prompts of its own."""
    return [suite for suite in suites if any(each.of(suite) for m in models.values() for each in m.prompt_variants)]


def draw(suite: str, items: Sequence[Item], graded: Callable[[Item], bool], share: float, seed: int) -> Split:
    """Whole clusters in the seed's random order, until they have the share: what depends stays on one side.

    UsageError where that leaves too few items that something grades, or the suite has episodes.
    """
    if any(item.dialogue or item.work for item in items):
        raise UsageError(
            f"{suite} has episodes, whose prompts are the suite's own: prompt_variants are for single questions. "
            "Name the suites of each variant: suites = [...]"
        )
    clusters: dict[str, list[Item]] = {}
    for item in items:
        clusters.setdefault(item.cluster, []).append(item)
    wanted = round(share * len(items))
    taken: list[Item] = []
    count = 0
    for name in sorted(clusters, key=lambda name: _drawn(seed, suite, name)):
        if len(taken) + len(clusters[name]) <= wanted:
            taken += clusters[name]
            count += 1
    asked = [item for item in taken if graded(item)]
    if len(asked) < LEAST:
        raise UsageError(
            f"prompt_variants: a split of {share:g} of {suite} has {len(asked)} items that something grades, in "
            f"{count} whole clusters of {len(clusters)}, and {LEAST} are needed to choose by. Ask more items, or raise "
            "[run] prompt_split; where nothing grades the answers, no prompt can be chosen."
        )
    return Split(
        suite=suite,
        share=share,
        seed=seed,
        items=frozenset((item.task, item.item) for item in asked),
        out=frozenset((item.task, item.item) for item in taken),
        clusters=count,
    )


def _drawn(seed: int, suite: str, cluster: str) -> bytes:
    return hashlib.sha256(f"claimbench prompts {seed}\0{suite}\0{cluster}".encode()).digest()


def rows_of(comparison: Comparison, suite: str) -> dict[str, dict[str, PromptVariant | None]]:
    """By model, its prompts for a suite by the label of their row. UsageError where a model has such a label."""
    found: dict[str, dict[str, PromptVariant | None]] = {}
    for label, entry in comparison.models.items():
        variants = [each for each in entry.prompt_variants if each.of(suite)]
        if variants:
            found[label] = {f"{label}.{AS_WRITTEN}": None, **{f"{label}.{each.name}": each for each in variants}}
    taken = next((row for rows in found.values() for row in rows if row in comparison.models), None)
    if taken:
        raise UsageError(f"a model is called '{taken}', as a prompt's row would be. Rename it.")
    return found


def trying(comparison: Comparison, suite: str) -> Comparison:
    """The comparison that tries a suite's prompts, a model for each."""
    models: dict[str, ModelEntry] = {}
    for label, rows in rows_of(comparison, suite).items():
        for row, variant in rows.items():
            prompts = {suite: variant} if variant else {}
            models[row] = replace(comparison.models[label], label=row, prompt_variants=(), prompts=prompts)
    run = replace(comparison.run, suites=(suite,), sweep=None)
    return replace(comparison, run=run, models=models, claims={}, judges={})
