"""A run as records of Every Eval Ever, one a model: its score on each suite, with n and a 95 % interval.

Written by schema 0.2.1. The format has no place for dollars, so a run's costs stand in `details`, as texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import clean
from bench.records import RunRecord, read_aggregates, read_run, sha256_of, write_text
from bench.stats import proportion_interval

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "0.2.1"
"""The version of eval.schema.json that the records follow."""


def write_records(folder: Path, output: Path) -> list[Path]:
    """Writes a record for each model of a run into a folder; returns them. UsageError for a damaged run."""
    record, items = read_run(folder)
    results: dict[str, list[dict[str, Any]]] = {label: [] for label in record.models}
    for label, result in [*_of_items(items), *_of_totals(folder)]:
        results.setdefault(label, []).append(result)
    written = []
    for label, each in results.items():
        if each:
            short = label if len(label) <= 100 else f"{label[:90]}-{sha256_of(label)[:8]}"
            name = re.sub(r"[^A-Za-z0-9.-]+", "_", f"{record.run[:100]}_{short}").strip("_.") + ".json"
            text = clean.terminal(json.dumps(_record(record, label, each), indent=2, ensure_ascii=False) + "\n")
            write_text(output, name, text)
            written.append(output / name)
    return written


def _record(record: RunRecord, label: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    model = record.models[label].model if label in record.models else label
    developer, _, name = model.partition("/")
    seconds = str(int(datetime.fromisoformat(record.written_at or record.started_at).timestamp()))
    return {
        "schema_version": SCHEMA,
        "evaluation_id": f"claimbench/{model}/{seconds}",
        "evaluation_timestamp": record.started_at,
        "retrieved_timestamp": seconds,
        "source_metadata": {
            "source_name": f"claimbench run {record.run}",
            "source_type": "evaluation_run",
            "source_organization_name": "unknown",
            "evaluator_relationship": "other",
        },
        "eval_library": {"name": "claimbench", "version": record.versions.get("claimbench", "unknown")},
        "model_info": {"name": label, "id": model, "developer": developer if name else "unknown"},
        "evaluation_results": results,
    }


def _of_items(items: pd.DataFrame) -> Iterator[tuple[str, dict[str, Any]]]:
    """A score is the mean over items of the mean over an item's repeats."""
    for (label, suite), part in items.groupby(["model", "suite"], sort=False):
        by_item = part.groupby(["task", "item"]).agg(score=("score", "mean"), cluster=("cluster", "first"))
        by_item = by_item[by_item["score"].notna()]
        if by_item.empty:
            continue
        interval = proportion_interval(by_item["score"].astype(float), list(by_item["cluster"]))
        uncertainty: dict[str, Any] = {"num_samples": len(by_item)}
        if interval.low is not None and interval.high is not None:
            bounds = {"lower": interval.low, "upper": interval.high, "confidence_level": 0.95}
            uncertainty["confidence_interval"] = {**bounds, "method": _method(by_item)}
        usd = part["cost_usd"]
        details = {} if usd.isna().any() else {"cost_usd": repr(float(usd.sum()))}
        details |= {"missing": str(int(part["score"].isna().sum()))}
        yield str(label), _result(str(suite), interval.estimate, uncertainty, details)


def _method(by_item: pd.DataFrame) -> str:
    """What the interval takes items for."""
    return "items independent" if by_item["cluster"].is_unique else "items of one cluster dependent"


def _of_totals(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for row in read_aggregates(folder):
        if row.score is not None:
            uncertainty = {} if row.n is None else {"num_samples": row.n}
            details = {} if row.cost_total_usd is None else {"cost_usd": repr(float(row.cost_total_usd))}
            yield row.model, _result(row.suite, float(row.score), uncertainty, details)


def _result(suite: str, score: float, uncertainty: Mapping[str, Any], details: Mapping[str, str]) -> dict[str, Any]:
    return {
        "evaluation_name": suite,
        "source_data": {"dataset_name": suite, "source_type": "other"},
        "metric_config": {"lower_is_better": False, "score_type": "continuous", "min_score": 0.0, "max_score": 1.0},
        "score_details": {
            "score": score,
            **({"uncertainty": dict(uncertainty)} if uncertainty else {}),
            **({"details": dict(details)} if details else {}),
        },
    }
