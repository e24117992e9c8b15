"""What is made of load.csv: rates, percentiles and the knee, on calls whose truth is known, and its chart."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from bench.records import LoadRow, in_flight, steady
from bench.report.charts import loadcurve
from bench.report.numbers.load import LoadCurve, load_curves


def row(model: str, at_once: int, number: int, begun: float, wall_s: float, **more: object) -> LoadRow:
    usual = {"answered": True, "attempts": 1, "timing_ok": True, "ttft_s": wall_s / 4, "ttfat_s": wall_s / 4}
    usual |= {"latency_s": wall_s, "tpot_s": 0.02, "out_total": 50}
    return LoadRow(
        model=model,
        at_once=at_once,
        number=number,
        begun=begun,
        wall_s=wall_s,
        **{**usual, **more},  # type: ignore[arg-type]
    )


def queue(model: str, at_once: int, servers: int, mean_s: float = 1.0, calls: int = 0, seed: int = 1) -> list[LoadRow]:
    """Calls of `at_once` slots at an endpoint that serves `servers` of them at a time, first come first served."""
    rng = random.Random(f"{seed} {model} {at_once}")
    slots, free, rows = [0.0] * at_once, [0.0] * servers, []
    for number in range(calls or max(32, 4 * at_once)):
        slot, server = int(np.argmin(slots)), int(np.argmin(free))
        begun = slots[slot]
        end = max(begun, free[server]) + rng.uniform(0.8, 1.2) * mean_s
        slots[slot] = free[server] = end
        rows.append(row(model, at_once, number, begun, end - begun))
    return rows


def curve(servers: int, model: str = "qwen", loads: tuple[int, ...] = (1, 4, 16, 64)) -> LoadCurve:
    rows = [row for load in loads for row in queue(model, load, servers)]
    (made,) = load_curves(rows, [model])
    return made


def test_throughput_is_that_of_the_endpoint_and_its_knee_is_seen() -> None:
    made = curve(servers=16)
    rates = [point.answers_per_s for point in made.points]
    for rate, truth in zip(rates, (1, 4, 16, 16), strict=True):
        assert rate
        assert rate.estimate == pytest.approx(truth, rel=0.06)
    assert (made.knee, made.knee_at) == ("reached", 16)
    assert made.points[3].tokens_per_s
    assert made.points[3].tokens_per_s.estimate == pytest.approx(16 * 50, rel=0.06)
    slow, fast = made.points[3].time("ttft_s").p50_s, made.points[0].time("ttft_s").p50_s
    assert slow
    assert fast
    assert slow.estimate > 2.5 * fast.estimate


def test_where_throughput_still_grows_there_is_no_knee() -> None:
    assert (curve(servers=64).knee, curve(servers=64).knee_at) == ("above", None)
    assert curve(servers=64, loads=(4,)).knee is None


def test_a_gain_that_chance_may_have_made_is_no_knee() -> None:
    knees = [load_curves(queue("qwen", 4, 4, seed=s) + queue("qwen", 16, 8, seed=s), ["qwen"])[0].knee for s in (1, 2)]
    assert knees == ["unclear", "unclear"]  # twice the answers of four times the calls: on the line


def test_an_interruption_and_idle_slots_count_in_no_rate() -> None:
    before = queue("qwen", 4, 4, calls=40)
    later = [row("qwen", 4, 40 + at, r.begun + 3600, r.wall_s) for at, r in enumerate(queue("qwen", 4, 4, calls=40))]
    (made,) = load_curves([*before, *later], ["qwen"])
    assert made.points[0].answers_per_s
    assert made.points[0].answers_per_s.estimate == pytest.approx(4, rel=0.1)
    alone = [row("qwen", 8, number, 2.0 * number, 1.0) for number in range(32)]
    assert steady(alone) == []
    (idle,) = load_curves(alone, ["qwen"])
    assert (idle.points[0].n, idle.points[0].answers_per_s, idle.points[0].errors) == (0, None, None)


def test_calls_in_step_are_all_in_flight() -> None:
    rows = [row("qwen", 4, 4 * step + slot, step + 0.0, 1.0) for step in range(3) for slot in range(4)]
    assert in_flight(rows) == pytest.approx([4.0] * 12)


def test_in_flight_is_the_mean_over_a_calls_life() -> None:
    rows = queue("qwen", 5, 3, calls=30)
    for mine, count in zip(rows, in_flight(rows), strict=True):
        end = mine.begun + mine.wall_s
        shared = sum(max(0.0, min(end, r.begun + r.wall_s) - max(mine.begun, r.begun)) for r in rows)
        assert count == pytest.approx(shared / mine.wall_s)


def test_failures_and_retries_are_errors_and_in_no_time() -> None:
    rows = [
        row("qwen", 1, number, float(number), 1.0, answered=number % 4 != 0, attempts=1 + (number % 4 == 1))
        for number in range(40)
    ]
    (point,) = load_curves(rows, ["qwen"])[0].points
    assert point.errors
    assert point.errors.estimate == pytest.approx(19 / 39)
    assert (point.failed, point.n) == (9, 39)
    times = point.time("e2e_s").p50_s
    assert times
    assert times.n == 20
    assert point.answers_per_s
    assert point.answers_per_s.estimate == pytest.approx(30 / 39)


def test_one_and_two_models_are_drawn() -> None:
    curves = [curve(servers, f"model-{servers}") for servers in (2, 64)]
    for shown in (curves[:1], curves):
        figure = loadcurve.draw(shown, ["model-2", "model-64"], "n", "wide")
        panels = figure.get_axes()
        assert len(panels) == 4
        for axes in panels:
            lines = [line for line in axes.get_lines() if len(line.get_xdata()) == 4]  # type: ignore[arg-type]
            assert len(lines) == len(shown)
            assert all(np.isfinite(np.asarray(line.get_ydata(), dtype=float)).all() for line in lines)
    heights = [np.asarray(line.get_ydata(), dtype=float) for line in panels[0].get_lines()]
    whole = next(each for each in heights if len(each) == 4)
    assert all(b >= 0.9 * a for a, b in pairwise(whole))
