"""Asks the trials of models' own prompts, and chooses the best: before anything else of a run is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from bench import clean
from bench.costs import Terms
from bench.errors import IncompleteError
from bench.records import (
    AS_WRITTEN,
    MANIFEST,
    PROMPTS,
    PromptVariant,
    RecordedChoice,
    read_record,
    read_rows,
    write_bytes,
)
from bench.run.begin import Result
from bench.run.prepare import Prepared, PromptTrial, Watcher, plan_of
from bench.run.prompts import Split

KEPT = (MANIFEST, "items.parquet", "answers.parquet")
"""What is kept there of the run in which prompts were tried."""
Ask = Callable[..., Result]
"""Runs a plan: given what is prepared and, as `terms`, what may be spent."""


def choose(
    prepared: Prepared, terms: Terms, watcher: Watcher, ask: Ask, environ: Mapping[str, str]
) -> tuple[Prepared, Terms]:
    """Tries models' own prompts: the run with the best ones, and what it may still spend; without any as it was.

    IncompleteError where answers are lacking: choosing by fewer would depend on which failed.
    """
    if not prepared.trials:
        return prepared, terms
    from bench import claims

    choices: list[RecordedChoice] = []
    prompts: dict[str, dict[str, PromptVariant]] = {}
    tried: dict[str, Path] = {}
    for trial in prepared.trials:
        suite = trial.split.suite
        trial = replace(trial, prepared=replace(trial.prepared, cluster=prepared.cluster))
        tried[suite], terms = _asked(trial, terms, watcher, partial(ask, watcher=watcher, environ=environ))
        for model, rows in trial.prompts.items():
            choice = choice_of(tried[suite], model, trial.split, rows)
            choices.append(choice)
            watcher.say(claims.prompt_words(choice))
            variant = next((each for each in rows.values() if each and each.name == choice.chosen), None)
            if variant:
                prompts.setdefault(model, {})[suite] = variant
    models = {
        label: replace(entry, prompts=prompts[label]) if label in prompts else entry
        for label, entry in prepared.comparison.models.items()
    }
    endpoints = tuple(replace(each, entry=models[each.entry.label]) for each in prepared.endpoints)
    comparison = replace(prepared.comparison, models=models)
    plan = plan_of(
        prepared.items,
        endpoints,
        comparison.run,
        loaded=prepared.loaded,
        agents=prepared.agents,
        loops=prepared.loops,
        choices=choices,
    )
    chosen = replace(prepared, comparison=comparison, endpoints=endpoints, plan=plan)
    return replace(chosen, trials=(), choices=tuple(choices), tried=tried), terms


def _asked(trial: PromptTrial, terms: Terms, watcher: Watcher, ask: Ask) -> tuple[Path, Terms]:
    """The folder of a trial's run, whole, and what may still be spent."""
    suite = trial.split.suite
    watcher.say(f"trying prompts on {len(trial.split.items)} items of {suite} that no verdict uses")
    result = ask(trial.prepared, terms=terms)
    if result.missing or result.ended:
        why = result.ended.why if result.ended else "; ".join(result.stopped.values()) or "the run was cut short."
        raise IncompleteError(
            f"{result.missing} answers are lacking that choose a prompt for {suite}: {why} What was answered is "
            "kept, and the same command goes on."
        )
    spending = read_record(result.folder).spending
    if terms.budget_usd is not None and spending is not None and spending.spent_usd:
        terms = replace(terms, budget_usd=max(Decimal(0), terms.budget_usd - spending.spent_usd))
    return result.folder, terms


def choice_of(folder: Path, model: str, split: Split, rows: Mapping[str, PromptVariant | None]) -> RecordedChoice:
    """The choice that the tables of a trial's run give."""
    from bench import claims

    items, _ = read_rows(folder)
    unknown = sum(row.score is None for row in items)
    if unknown:
        raise IncompleteError(f"{folder}: {unknown} answers could not be scored, so that no prompt can be chosen.")
    trials = tuple(
        claims.prompt_trial(items, model, variant.name if variant else AS_WRITTEN, variant.sha256 if variant else None)
        for variant in rows.values()
    )
    return RecordedChoice(
        model=model,
        suite=split.suite,
        share=split.share,
        seed=split.seed,
        n=len(split.items),
        clusters=split.clusters,
        left_out=len(split.out),
        split_sha256=split.sha256,
        run=read_record(folder).run,
        trials=trials,
        chosen=claims.best_prompt(trials),
    )


def keep(folder: Path, trials: Mapping[str, Path]) -> None:
    """Copies the tables of each suite's trial into a run folder, so that the choice can be checked there."""
    for suite, source in trials.items():
        for name in KEPT:
            content = clean.read_bytes(source / name, below=source, most=clean.MOST_TABLE)
            write_bytes(folder, f"{PROMPTS}/{suite}/{name}", content)
