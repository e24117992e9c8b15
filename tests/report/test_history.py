"""`bench history`: the same items over time, from run folders and baselines, and what is left out."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.report.charts.history import draw
from bench.report.numbers.comparison import compare
from bench.report.numbers.history import HistoryPoint, history
from tests.cli.conftest import Bench, bench
from tests.report.pictures import faults
from tests.report.sample_run import ANSWERED, write_run

__all__ = ["bench"]
DAYS = {"2026-09-01": ("v1", 20), "2026-10-01": ("v1", 18), "2026-11-01": ("v2", 12)}


def put(results: Path, day: str, served: str, right: int, items: int = 24) -> Path:
    run, at = f"{day.replace('-', '')}T101500Z-0123abcd", f"{day}T10:15:00.000+00:00"
    rows = [
        replace(
            ANSWERED, run=run, item=str(number), family=f"f{number % 8}", cluster=f"f{number % 8}", model=label,
            served_model=f"{label}-{served}", score=float(number < right), cost_usd=0.001 * (1 + number % 3),
            out_total=40 + number, latency_s=1 + number / 10, started_at=at, price_id="acme/small@2026-09-01",
        )
        for label in ("small", "large")
        for number in range(items)
    ]  # fmt: skip
    return write_run(results / run, rows, run=run, started_at=at, finished_at=at)


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [put(tmp_path / "results", day, served, right) for day, (served, right) in DAYS.items()]


def test_the_points_are_the_numbers_of_each_runs_own_report(folders: list[Path]) -> None:
    found = history([*reversed(folders)], [])
    assert [(p.run, p.model, p.served) for p in found.points][-2:] == [
        (folders[2].name, "small", ("small-v2",)),
        (folders[2].name, "large", ("large-v2",)),
    ]
    assert not found.left_out
    for row in compare(folders[1]).rows:
        [point] = [p for p in found.points if (p.run, p.model) == (folders[1].name, row.model)]
        assert (point.score, point.cost_per_1000_usd) == (row.score, row.cost_per_1000_usd)
        assert (point.tokens_out, point.e2e_p50_s) == (row.tokens_out, row.e2e_p50_s)


def test_a_baseline_has_the_same_numbers_and_takes_the_runs_clusters(bench: Bench, folders: list[Path]) -> None:
    assert bench("gate", folders[0].name, "--save", "gate.json").code == 0
    file = bench.folder / "gate.json"
    from_run, from_file = history(folders, []).points, history(folders[1:], [file]).points
    assert [p.baseline for p in from_file] == [True] * 2 + [False] * 4
    for ours, kept in zip(from_run[:2], sorted(from_file[:2], key=lambda p: p.model, reverse=True), strict=True):
        assert (kept.served, kept.score, kept.tokens_out) == (ours.served, ours.score, ours.tokens_out)
        assert ours.cost_per_1000_usd is not None
        assert kept.cost_per_1000_usd is not None
        assert kept.cost_per_1000_usd.estimate == pytest.approx(ours.cost_per_1000_usd.estimate)
        assert kept.e2e_p50_s is not None
        assert (kept.e2e_p50_s.low, kept.e2e_p50_s.n) == (None, 24)
    [alone, _] = history([], [file]).points
    assert alone.score is not None
    assert (alone.score.low, alone.score.high) == (None, None), "no cluster is known, so no interval"


@pytest.mark.usefixtures("folders")
def test_the_command_writes_page_chart_and_points(bench: Bench) -> None:
    put(bench.folder / "results", "2026-08-20", "v2", 5, items=8)
    done = bench("history")
    assert done.code == 0, done.err
    assert "left out: 20260820T101500Z-0123abcd asks other items, or tasks of other content, than" in done.out
    folder = bench.folder / "results" / "history"
    told = json.loads((folder / "history.json").read_text())
    assert told == json.loads(bench("history", "--json").out)
    rows = list(csv.DictReader((folder / "reasoning.csv").read_text().splitlines()))
    assert [float(row["score"]) for row in rows] == [point["score"]["estimate"] for point in told["points"]]
    assert rows[-1]["served"] == "large-v2"
    page = (folder / "history.html").read_text()
    assert page.count("small-v1") == 2
    assert "data:image/svg+xml;base64," in page
    assert not re.search(r"https?://", page.replace("http://www.w3.org", ""))


def test_it_speaks_chinese_with_the_same_numbers(bench: Bench, folders: list[Path]) -> None:
    put(bench.folder / "results", "2026-08-20", "v2", 5, items=8)
    english = bench("history", *(folder.name for folder in folders), "20260820T101500Z-0123abcd")
    assert english.code == 0, english.err
    done = bench("history", "--language", "zh", *(folder.name for folder in folders), "20260820T101500Z-0123abcd")
    assert done.code == 0, done.err
    page = (bench.folder / "results" / "history" / "history.html").read_text(encoding="utf-8")
    assert '<html lang="zh">' in page
    assert "得分、费用、令牌和延迟随时间的变化" in page
    assert "未列入：20260820T101500Z-0123abcd" in done.out
    assert "Left out" not in page
    number = re.compile(r"\d+(?:\.\d+)? %")
    assert number.findall(done.out) == number.findall(english.out)


def test_nothing_to_show_and_nothing_alike_is_said(bench: Bench, folders: list[Path]) -> None:
    record = folders[2] / "run.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "tasks": {"chain_sum": {"sha256": "b"}}}))
    (folders[1] / "run.json").write_text(
        json.dumps({**json.loads((folders[1] / "run.json").read_text()), "tasks": {"chain_sum": {"sha256": "a"}}})
    )
    found = json.loads(bench("history", "--json").out)
    assert [*found["left_out"]] == [folders[1].name], "its task has another content"
    empty = bench("history", "--results", "nowhere")
    assert (empty.code, "Make one first: bench run" in empty.err) == (2, True)


@pytest.mark.parametrize("models", [2, 12])
def test_the_chart_is_legible(folders: list[Path], models: int) -> None:
    points: list[HistoryPoint] = [
        replace(point, model=f"{point.model}-{at}", e2e_p50_s=None if at else point.e2e_p50_s)
        for point in history(folders, []).points
        for at in range(models // 2)
    ]
    assert faults(draw(points, "reasoning", "4 runs and baselines, n = 24 items")) == []
