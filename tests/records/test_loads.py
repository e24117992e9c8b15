from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.records.folder import LOAD, LOAD_COLUMNS
from bench.records.loads import LoadRow, in_flight, read_load, steady

LINE = dict.fromkeys(LOAD_COLUMNS, "") | {
    "model": "qwen",
    "at_once": "2",
    "number": "0",
    "sent_at": "2026-12-01T00:00:00+00:00",
    "wall_s": "1.5",
    "outcome": "truncated",
    "attempts": "1",
    "timing_ok": "True",
    "latency_s": "1.25",
    "out_total": "7",
}


def written(folder: Path, *lines: dict[str, str], columns: tuple[str, ...] = LOAD_COLUMNS) -> Path:
    with (folder / LOAD).open("w", newline="") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore")
        table.writeheader()
        table.writerows(lines)
    return folder


def call(begun: float, wall_s: float = 1.0, at_once: int = 2) -> LoadRow:
    return LoadRow(
        model="qwen",
        at_once=at_once,
        number=0,
        begun=begun,
        wall_s=wall_s,
        answered=True,
        attempts=1,
        timing_ok=True,
        ttft_s=None,
        ttfat_s=None,
        latency_s=wall_s,
        tpot_s=None,
        out_total=None,
    )


def test_a_line_is_read_and_what_it_leaves_empty_is_unknown(tmp_path: Path) -> None:
    assert read_load(tmp_path) == ()
    (first, retried, failed) = read_load(
        written(tmp_path, LINE, LINE | {"attempts": "2", "out_total": ""}, LINE | {"outcome": "infrastructure"})
    )
    assert first.begun == datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    assert (first.wall_s, first.latency_s, first.ttft_s, first.out_total) == (1.5, 1.25, None, 7)
    assert (first.answered, first.timed) == (True, True)
    assert (retried.timed, retried.out_total) == (False, None)
    assert (failed.answered, failed.timed) == (False, False)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("at_once", "0"),
        ("attempts", "0"),
        ("attempts", "many"),
        ("wall_s", "-1"),
        ("latency_s", "nan"),
        ("ttft_s", "1e9"),
        ("timing_ok", "yes"),
        ("outcome", "won"),
        ("sent_at", "today"),
    ],
)
def test_a_damaged_line_is_named(tmp_path: Path, column: str, text: str) -> None:
    with pytest.raises(UsageError, match=r"load\.csv: line 3: cannot be read"):
        read_load(written(tmp_path, LINE, LINE | {column: text}))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"line 1: .*no column 'attempts'"):
        read_load(written(tmp_path, LINE, columns=tuple(name for name in LOAD_COLUMNS if name != "attempts")))


def test_calls_in_flight_are_a_mean_over_each_life() -> None:
    assert in_flight([call(0, 2), call(1, 2), call(9, 0)]) == pytest.approx([1.5, 1.5, 1.0])


def test_a_load_is_held_after_the_first_call_of_each_slot_and_anew_after_a_pause() -> None:
    before, after = [call(at) for at in (0, 0, 1, 1, 2, 2)], [call(at) for at in (20, 20, 21, 21, 22)]
    assert steady([*before, *after]) == [*before[2:], *after[2:4]]  # the last is alone
