"""What the comparison says of sampling, thinking and our own clocks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.records.tables import ItemRow
from bench.report import compare
from bench.report.text import tables
from bench.report.text.clocks import clock_notes
from tests import runjson
from tests.report.sample_run import ANSWERED, model, not_asked, write_run

pytestmark = pytest.mark.usefixtures("shortcuts")

SENT = {"temperature": "sent", "top_p": "sent", "seed": "sent"}


def rows(label: str, asked: dict[str, float], sent: dict[str, float], suite: str = "reasoning") -> list[ItemRow]:
    row = replace(
        ANSWERED,
        model=label,
        suite=suite,
        task=suite,
        sampling_requested=json.dumps(asked),
        sampling_applied=json.dumps(sent),
    )
    return [row, replace(row, item="1")]


def vendor(rules: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    return model("acme/one", rules=rules or {}, **{"sampling": SENT, **settings})


def notes(folder: Path, table: list[ItemRow], **models: dict[str, Any]) -> tuple[str, ...]:
    comparison = compare(write_run(folder, table, models=models))
    assert set(comparison.sampling) <= set(tables.notes(comparison)), "the table says it"
    return tuple(map(str, comparison.sampling))


@pytest.mark.parametrize(
    ("handling", "reason"),
    [
        (1.0, ": the vendor fixes it at 1"),
        (1, ": the vendor fixes it at 1"),
        ("ignored", ": the vendor ignores it"),
        ("forbidden", ": the vendor forbids it"),
        (None, ""),
    ],
)
def test_what_was_not_sent_is_said_with_the_reason(tmp_path: Path, handling: object, reason: str) -> None:
    found = notes(
        tmp_path, rows("one", {"temperature": 0.0}, {}), one=vendor(sampling={**SENT, "temperature": handling})
    )
    assert found == (f"one: temperature 0 asked, not sent{reason}.",)


def test_what_was_sent_as_asked_needs_no_word(tmp_path: Path) -> None:
    table = [*rows("one", {"temperature": 0.0}, {"temperature": 0.0}), *rows("two", {}, {}, suite="coding")]
    assert notes(tmp_path, table, one=vendor(), two=vendor()) == ()


def test_another_way_of_saying_it_is_said(tmp_path: Path) -> None:
    asked = {"temperature": 0.0, "seed": 7}
    table = rows("one", asked, {"temperature": 0.0})
    one = vendor({"greedy": {"do_sample": False}}, sampling={**SENT, "seed": "ignored"})
    assert notes(tmp_path, table, one=one) == (
        'one: temperature 0 is sent as {"do_sample": false}; seed 7 asked, not sent: the vendor ignores it.',
    )


def test_unlike_sampling_on_a_suite_is_a_warning(tmp_path: Path) -> None:
    zero = {"temperature": 0.0}
    table = [
        *rows("one", zero, {}), *rows("two", zero, zero), *rows("three", zero, {}),
        *rows("two", zero, zero, "coding"), *rows("four", {**zero, "seed": 1}, {**zero, "seed": 1}, "coding"),
    ]  # fmt: skip
    found = notes(
        tmp_path, table, one=vendor(sampling={**SENT, "temperature": 1.0}), two=vendor(),
        three=vendor(sampling={**SENT, "temperature": "forbidden"}), four=vendor(),
    )  # fmt: skip
    assert [line for line in found if line.startswith("WARNING")] == [
        "WARNING: on reasoning the models were sampled unlike (temperature: one 1, two 0, three the vendor's own); "
        "a difference may come of it."
    ]


def test_a_models_own_settings_are_unlike_too(tmp_path: Path) -> None:
    table = [*rows("one", {"top_p": 0.9}, {"top_p": 0.9}), *rows("two", {}, {})]
    (warning,) = notes(tmp_path, table, one=vendor(), two=vendor())
    assert "(top_p: one 0.9, two the vendor's own)" in warning


def test_a_fixed_value_that_was_asked_for_is_alike(tmp_path: Path) -> None:
    one = {"temperature": 1.0}
    table = [*rows("one", one, {}), *rows("two", one, one)]
    found = notes(tmp_path, table, one=vendor(sampling={**SENT, "temperature": 1.0}), two=vendor())
    assert found == ("one: temperature 1 asked, not sent: the vendor fixes it at 1.",)


def test_items_that_were_not_asked_say_nothing(tmp_path: Path) -> None:
    table = [*rows("one", {}, {}), *map(not_asked, rows("two", {}, {}))]
    assert notes(tmp_path, table, one=vendor(), two=vendor()) == ()


@pytest.mark.parametrize(
    ("settings", "rules", "said"),
    [
        ({}, {"thinks": "always", "effort_default": "medium"}, "always thinks, effort medium (its default)"),
        ({"effort": "high"}, {"thinks": "on", "effort_default": "medium"}, "thinks by default, effort high"),
        ({"thinking": False}, {"thinks": "on"}, "thinking off"),
        (
            {"thinking": True, "thinking_budget": 2048},
            {"thinks": "off"},
            "thinking on, at most 2048 tokens of thinking",
        ),
        ({}, {"thinks": "never"}, "does not think"),
        ({}, {"thinks": "off"}, "does not think by default"),
    ],
)
def test_how_a_model_thinks_is_said(tmp_path: Path, settings: dict[str, Any], rules: dict[str, Any], said: str) -> None:
    assert notes(tmp_path, rows("one", {}, {}), one=vendor(rules, **settings)) == (f"one: {said}.",)


def test_a_file_from_before_says_what_it_can(tmp_path: Path) -> None:
    assert notes(tmp_path, rows("one", {"temperature": 0.0}, {}), one=model()) == (
        "one: temperature 0 asked, not sent.",
    )


def test_our_own_error_stands_beside_the_latencies(tmp_path: Path) -> None:
    measured = [
        {"concurrency": n, "ttft_error_p50_s": 0.0004, "ttft_error_p99_s": 0.0031,
         "latency_error_p50_s": 0.0005, "latency_error_p99_s": 0.0125 * n} for n in (1, 8)
    ]  # fmt: skip
    calibration = {"measured_at": "2026-11-22T06:00:00.000+00:00", "measured": measured}
    folder = write_run(tmp_path, [ANSWERED], calibration=calibration)
    assert (
        "Our own latency error, measured on this machine against a known truth on 2026-11-22 (p50 / p99, ms): "
        "1 in flight: TTFT 0.4 / 3.1, E2E 0.5 / 12.5; 8 in flight: TTFT 0.4 / 3.1, E2E 0.5 / 100.0."
    ) in map(str, tables.notes(compare(folder)))
    assert clock_notes(runjson.record(calibration=None)) == clock_notes(runjson.record()) == []
