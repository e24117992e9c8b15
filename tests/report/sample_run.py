"""Hand-made run folders for tests of everything right of the tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from bench.records import write_tables
from bench.records.tables import AnswerRow, ItemRow
from tests import runjson

ANSWERED = ItemRow(
    run="20261120T101500Z-0123abcd", suite="reasoning", task="chain_sum", task_version="1", item="0",
    family="chain_sum", level=1, language="en", cluster="chain_sum", prompt_sha256="00", model="small",
    served_model="small-2026", provider="weights", repeat=0, order=0, score=1.0, partial=None,
    outcome="answered", in_uncached=100,
    in_cache_read=None, in_cache_write_5m=None, in_cache_write_1h=None, out_total=50, out_reasoning=None,
    cost_usd=0.001, cost_retries_usd=0.0, cost_cap_usd=None, price_id="usd_per_hour=0.1", ttft_s=0.1, ttfat_s=0.2,
    latency_s=1.2, wall_s=1.3, tpot_s=0.02, queue_s=0.0, attempts=1, timing_ok=True, reused=False,
    sampling_requested='{"temperature": 0.0}', sampling_applied='{"temperature": 0.0}', sandbox=None,
    started_at="2026-11-20T10:15:01.000+00:00",
)  # fmt: skip
"""A row to begin from with `dataclasses.replace`."""

_UNASKED = (
    "score", "served_model", "in_uncached", "out_total", "cost_usd", "cost_retries_usd", "ttft_s", "ttfat_s",
    "latency_s", "wall_s", "tpot_s", "queue_s", "timing_ok", "sampling_requested", "sampling_applied", "started_at",
)  # fmt: skip


def not_asked(row: ItemRow) -> ItemRow:
    """The row of an item that only another model was asked."""
    unknown: dict[str, Any] = dict.fromkeys(_UNASKED)
    return replace(row, outcome="not_asked", attempts=0, **unknown)


def model(name: str = "weights/small", **changes: Any) -> dict[str, Any]:
    """A model's part of the manifest."""
    settings = {
        "model": name, "max_tokens": 320, "usd_per_hour": 0.1, "slots": 1, "prompt_cache": False, "temperature": None,
    }  # fmt: skip
    return {**settings, **changes}


def with_prompts(rows: Sequence[ItemRow]) -> list[ItemRow]:
    """The rows with a prompt for each item, unless they say otherwise."""
    return [
        replace(row, prompt_sha256=f"{row.task}/{row.item}") if row.prompt_sha256 == ANSWERED.prompt_sha256 else row
        for row in rows
    ]


def write_run(
    folder: Path,
    rows: Sequence[ItemRow],
    details: Mapping[int, Mapping[str, Any]] | None = None,
    **manifest: Any,
) -> Path:
    """Writes run.json and the tables; `details` is grade_detail by row number, `manifest` replaces its fields.

    Items have a prompt each, unless their rows say otherwise.
    """
    rows = with_prompts(rows)
    answers = [_answer(row, (details or {}).get(number)) for number, row in enumerate(rows)]
    write_tables(folder, rows, answers)
    items = {(row.suite, row.task, row.item) for row in rows}
    about: dict[str, Any] = {
        "run": ANSWERED.run,
        "started_at": "2026-11-20T10:15:00.000+00:00",
        "finished_at": "2026-11-20T10:25:00.000+00:00",
        "settings": {"repeats": 1},
        "suites": {
            suite: {"items_planned": sum(item[0] == suite for item in items), "items_available": 240}
            for suite in _distinct(row.suite for row in rows)
        },
        "models": {label: model() for label in _distinct(row.model for row in rows)},
        "versions": {"claimbench": "0.1.0"},
        "stopped": {},
    }
    runjson.put(folder, {**about, **manifest})
    return folder


def _answer(row: ItemRow, detail: Mapping[str, Any] | None) -> AnswerRow:
    shared = {f.name: getattr(row, f.name) for f in fields(AnswerRow) if hasattr(row, f.name)}
    return AnswerRow(
        **shared, prompt="[]", answer="4", reasoning="", extracted="4", finish_reason="stop", error=None,
        grade_detail=json.dumps(detail) if detail else None,
    )  # fmt: skip


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
