"""A local server's time: what its calls own, and what belongs to none of them."""

from __future__ import annotations

from bench.costs.machine import ServerTime, as_recorded, busy_s
from bench.report.text.machine import machine_notes
from tests import runjson
from tests.costs.test_answers import call


def test_calls_own_their_machine_time() -> None:
    calls = [
        call(machine_s=2.0, machine_retries_s=0.5),
        call(machine_s=None, machine_retries_s=None),
        call(machine_s=9.0, source_run="earlier"),
    ]
    assert busy_s(calls) == 2.5


def test_the_rest_is_idle() -> None:
    assert ServerTime(1.0, 10.0, 7.5).idle_s == 2.5
    assert ServerTime(1.0, 7.0, 7.1).idle_s == 0, "clocks differ by a little"


def test_parts_of_a_run_add_up() -> None:
    first = as_recorded({"a": ServerTime(1.0, 10.0, 7.0)}, {})
    assert first["a"].to_json() == {"load_s": 1.0, "busy_s": 7.0, "idle_s": 3.0}
    both = as_recorded({"a": ServerTime(2.0, 5.0, 4.0), "b": ServerTime(1.0, 1.0, 1.0)}, first)
    assert {label: time.to_json() for label, time in both.items()} == {
        "a": {"load_s": 3.0, "busy_s": 11.0, "idle_s": 4.0},
        "b": {"load_s": 1.0, "busy_s": 1.0, "idle_s": 0.0},
    }
    assert first["a"].load_s == 1.0


def test_the_report_shows_them_apart() -> None:
    seconds = {"load_s": 3.0, "busy_s": 11.0, "idle_s": 6.0}
    models = {"a": {"model": "weights/a", "usd_per_hour": 4.0}, "b": {"model": "weights/b", "usd_per_hour": None}}
    with_price, without = machine_notes(runjson.record(machine_time={"a": seconds, "b": seconds}, models=models))
    assert with_price == (
        "a: its server loaded for 3.0 s and idled for 6.0 s, 0.01 USD, in no item's cost; it answered for 11.0 s."
    )
    assert without == "b: its server loaded for 3.0 s and idled for 6.0 s, in no item's cost; it answered for 11.0 s."
    assert machine_notes(runjson.record()) == []
