"""lm-eval's logged samples: what one of them says, and whether they are those that the results beside them count."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import clean
from bench.importers.ledger import Ledger
from bench.importers.stated import fewer, off
from bench.importers.textfiles import json_rows, mapping
from bench.records import prompt_text

MEANS = frozenset({"acc", "acc_norm", "exact_match"})
"""Metrics whose total is the samples' mean, whatever the results say of how they were summed up."""


def contradiction(samples: Path, about: Mapping[str, Any], metric: str, filter_name: str) -> str | None:
    """How a file of samples contradicts the results beside it, as a sentence; None if it does not.

    `about` has what the results say of the task under "results", "n-samples" and "configs". A file that was copied
    while it grew has fewer samples than they count; one whose scores were changed has another mean, more than half an
    item off.
    """
    counted = clean.count(mapping(about.get("n-samples")).get("effective"))
    stated = mapping(about.get("results")).get(f"{metric},{filter_name}")
    damaged, n = Ledger(), 0
    scores: float | None = 0.0
    for _, sample in json_rows(samples, damaged):
        if sample.get("filter", filter_name) == filter_name:
            n += 1
            value = sample.get(metric)
            if scores is not None:
                scores = scores + value if isinstance(value, int | float) and 0 <= value <= 1 else None
    if lost := counted and n + damaged.dropped_count < counted and fewer(n, counted):
        return lost
    if not n or scores is None or damaged.dropped_count or not _is_mean(about, metric):
        return None
    return off(scores / n, n, stated, metric)


def _is_mean(about: Mapping[str, Any], metric: str) -> bool:
    """Whether a metric's total is the mean of the samples'."""
    listed = mapping(about.get("configs")).get("metric_list")
    of = [mapping(each) for each in listed] if isinstance(listed, list) else []
    how = [each.get("aggregation") for each in of if each.get("metric") == metric]
    return how == ["mean"] or (metric in MEANS and not how)


def drawn_with(results: Mapping[str, Any], config: object) -> dict[str, Any]:
    """What the results say of how a task was asked, beside each sample's own settings; `config` is the task's."""
    about = mapping(results.get("config"))
    return {
        "generation_kwargs": mapping(mapping(config).get("generation_kwargs")),
        "gen_kwargs": about.get("gen_kwargs"),
        "limit": about.get("limit"),
        "fewshot_as_multiturn": results.get("fewshot_as_multiturn"),
    }


def asked(sample: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The prompt as chat messages, and the generation settings."""
    arguments = mapping(mapping(sample.get("arguments")).get("gen_args_0"))
    prompt, settings = arguments.get("arg_0"), arguments.get("arg_1")
    said = text(first(prompt)) if isinstance(prompt, list) else text(prompt)
    if said is not None and not said.startswith('[{"role"'):
        said = prompt_text([{"role": "user", "content": said}])
    return said or "", mapping(settings)


def first(value: Any) -> Any:
    """The first of a list; anything else as it is."""
    return value[0] if isinstance(value, list) and value else value


def text(value: Any) -> str | None:
    """A text; None for anything else."""
    return value if isinstance(value, str) else None
