"""The sample of a run's answers that people label: drawn by seed, and recorded before anything is judged."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError, suggest
from bench.records import (
    JUDGMENTS,
    MEASURES,
    AnswerRow,
    ItemRow,
    RunRecord,
    answers_hash,
    read_record,
    read_rows,
    sha256_of,
    utc_now,
    write_text,
)

SAMPLES = "labels.json"
"""The file of a run folder that says what was drawn."""
SECOND = 30
"""Entries that a second rater labels too, the first ones of the sample."""
PASS, PREFERENCE = MEASURES
"""What is labelled: each answer by itself, or two models' answers side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEntry:
    """What a rater sees at once: one answer of an item, or two."""

    id: str
    """Its name in pages and files, which tells neither model nor place."""
    suite: str
    """The suite."""
    task: str
    """The task."""
    item: str
    """The item's id within the task."""
    model: str
    """The model whose answer it is; of a preference the one whose answer is shown first."""
    other: str | None
    """Of a preference the model whose answer is shown second; None of a pass."""
    answers_sha256: str
    """Hash of the answers, see `records.answers_hash`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSample:
    """All entries that could be labelled, in the random order in which they are to be."""

    measure: str
    """"pass" or "preference"."""
    models: tuple[str, str]
    """The two models, in the order of the alphabet."""
    seed: int
    """What drew the order."""
    drawn_at: str
    """UTC, ISO 8601."""
    entries: tuple[SampleEntry, ...]
    """In order: the first n of them are a uniform sample of the items, for every n."""
    sha256: str
    """Hash of all the above but the time."""

    def first(self, items: int) -> tuple[SampleEntry, ...]:
        """The entries of the first so many items; of a pass each has two."""
        return self.entries[: items * (1 if self.measure == PREFERENCE else 2)]


def pair_of(record: RunRecord, models: Sequence[str] = ()) -> tuple[str, str]:
    """The two models that are labelled: those named, else of the first claim, else the run's only two; in the order of
    the alphabet. UsageError where the run has no such two."""
    claim = next(iter(record.claims.values()), None)
    chosen = [*models] or ([claim.candidate, claim.baseline] if claim else [*record.models])
    for label in chosen:
        if label not in record.models:
            raise UsageError(f"the run has no model '{label}'.{suggest(label, record.models)}")
    if len(set(chosen)) != 2:
        raise UsageError(f"labels are about two models; the run has {', '.join(record.models)}. Name two: --models a,b")
    one, other = sorted(chosen)
    return one, other


def of_run(folder: Path) -> list[LabelSample]:
    """The samples that were drawn of a run; empty where none was. UsageError if the file is damaged or was changed."""
    path = folder / SAMPLES
    try:
        raw = json.loads(clean.read_text(path, below=folder))
        found = [_read(each) for each in raw["samples"]]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UsageError(f"{path}: is no record of samples ({clean.line(str(error))}). {_CURE}") from error
    for sample in found:
        if sample.sha256 != _hash(sample):
            raise UsageError(f"{path}: was changed after it was drawn, and labels rest on it. {_CURE}")
    return found


_CURE = "Restore it: a sample that is drawn again is no longer the one that was drawn before anything was judged."


def drawn(folder: Path, measure: str, models: Sequence[str] = (), seed: int = 1) -> LabelSample:
    """The sample of a run, drawn and recorded now if it was not before.

    UsageError if one was drawn by another seed, something was judged before any was drawn, or no item has an answer of
    both models.
    """
    record = read_record(folder)
    pair, known = pair_of(record, models), of_run(folder)
    for sample in known:
        if (sample.measure, sample.models) == (measure, pair):
            if sample.seed != seed:
                raise UsageError(
                    f"{folder / SAMPLES}: this sample was drawn by seed {sample.seed}; another draw would be a choice. "
                    f"Go on with it: --seed {sample.seed}"
                )
            return sample
    if (folder / JUDGMENTS).exists() and not known:
        raise UsageError(f"{folder / JUDGMENTS}: judges have spoken before a sample was drawn. Label another run.")
    entries = tuple(_entries(*read_rows(folder), pair=pair, measure=measure, seed=seed))
    if not entries:
        raise UsageError(f"{folder}: no item has an answer of both {pair[0]} and {pair[1]}.")
    made = LabelSample(measure=measure, models=pair, seed=seed, drawn_at=utc_now(), entries=entries, sha256="")
    made = replace(made, sha256=_hash(made))
    content = {"samples": [asdict(each) for each in (*known, made)]}
    write_text(folder, SAMPLES, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return made


def _entries(
    items: Sequence[ItemRow], answers: Sequence[AnswerRow], *, pair: tuple[str, str], measure: str, seed: int
) -> Iterator[SampleEntry]:
    """In random order by item; which answer is first is drawn as well. Only first repeats are shown."""
    texts = {(row.task, row.item, row.model): row.answer or "" for row in answers if row.repeat == 0}
    counted = {(row.task, row.item, row.model): row for row in items if row.repeat == 0 and row.answered}
    shared = sorted({key[:2] for key in counted if (*key[:2], pair[0]) in counted and (*key[:2], pair[1]) in counted})
    rng = random.Random(f"claimbench labels {seed} {measure} {pair}")
    rng.shuffle(shared)
    for task, item in shared:
        shown = rng.sample(pair, 2)
        suite = counted[task, item, pair[0]].suite
        if measure == PREFERENCE:
            both = answers_hash(*(texts[task, item, label] for label in pair))
            yield _entry(seed, suite, task, item, shown=(shown[0], shown[1]), answers=both)
            continue
        for label in shown:
            yield _entry(seed, suite, task, item, shown=(label, None), answers=answers_hash(texts[task, item, label]))


def _entry(seed: int, suite: str, task: str, item: str, *, shown: tuple[str, str | None], answers: str) -> SampleEntry:
    return SampleEntry(
        id=sha256_of([seed, task, item, *shown, answers])[:12],
        suite=suite,
        task=task,
        item=item,
        model=shown[0],
        other=shown[1],
        answers_sha256=answers,
    )


def _hash(sample: LabelSample) -> str:
    hashed = {**asdict(sample)}
    return sha256_of([hashed[name] for name in ("measure", "models", "seed", "entries")])


def _read(raw: Mapping[str, Any]) -> LabelSample:
    entries = tuple(SampleEntry(**each) for each in raw["entries"])
    for entry in entries:
        if not all(isinstance(getattr(entry, name), str) for name in ("id", "suite", "task", "item", "model")):
            raise ValueError("an entry lacks a name")
    one, other = raw["models"]
    if raw["measure"] not in MEASURES:
        raise ValueError(f"measure is {raw['measure']!r}")
    return LabelSample(
        measure=raw["measure"],
        models=(str(one), str(other)),
        seed=int(raw["seed"]),
        drawn_at=str(raw["drawn_at"]),
        entries=entries,
        sha256=str(raw["sha256"]),
    )
