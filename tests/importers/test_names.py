"""Vendors, efforts, and labels that tell rows apart."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bench.importers.ledger import KEPT, Ledger
from bench.importers.names import effort_in, unique_labels
from bench.records.aggregates import AggregateRow
from bench.records.vendors import vendor_of

ROW = AggregateRow(
    source="s", source_commit=None, retrieved=None, licence=None, suite="quiz", suite_version=None, harness="h 1",
    model="opus", model_raw="opus", vendor=None, provider=None, effort=None, settings=None, date=None, n=10,
    successes=5, score=0.5, cost_total_usd=None, cost_basis=None, latency_mean_s=None, calls_mean=None,
    comparable="quiz",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("Claude 4.5 Opus (high)", "anthropic"), ("o3 (high)", "openai"), ("gpt-oss-120b", "openai"),
        ("chatgpt-4o-latest", "openai"), ("Codestral 25.01", "mistralai"), ("DeepSeek R1", "deepseek"),
        ("DeepSeek-R1-Distill-Qwen-32B", "deepseek"), ("Qwen3 235B", "qwen"), ("QwQ-32B", "qwen"),
        ("Alibaba Cloud", "qwen"), ("Kimi K2", "moonshotai"), ("GLM-4.6 (T=1)", "z-ai"), ("GLM 5 (high)", "z-ai"),
        ("Z.ai", "z-ai"), ("Minimax M2", "minimax"), ("grok-4", "x-ai"), ("yi-lightning", "01-ai"),
        ("Llama 4 Maverick", "meta-llama"), ("o3 (high) + gpt-4.1", None), ("Quasar Alpha", None), ("", None),
    ],
)  # fmt: skip
def test_vendors(name: str, vendor: str | None) -> None:
    assert vendor_of(name) == vendor


@pytest.mark.parametrize(
    ("name", "effort"),
    [
        ("opus (32k think)", "32k think"), ("GPT-5.1 (2025-11-13) (medium effort)", "medium effort"),
        ("GLM 5 (high)", "high"), ("opus (no think)", "no think"), ("Claude 4 Opus (20250514)", None),
    ],
)  # fmt: skip
def test_efforts(name: str, effort: str | None) -> None:
    assert effort_in(name) == effort


def labels(*rows: AggregateRow) -> tuple[list[str | None], Ledger]:
    ledger = Ledger()
    found = unique_labels([(f"row {at}", row) for at, row in enumerate(rows)], ledger)
    return [row.model if row else None for row in found], ledger


def test_a_name_that_stands_once_in_each_suite_stays() -> None:
    assert labels(ROW, replace(ROW, suite="other"))[0] == ["opus", "opus"]


def test_what_differs_is_added_and_no_more() -> None:
    rows = [replace(ROW, effort=effort, date=date) for effort, date in ((None, "2026-01-01"), ("high", "2026-02-02"))]
    assert labels(*rows)[0] == ["opus", "opus [high]"]
    rows = [replace(ROW, effort="high", settings=s) for s in ("diff", "whole")]
    assert labels(*rows, replace(ROW, suite="other", effort="high", settings="x"))[0] == [
        "opus [diff]", "opus [whole]", "opus [x]",
    ]  # fmt: skip


def test_rows_that_nothing_tells_apart_are_duplicates() -> None:
    found, ledger = labels(ROW, replace(ROW, successes=9))
    assert found == ["opus", None]
    assert ledger.dropped == [
        {"row": "row 1", "why": "opus stands in quiz already; nothing but its numbers tells them apart"}
    ]


def test_the_ledger_counts_all_and_keeps_some() -> None:
    ledger = Ledger()
    for at in range(KEPT + 5):
        ledger.drop(f"row {at}", "no reason")
        ledger.unknown("cost unknown")
    ledger.note("said once")
    ledger.note("said once")
    record = ledger.as_record()
    assert record["dropped_count"] == KEPT + 5
    assert len(record["dropped"]) == KEPT
    assert record["notes"] == ["said once", f"cost unknown (rows: {KEPT + 5})"]


@pytest.mark.parametrize("piece", ["(think", "think", "(", "low "])
def test_a_long_name_is_read_in_time(piece: str) -> None:
    begun = time.process_time()
    assert effort_in("(" + piece * 20_000) is None
    assert time.process_time() - begun < 1.0
