"""What a run's notes say of endpoints that asked for fewer calls at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.records import RecordedLane
from bench.report import compare
from bench.report.text import tables
from bench.report.text.throttled import throttling, throttling_notes
from tests import runjson
from tests.report.page import sample


@pytest.mark.parametrize(
    ("lane", "said"),
    [
        (
            RecordedLane(retries=17, concurrency=64, concurrency_lowest=10, cuts=3, paused_s=32.4),
            "throttled: 64 -> 10 at once, 17 retries, paused 32 s",
        ),
        (RecordedLane(retries=1, concurrency=8, concurrency_lowest=8, cuts=0, paused_s=0.5),
         "throttled: 8 -> 8 at once, 1 retry, paused less than 1 s"),
        (RecordedLane(retries=4, concurrency=8, concurrency_lowest=8, cuts=0, paused_s=0.0), ""),
        (RecordedLane(), ""),
    ],
)  # fmt: skip
def test_a_lane_is_said_to_be_throttled_only_where_it_was(lane: RecordedLane, said: str) -> None:
    assert throttling(lane) == said


def test_the_notes_name_the_model() -> None:
    lane = {"retries": 17, "concurrency": 64, "concurrency_lowest": 10, "cuts": 3, "paused_s": 32.0}
    [note] = throttling_notes(runjson.record(lanes={"small": lane}))
    assert note.startswith("small was throttled: 64 -> 10 at once, 17 retries, paused 32 s")


def test_a_run_that_was_slowed_down_has_a_column_of_it(tmp_path: Path) -> None:
    lane = {"retries": 17, "concurrency": 64, "concurrency_lowest": 10, "cuts": 3, "paused_s": 32.0}
    slowed = compare(sample.write(tmp_path / "slowed", lanes={"cheap": lane}))
    made = tables.sheet(slowed)
    assert made.columns[-1].header == "throttling"
    assert [row[-1].value for row in made.rows] == ["throttled: 64 -> 10 at once, 17 retries, paused 32 s", ""]
    plain = tables.sheet(compare(sample.write(tmp_path / "plain")))
    assert "throttling" not in [column.header for column in plain.columns]
