"""Is a suite graded in difficulty? `python -m bench.evidence.difficulty RUN --suite coding [--exam RUN]... -o DIR`.

Reads finished run folders and writes README.md (levels, steps between them, models against each other, fresh exams) and
cells.csv (every family at every level). Nothing is asked, and no item is chosen by these numbers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError, UsageError
from bench.records import Outcome, RunRecord, read_run, write_text
from bench.report.text import formats, grid
from bench.report.text.column import Column, Output, Table, csv_text, label, table
from bench.stats import Interval, Strata, Unpaired, proportion_interval, score_difference, unpaired_interval

if TYPE_CHECKING:
    import pandas as pd

PROGRAM = "python -m bench.evidence.difficulty"
FLOOR = 0.05
"""A level whose mean score is no higher for any model tells none of them apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One model on a family's items of one level, or on all families' (`family` is then empty)."""

    model: str
    """The model's label."""
    family: str
    """The family; empty for all of them."""
    level: int
    """The level."""
    n: int
    """Items with a score."""
    score: Interval
    """Mean score, 95 %, families as clusters; a single family's items as independent draws of it."""
    partial: float | None
    """Mean partial credit, where the task gives any."""
    truncated: int
    """Answers that were cut."""


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A difference of mean scores."""

    model: str
    """The model, or the two of them."""
    what: str
    """Between what, e.g. "level 1 to 2"."""
    n: int
    """Items of the smaller side."""
    score: Interval
    """The difference."""


def cells(rows: pd.DataFrame) -> Iterator[Cell]:
    """Every model on every level: first over all families, then family by family."""
    for model, of_model in rows.groupby("model", sort=False):
        for level, part in of_model.groupby("level"):
            yield _cell(part, str(model), "", int(str(level)), part["cluster"])
        for family, of_family in of_model.groupby("family"):
            for level, part in of_family.groupby("level"):
                yield _cell(part, str(model), str(family), int(str(level)), part["item"])


def _cell(part: pd.DataFrame, model: str, family: str, level: int, clusters: pd.Series[Any]) -> Cell:
    score = proportion_interval(part["score"].astype(float), list(clusters))
    partial = part["partial"].dropna()
    cut = int((part["outcome"] == Outcome.TRUNCATED).sum())
    return Cell(
        model=model,
        family=family,
        level=level,
        n=len(part),
        score=score,
        partial=float(partial.mean()) if len(partial) else None,
        truncated=cut,
    )


def steps(rows: pd.DataFrame) -> Iterator[LevelChange]:
    """From each level to the next, model by model, over the families that have both; 95 %."""
    for model, part in rows.groupby("model", sort=False):
        for low, high in pairwise(sorted(rows["level"].unique())):
            after, before = (part[part["level"] == level] for level in (high, low))
            yield from _unpaired(
                str(model), f"level {low} to {high}", after, theirs=before, by=["family"], confidence=0.95
            )


def fresh(rows: pd.DataFrame, other: pd.DataFrame, exam: str) -> Iterator[LevelChange]:
    """A fresh exam's score minus that of these items, over the cells of family and level that both have; 99 %."""
    for model, part in rows.groupby("model", sort=False):
        theirs = other[other["model"] == model]
        yield from _unpaired(str(model), exam, theirs, theirs=part, by=["family", "level"], confidence=0.99)


def _unpaired(
    model: str, what: str, ours: pd.DataFrame, theirs: pd.DataFrame, by: list[str], confidence: float
) -> Iterator[LevelChange]:
    """Our mean minus theirs, theirs with our share of each group; nothing without a group that both have."""
    mine, other = (side.groupby(by)["score"].agg(["sum", "count", "mean"]) for side in (ours, theirs))
    mine, other = mine.loc[mine.index.isin(other.index)], other.loc[other.index.isin(mine.index)]
    if mine.empty:
        return
    n, size = int(mine["count"].sum()), int(other["count"].sum())
    alike = float((other["mean"] * mine["count"]).sum()) / n
    counts = Unpaired(float(mine["sum"].sum()), n, min(alike, 1.0) * size, size)
    yield LevelChange(model, what, min(n, size), unpaired_interval(counts, confidence))


def between(rows: pd.DataFrame) -> Iterator[tuple[LevelChange, float]]:
    """Each pair of models on the items that both have a score for: the difference, and the share that differs."""
    for first, second in combinations(rows["model"].unique(), 2):
        ours, theirs = (rows[rows["model"] == model].set_index(["task", "item"])["score"] for model in (first, second))
        gap = (ours - theirs).dropna()
        if gap.empty:
            continue
        clusters = rows.groupby(["task", "item"])["cluster"].first().reindex(gap.index)
        strata = Strata(["suite"] * len(gap), [str(name) for name in clusters])
        estimate, _ = score_difference(gap.to_numpy(dtype=float), strata, binary=set(gap.unique()) <= {-1.0, 0.0, 1.0})
        score = estimate.interval(0.95) if estimate else Interval(float(gap.mean()), None, None, len(gap))
        yield LevelChange(f"{first} − {second}", "the same items", len(gap), score), float((gap != 0).mean())


def read(run: Path, suite: str) -> tuple[pd.DataFrame, RunRecord]:
    """A run's scored rows of one suite, repeats averaged into items, and its record. UsageError if it has none."""
    record, rows = read_run(run)
    rows = rows[(rows["suite"] == suite) & rows["score"].notna() & rows["level"].notna()]
    if rows.empty:
        raise UsageError(f"{run}: holds no scored items of suite '{suite}' with a level.")
    keys = ["model", "task", "item"]
    kept = rows.drop_duplicates(keys).drop(columns=["score"])
    return kept.merge(rows.groupby(keys)["score"].mean().reset_index(), on=keys), record


def document(suite: str, run: Path, exams: Sequence[Path]) -> dict[str, str]:
    """README.md and cells.csv. UsageError if a run holds nothing of the suite."""
    rows, record = read(run, suite)
    scores = list(cells(rows))
    over_all = [cell for cell in scores if not cell.family]
    lines = [f"# How difficult the {suite} suite is", "", *_about(suite, run, exams, record), ""]
    lines += _section(_levels(over_all), *_floors(scores, rows))
    lines += _section(_changes("From level to level", "step", steps(rows)), *_directions(rows))
    lines += _section(_pairs(rows))
    changes = [change for exam in exams for change in fresh(rows, *_exam(exam, suite))]
    if changes:
        lines += _section(_changes("Fresh exams of equal design", "exam", changes), *_surprises(changes))
    return {"README.md": "\n".join(lines) + "\n", "cells.csv": csv_text(LEVELS, scores)}


def _exam(run: Path, suite: str) -> tuple[pd.DataFrame, str]:
    rows, record = read(run, suite)
    seed = record.settings.exam_seed
    exam = f"exam {seed}" if seed else "the shipped exam"
    return rows, f"{exam}, {len(rows) // rows['model'].nunique()} items"


def _about(suite: str, run: Path, exams: Sequence[Path], record: RunRecord) -> Iterator[str]:
    models = [
        f"{label} ({model.model}, {_cap(model.max_tokens)}, {model.slots} slot(s))"
        for label, model in record.models.items()
    ]
    tasks = {name: task for name, task in record.tasks.items() if name.startswith(f"{suite}_")}
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    yield f"Run {record.run}, {record.started_at[:10]}; {versions}."
    yield f"Models: {'; '.join(models)}. Tasks: " + ", ".join(f"{n} {t.version}" for n, t in tasks.items()) + "."
    yield "Scores are of small models, to show how the suite behaves; they say nothing of what they would cost or do."
    named = "".join(f" --exam {exam.name}" for exam in exams)
    yield f"Made by `{PROGRAM} {run.name} --suite {suite}{named} -o DIR`; every family and level is in cells.csv."


def _cap(tokens: int | None) -> str:
    return "the tasks' own token caps" if tokens is None else f"answers of at most {tokens} tokens"


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _share(value: float | None) -> str:
    return formats.UNKNOWN if value is None else f"{100 * value:.1f} %"


def _score(cell: Cell) -> tuple[str, str]:
    estimate, bounds = formats.signed(cell.score, lambda share: f"{100 * share:.1f}")
    return f"{estimate} %", bounds


def _change(change: LevelChange) -> tuple[str, str]:
    return formats.signed(change.score, formats.points)


def _only_csv(key: str, value: Callable[[Cell], float | None]) -> Column[Cell]:
    return Column(
        name=key,
        key=key,
        cell=lambda cell: _short(value(cell)),
        value=lambda cell: _short(value(cell)),
        shown=Output.CSV,
    )


LEVELS: tuple[Column[Cell], ...] = (
    label("model", "model", lambda cell: cell.model),
    label("family", "family", lambda cell: cell.family, shown=Output.CSV),
    Column(name="level", key="level", cell=lambda cell: str(cell.level)),
    Column(name="n", key="n", cell=lambda cell: str(cell.n)),
    Column(
        name="score",
        key="score",
        aside="95 % interval",
        cell=_score,
        value=lambda cell: _short(cell.score.estimate),
    ),
    _only_csv("low", lambda cell: cell.score.low),
    _only_csv("high", lambda cell: cell.score.high),
    Column(
        name="partial",
        key="partial",
        cell=lambda cell: _share(cell.partial),
        value=lambda cell: _short(cell.partial),
    ),
    Column(name=str(Outcome.TRUNCATED), key=str(Outcome.TRUNCATED), cell=lambda cell: _share(cell.truncated / cell.n)),
)
"""Every model on every level: README.md over all families, cells.csv family by family as well."""
PAIRS: tuple[Column[tuple[LevelChange, float]], ...] = (
    label("models", "model", lambda row: row[0].model),
    label("on", "what", lambda row: row[0].what),
    Column(name="n", key="n", cell=lambda row: str(row[0].n)),
    Column(name="difference", key="score", aside="95 % interval", cell=lambda row: _change(row[0])),
    Column(name="discordant", key="discordant", cell=lambda row: _share(row[1])),
)
"""Models against each other."""


def _levels(cells: Sequence[Cell]) -> Table:
    return table("Levels", LEVELS, cells, legend="Intervals take the items of a family as one cluster.")


def _floors(scores: Sequence[Cell], rows: pd.DataFrame) -> Iterator[str]:
    """What no model can do, and what all can."""
    first = [cell for cell in scores if not cell.family and cell.level == rows["level"].min()]
    if max(cell.score.estimate for cell in first) <= FLOOR:
        yield f"MISS: no model scores more than {100 * FLOOR:.0f} % on the lowest level."
    means = rows.groupby(["family", "level", "model"])["score"].mean().unstack("model")
    none, every = int((means == 0).all(axis=1).sum()), int((means == 1).all(axis=1).sum())
    yield f"Of {len(means)} cells of family and level, {none} are solved by no model, {every} wholly by every one."
    for model, part in rows.groupby("model", sort=False):
        cut = (part["outcome"] == Outcome.TRUNCATED).mean()
        yield f"{model}: {100 * cut:.1f} % of {len(part)} answers were truncated."


def _changes(title: str, what: str, changes: Iterable[LevelChange]) -> Table:
    columns: tuple[Column[LevelChange], ...] = (
        label("model", "model", lambda change: change.model),
        label(what, "what", lambda change: change.what),
        Column(name="n", key="n", cell=lambda change: str(change.n)),
        Column(name="change", key="score", aside="interval", cell=_change),
    )
    return table(title, columns, changes)


def _directions(rows: pd.DataFrame) -> Iterator[str]:
    """Whether scores fall with the level, as they should."""
    yield "95 % intervals (Miettinen and Nurminen), for more items of these families."
    yield "A harder level should not score higher."
    for step in steps(rows):
        if step.score.estimate > 0:
            beyond = step.score.low is not None and step.score.low > 0
            yield f"{'MISS' if beyond else 'Within chance'}: {step.model} scores higher after {step.what}."


def _pairs(rows: pd.DataFrame) -> Table:
    legend = "Families as clusters. Discordant: scores that differ."
    return table("Models against each other", PAIRS, between(rows), legend=legend)


def _surprises(changes: Sequence[LevelChange]) -> Iterator[str]:
    """Fresh exams that are easier or harder than chance allows."""
    yield "99 % intervals (Miettinen and Nurminen): the fresh exam's score minus the first run's, cells weighted alike."
    for change in changes:
        low, high = change.score.low, change.score.high
        if low is not None and high is not None and not low <= 0 <= high:
            yield f"MISS: {change.model} scores otherwise on {change.what}."


def _section(made: Table, *remarks: str) -> list[str]:
    notes = [f"- {remark}" for remark in (made.legend, *remarks) if remark]
    return [f"## {made.title}", "", *grid.markdown(made), "", *notes, *([""] if notes else [])]


def main(argv: Sequence[str] | None = None) -> int:
    """Writes both files; returns the exit code."""
    parser = argparse.ArgumentParser(prog=PROGRAM, description=__doc__)
    parser.add_argument("run", type=Path, help="the folder of a run with the whole suite")
    parser.add_argument("--suite", required=True)
    parser.add_argument("--exam", type=Path, action="append", default=[], help="a run of a fresh exam; repeatable")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    options = parser.parse_args(argv)
    try:
        files = document(options.suite, options.run, options.exam)
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    for name, text in files.items():
        write_text(options.output, name, text)
    print(f"{options.output}: {', '.join(files)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
