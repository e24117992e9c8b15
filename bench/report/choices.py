"""Whether models' own prompts were chosen as run.json says, by the tables of the runs in which they were tried."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from bench import claims
from bench.errors import UsageError
from bench.records import (
    PROMPTS,
    RecordedChoice,
    RecordedTrial,
    RunRecord,
    read_record,
    read_rows,
    sha256_of,
)

Difference = tuple[str, str, str]
"""A place in run.json, what is published there, and what the tables give."""


def compared(folder: Path, record: RunRecord) -> Iterator[Difference]:
    """Every place where the choices of a run's record differ from the tables below its folder."""
    choices = record.prompt_choices
    asked = {(row.task, row.item) for row in read_rows(folder)[0]} if choices else set()
    for at, choice in enumerate(choices):
        for place, published, computed in _choice(folder, record, choice, asked):
            yield f"prompt_choices[{at}]{place}", published, computed
    for label, model in record.models.items():
        for suite, prompt in model.prompts.items():
            if not any(each.model == label and each.suite == suite for each in choices):
                yield f"models.{label}.prompts.{suite}", prompt.name, "no choice of it"


def _choice(
    folder: Path, record: RunRecord, choice: RecordedChoice, asked: set[tuple[str, str]]
) -> Iterator[Difference]:
    source = folder / PROMPTS / choice.suite
    try:
        then, rows = read_record(source), read_rows(source)[0]
    except UsageError as error:
        yield "", "a choice", f"nothing: {error}"
        return
    items = {(row.task, row.item) for row in rows}
    if both := items & asked:
        yield ".split", "items that no verdict uses", f"{len(both)} of them among the run's own"
    used = record.models[choice.model].prompts.get(choice.suite) if choice.model in record.models else None
    facts = [
        (".run", choice.run, then.run),
        (".n", choice.n, len(items)),
        (".split_sha256", choice.split_sha256, sha256_of(sorted(items))),
        (".chosen", used.sha256 if used else None, choice.best.sha256),
    ]
    made = []
    for trial in choice.trials:
        label = f"{choice.model}.{trial.name}"
        prompt = then.models[label].prompts.get(choice.suite) if label in then.models else None
        facts.append((f".trials.{trial.name}.sha256", trial.sha256, prompt.sha256 if prompt else None))
        if not any(row.model == label for row in rows):
            yield f".trials.{trial.name}", "a trial", "no answer"
            continue
        made.append(claims.prompt_trial(rows, choice.model, trial.name, trial.sha256))
        yield from _trial(trial, made[-1])
    if made:
        facts.append((".chosen", choice.chosen, claims.best_prompt(made)))
    yield from ((place, str(said), str(known)) for place, said, known in facts if said != known)


def _trial(published: RecordedTrial, made: RecordedTrial) -> Iterator[Difference]:
    for name in ("score", "low", "high", "usd"):
        said, known = getattr(published, name), getattr(made, name)
        same = said == known if None in (said, known) else math.isclose(said, known, rel_tol=1e-9, abs_tol=1e-12)
        if not same:
            yield f".trials.{published.name}.{name}", str(said), str(known)
