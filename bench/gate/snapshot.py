"""What a gate keeps of a run: every item's hash, outcomes and tokens, sketches of latency, and what the run was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import IncompleteError, UsageError, suggest
from bench.records import (
    Outcome,
    RecordedModel,
    RunRecord,
    effective_cost,
    is_graded,
    is_local,
    read_record,
    read_table,
    require_all,
    require_scores,
)

if TYPE_CHECKING:
    import pandas as pd

SETTINGS = (
    "model", "max_tokens", "effort", "thinking", "thinking_budget", "temperature", "top_p", "seed", "region", "slots",
    "threads", "context",
)  # fmt: skip
"""A model's settings that are kept, as run.json names them; `weights_sha256` and the sampling sent are added."""
MACHINE = ("cpu", "cores", "memory_bytes")
"""What distinguishes machines."""
QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
"""A latency sketch's quantiles, in seconds."""
PROMPT_DIGITS = 16
"""How much of a prompt's sha256 is kept."""
_MACHINE_TIME = "usd_per_hour="
_IN = ("in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h")


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer to an item."""

    score: float | None
    """In [0, 1]; None if missing."""
    outcome: str
    """See `Outcome`."""
    tokens_in: int | None
    """Prompt tokens; None if not reported."""
    tokens_out: int | None
    """Generated tokens, reasoning included; None if not reported."""
    cost_usd: float | None
    """USD, earlier billed attempts included; None if unknown, and for local weights, whose cost is machine time."""


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item and its answers."""

    prompt: str
    """The first 16 hex digits of the prompt's sha256."""
    samples: tuple[Sample, ...]
    """One a repeat, in order."""


@dataclass(frozen=True, slots=True)
class SuiteRecord:
    """What one model made of one suite."""

    items: Mapping[str, ItemRecord]
    """By "task/item"."""
    latency: Mapping[str, Mapping[str, float]]
    """Sketches of "e2e_s" and "ttfat_s", clean first-hand timings only: QUANTILES in seconds, and "n"."""
    prices: tuple[str, ...]
    """The prices that made the costs, distinct and sorted."""
    sampling: tuple[str, ...]
    """The sampling that was sent, as JSON, distinct and sorted."""
    served: tuple[str, ...]
    """The model ids that the endpoint reported, distinct and sorted."""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """One model of a run."""

    settings: Mapping[str, Any]
    """SETTINGS as far as they are set, and "weights_sha256"."""
    suites: Mapping[str, SuiteRecord]
    """By name."""

    @property
    def local(self) -> bool:
        """Whether its weights ran on the run's own machine."""
        return is_local(str(self.settings.get("model", "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A run, as far as a gate compares it with another."""

    run: str
    """The run's id."""
    started_at: str
    """UTC, ISO 8601."""
    machine: Mapping[str, Any]
    """MACHINE, as far as the run recorded it."""
    versions: Mapping[str, str | None]
    """Versions of what can change a result, by distribution."""
    prices_as_of: str | None
    """The day of the price list; None if the run has none."""
    tasks: Mapping[str, Mapping[str, str | None]]
    """"version" and "sha256" by task; the hash is None where the run recorded none."""
    models: Mapping[str, ModelRecord]
    """By label; those that were asked anything."""
    unasked: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Planned answers that were never asked for, by model and suite; none in a baseline's file."""
    looks: Mapping[str, str] = field(default_factory=dict)
    """Of a run that was judged on its way: where each claim stands, in words; none in a baseline's file."""
    ended: bool = False
    """Whether it ended early, once its claims were decided."""

    @property
    def suites(self) -> tuple[str, ...]:
        """The names of all suites, in order."""
        return tuple(dict.fromkeys(suite for model in self.models.values() for suite in model.suites))

    def model(self, label: str) -> ModelRecord:
        """A model by its label. UsageError if there is none."""
        if label not in self.models:
            raise UsageError(f"run {self.run} has no model '{label}'.{suggest(label, self.models)}")
        return self.models[label]

    def require_complete(self, models: Collection[str] | None = None, suites: Collection[str] = ()) -> None:
        """IncompleteError if one of these models (default: all) was not asked all of these suites (default: all)."""
        for (model, suite), count in self.unasked.items():
            if (models is None or model in models) and (not suites or suite in suites):
                why = "ended once its claims were decided" if self.ended else "is incomplete"
                raise IncompleteError(
                    f"run {self.run} {why}: {count} answers of {model}, {suite} were never asked for. "
                    "Continue it first: bench run"
                )


def task_of(key: str, tasks: Collection[str]) -> str | None:
    """The task of "task/item" among those known: names of tasks and of items may hold a slash. None if unknown."""
    return max((task for task in tasks if key.startswith(f"{task}/")), key=len, default=None)


def take(folder: Path, table: str = ".") -> Snapshot:
    """The snapshot of a run folder; `table` is where its items.parquet is. UsageError if it is not a run folder."""
    record, items = read_record(folder), read_table(folder / table, "items")
    require_scores(items, folder / table / "items.parquet")
    if table == ".":  # the second answers are to some of the items
        require_all(items, record, folder / "items.parquet")
    return of(items, record)


def of(items: pd.DataFrame, record: RunRecord) -> Snapshot:
    """The snapshot of a run's items table and record."""
    ungraded = items.loc[~is_graded(items), "suite"].astype(str).unique()
    if len(ungraded):
        raise UsageError(
            f"run {record.run}: nothing grades some answers of {', '.join(ungraded)}, and a gate compares scores. "
            "Leave that suite out of the run, or judge cost and latency with: bench claim"
        )
    machine = record.machine.to_json() if record.machine else {}
    versions = items.groupby("task")["task_version"].first()
    hashes = {name: task.sha256 for name, task in record.tasks.items()}
    unasked = items[items["outcome"] == Outcome.NOT_ASKED]
    return Snapshot(
        run=record.run,
        started_at=record.started_at,
        machine={key: machine[key] for key in MACHINE if key in machine},
        versions=dict(record.versions),
        prices_as_of=record.prices_as_of,
        tasks={
            str(task): {"version": str(version), "sha256": hashes.get(str(task))} for task, version in versions.items()
        },
        models={
            label: ModelRecord(_settings(about), suites)
            for label, about in record.models.items()
            if (suites := dict(_suites(items[items["model"] == label])))
        },
        looks=record.looks.standings() if record.looks else {},
        ended=record.looks is not None and record.looks.done and record.finished_at is None,
        unasked=Counter(zip(unasked["model"].astype(str), unasked["suite"].astype(str), strict=True)),
    )


def _settings(about: RecordedModel) -> dict[str, Any]:
    kept = {key: value for key in SETTINGS if (value := getattr(about, key)) is not None}
    weights = about.identity.get("weights_sha256")
    return {**kept, "weights_sha256": weights} if weights else kept


def _suites(rows: pd.DataFrame) -> Iterator[tuple[str, SuiteRecord]]:
    for suite, table in rows[rows["outcome"] != Outcome.NOT_ASKED].groupby("suite"):
        yield (
            str(suite),
            SuiteRecord(
                items=_items(table),
                latency=_latency(table),
                prices=_distinct(table["price_id"]),
                sampling=_distinct(table["sampling_applied"]),
                served=_distinct(table["served_model"]),
            ),
        )


def _items(table: pd.DataFrame) -> dict[str, ItemRecord]:
    rows = table.sort_values(["task", "item", "repeat"])
    machine_time = rows["price_id"].fillna("").astype(str).str.startswith(_MACHINE_TIME)
    columns = [
        *(rows[name] for name in ("task", "item", "prompt_sha256", "score", "outcome")),
        rows[list(_IN)].sum(axis=1, min_count=1),
        rows["out_total"],
        effective_cost(rows).where(~machine_time),
    ]
    by_key: dict[str, tuple[str, str, list[Sample]]] = {}
    for task, item, prompt, score, outcome, tokens_in, tokens_out, cost in zip(*map(_plain, columns), strict=True):
        sample = Sample(
            None if score is None else float(score),
            str(outcome),
            None if tokens_in is None else int(tokens_in),
            None if tokens_out is None else int(tokens_out),
            None if cost is None else float(f"{cost:.6g}"),
        )
        key = f"{task}/{item}"
        known = by_key.setdefault(key, (task, str(prompt)[:PROMPT_DIGITS], []))
        if known[0] != task:
            raise UsageError(f"two items are both called {key}: of task {known[0]} and of {task}. Rename one task.")
        known[2].append(sample)
    return {key: ItemRecord(prompt, tuple(samples)) for key, (_, prompt, samples) in by_key.items()}


def _plain(column: pd.Series[Any]) -> list[Any]:
    values = column.astype(object)
    plain: list[Any] = values.where(column.notna(), None).tolist()
    return plain


def _latency(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    clean = table[table["timing_ok"].fillna(False).astype(bool) & ~table["reused"].astype(bool)]
    sketches = {}
    for name, column in (("e2e_s", "latency_s"), ("ttfat_s", "ttfat_s")):
        seconds = clean[column].dropna().astype(float)
        if len(seconds):
            sketch = {key: round(float(seconds.quantile(share)), 3) for key, share in QUANTILES.items()}
            sketches[name] = {"n": len(seconds), **sketch}
    return sketches


def _distinct(column: pd.Series[Any]) -> tuple[str, ...]:
    return tuple(sorted({str(value) for value in column.dropna()}))
