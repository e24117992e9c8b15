"""A plan's runs and gate baselines over time: what each model scored, cost and took, with the model that was served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError
from bench.gate import Snapshot, read
from bench.language import tr
from bench.records import RunRecord, read_run
from bench.report.numbers.comparison import suite_rows
from bench.stats import Interval, mean_interval, proportion_interval

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("score", "cost_per_1000_usd", "tokens_out", "e2e_p50_s")
"""What is followed, each a field of `HistoryPoint`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPoint:
    """One model on one suite in one run or baseline. Intervals are 95 %, items of one cluster as dependent."""

    run: str
    """The run's id."""
    started_at: str
    """When it began; UTC, ISO 8601."""
    baseline: bool
    """Whether it comes from a gate's baseline file, not from a run folder."""
    suite: str
    """The suite."""
    model: str
    """The model's label."""
    served: tuple[str, ...]
    """The model ids that the endpoint reported; empty where it reported none."""
    score: Interval | None
    """Mean score in [0, 1]; None without one."""
    cost_per_1000_usd: Interval | None
    """USD of 1,000 items; None where a cost is unknown, and in a baseline of local weights."""
    tokens_out: Interval | None
    """Mean generated tokens of an item; None where a count is unknown."""
    e2e_p50_s: Interval | None
    """Median end-to-end latency, seconds; of a baseline without bounds, None where nothing was timed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHistory:
    """The points of one family of plans."""

    points: tuple[HistoryPoint, ...]
    """By time."""
    left_out: Mapping[str, str]
    """Runs and files that are in no point, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A run or a baseline, as far as its place in the family is concerned."""

    name: str
    started_at: str
    tasks: Mapping[str, tuple[str | None, str | None]]
    """Version and content hash by task; None is unknown."""
    suites: Mapping[str, frozenset[str]]
    """Suite -> "task/item" of what was asked."""
    clusters: Mapping[str, str]
    """Cluster by "task/item"; empty for a baseline, which keeps none."""
    points: Any
    """Clusters of the family -> its points."""


def history(folders: Sequence[Path], files: Sequence[Path]) -> PlanHistory:
    """The points of all sources that ask what the newest asks. UsageError if one cannot be read, or none is left.

    A source is of the family where a suite of its has the same items and its tasks the same content as in the newest
    source; other suites of it are left out. A baseline keeps no clusters: it takes those of the runs, and has no
    interval of its scores without them.
    """
    sources = sorted([*map(_of_run, folders), *map(_of_file, files)], key=lambda source: _moment(source.started_at))
    if not sources:
        raise UsageError("there is no finished run here. Make one first: bench run")
    newest = sources[-1]
    clusters = {key: cluster for source in sources for key, cluster in source.clusters.items()}
    points: list[HistoryPoint] = []
    left_out: dict[str, str] = {}
    for source in sources:
        alike = {suite for suite in source.suites if _alike(source, newest, suite)}
        if not alike:
            left_out[source.name] = tr("asks other items, or tasks of other content, than the newest")
        points += [point for point in source.points(clusters) if point.suite in alike]
    return PlanHistory(points=tuple(points), left_out=left_out)


def _alike(source: _Source, newest: _Source, suite: str) -> bool:
    if source.suites[suite] != newest.suites.get(suite):
        return False
    tasks = {task for task in source.tasks if any(key.startswith(f"{task}/") for key in source.suites[suite])}
    pairs = [(source.tasks.get(task), newest.tasks.get(task)) for task in tasks]
    return all(a is None or b is None or _same(a, b) for a, b in pairs)


def _same(one: tuple[str | None, str | None], other: tuple[str | None, str | None]) -> bool:
    """By content where both know theirs, else by version."""
    return one[1] == other[1] if one[1] and other[1] else one[0] == other[0]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _of_run(folder: Path) -> _Source:
    record, items = read_run(folder)
    keys = items["task"].astype(str) + "/" + items["item"].astype(str)
    asked = {str(suite): frozenset(keys[rows.index]) for suite, rows in items.groupby("suite", observed=True)}
    return _Source(
        name=record.run,
        started_at=record.started_at,
        tasks={task: (about.version, about.sha256) for task, about in record.tasks.items()},
        suites=asked,
        clusters=dict(zip(keys, items["cluster"].astype(str), strict=True)),
        points=lambda _: list(_run_points(folder, record, items)),
    )


def _run_points(folder: Path, record: RunRecord, items: pd.DataFrame) -> Iterator[HistoryPoint]:
    for row in suite_rows(folder):
        mine = items[(items["suite"] == row.suite) & (items["model"] == row.model)]
        yield HistoryPoint(
            run=record.run,
            started_at=record.started_at,
            baseline=False,
            suite=row.suite,
            model=row.model,
            served=tuple(sorted(mine["served_model"].dropna().astype(str).unique())),
            score=row.score,
            cost_per_1000_usd=row.cost_per_1000_usd,
            tokens_out=row.tokens_out,
            e2e_p50_s=row.e2e_p50_s,
        )


def _of_file(path: Path) -> _Source:
    kept = read(path)
    asked: dict[str, set[str]] = {}
    for model in kept.models.values():
        for name, suite in model.suites.items():
            asked.setdefault(name, set()).update(suite.items)
    return _Source(
        name=str(path),
        started_at=kept.started_at,
        tasks={task: (about["version"], about["sha256"]) for task, about in kept.tasks.items()},
        suites={suite: frozenset(keys) for suite, keys in asked.items()},
        clusters={},
        points=lambda clusters: list(_file_points(kept, clusters)),
    )


def _file_points(kept: Snapshot, clusters: Mapping[str, str]) -> Iterator[HistoryPoint]:
    for label, model in kept.models.items():
        for name, suite in model.suites.items():
            values = {
                field: [(key, [getattr(sample, field) for sample in item.samples]) for key, item in suite.items.items()]
                for field in ("score", "cost_usd", "tokens_out")
            }
            scored = [(key, [v for v in found if v is not None]) for key, found in values["score"]]
            sketch = suite.latency.get("e2e_s")
            usd = _interval(values["cost_usd"], clusters, mean_interval)
            yield HistoryPoint(
                run=kept.run,
                started_at=kept.started_at,
                baseline=True,
                suite=name,
                model=label,
                served=suite.served,
                score=_interval([pair for pair in scored if pair[1]], clusters, proportion_interval),
                cost_per_1000_usd=None if usd is None else _thousand(usd),
                tokens_out=_interval(values["tokens_out"], clusters, mean_interval),
                e2e_p50_s=Interval(sketch["p50"], None, None, int(sketch["n"])) if sketch else None,
            )


def _interval(rows: Sequence[tuple[str, list[Any]]], clusters: Mapping[str, str], make: Any) -> Interval | None:
    """Of the items' means; None where a value is unknown, without bounds where a cluster is."""
    if not rows or any(value is None for _, values in rows for value in values):
        return None
    means = [sum(values) / len(values) for _, values in rows]
    if any(key not in clusters for key, _ in rows):
        return Interval(sum(means) / len(means), None, None, len(means))
    made: Interval = make(means, [clusters[key] for key, _ in rows])
    return made


def _thousand(usd: Interval) -> Interval:
    low, high = (None if bound is None else 1000 * bound for bound in (usd.low, usd.high))
    return Interval(1000 * usd.estimate, low, high, usd.n)
