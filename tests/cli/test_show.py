"""The comparison as an engineer sees it on a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cli.show import print_table
from bench.report import compare
from bench.report.text import formats
from tests.report.sample_run import ANSWERED, not_asked, write_run

SHORT = ("smollm2", "qwen-coder")
LONG = ("qwen2.5-coder-0.5b-instruct", "smollm2-135m-instruct", "claude-opus-5-5")


def a_run(folder: Path, models: Sequence[str]) -> Path:
    """240 items of two suites."""
    rows = [
        replace(
            ANSWERED, suite=suite, task=suite, item=str(n), cluster=str(n % 30), model=model, score=float(n % 3 > 0),
            ttfat_s=0.05 + n % 13 / 100, latency_s=2 + n % 17, out_total=400 + n,
            cost_usd=0.00008 * (1 + n % 9) ** order, outcome="truncated" if n % 6 == 0 else "answered",
        )
        for suite in ("coding", "reasoning")
        for order, model in enumerate(models)
        for n in range(240)
    ]  # fmt: skip
    return write_run(folder, rows, {n: {"repeats_itself": True} for n in range(0, len(rows), 12)})


def printed(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    print_table(compare(folder))
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("models", [SHORT, LONG])
def test_no_cell_wraps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, models: list[str]
) -> None:
    folder = a_run(tmp_path, models)
    out = printed(folder, capsys, monkeypatch, width)
    assert max(len(line) for line in out.splitlines()) <= width
    blocks = out.split("\n\n")[:-1]
    for block in blocks:
        lines = [line.rstrip() for line in block.splitlines()]
        assert len(lines) == 2 + 2 * (1 + len(models))
        assert [lines[2], lines[3 + len(models)]] == ["coding", "reasoning"]
    shown = set(re.findall(r"\S+", out))
    for row in compare(folder).rows:
        for interval, write in ((row.score, formats.percent), (row.e2e_p95_s, formats.amount)):
            value, bounds = write(interval)
            assert value.split()[0] in shown
            assert f"({bounds})" in shown


def test_a_wide_terminal_needs_fewer_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_run(tmp_path, SHORT)
    narrow, wide = (printed(folder, capsys, monkeypatch, width) for width in (80, 120))
    heads = [line.split()[1:] for line in wide.splitlines() if line.startswith("model ")]
    assert [" ".join(head) for head in heads] == [
        "n score truncated repeating missing",
        "TTFAT p50 (s) TTFAT p95 (s) E2E p50 (s) E2E p95 (s) output tok/s",
        "tokens in tokens out USD per 1,000 items",
    ]
    assert narrow.count("model ") == 4


def test_unknown_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_run(tmp_path, [replace(ANSWERED, cost_usd=None), not_asked(replace(ANSWERED, model="large"))])
    out = printed(folder, capsys, monkeypatch, 120)
    large = [line.split() for line in out.splitlines() if line.startswith("  large")]
    assert large[0] == ["large", "0", "(of", "1)", "unknown", "0", "0", "1"]
    assert large[1] == ["large", *["unknown"] * 5]
    small = [line.split() for line in out.splitlines() if line.startswith("  small")]
    assert small[2][-1] == "unknown"


def test_no_color(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """rich's own rule: NO_COLOR drops colours; what is no terminal gets no escape at all."""
    folder = a_run(tmp_path, SHORT)
    assert "\x1b" not in printed(folder, capsys, monkeypatch, 80)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", printed(folder, capsys, monkeypatch, 80))
