"""fingerprints.json: read back as it was written, kept short, and a damaged one holds back every endpoint."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.records.fingerprints import (
    ANY,
    FINGERPRINTS,
    RecordedFingerprint,
    RecordedSample,
    changed_at,
    read_fingerprints,
    write_fingerprints,
)

SAMPLE = RecordedSample(prompt=0, text='"4"', tops={'"4"': -0.1})


def seen(day: int, *, endpoint: str = "e", changed: bool = False, first: bool = False) -> RecordedFingerprint:
    at, against = f"2026-11-{day:02}T00:00:00.000+00:00", None if first else "2026-11-01T00:00:00.000+00:00"
    return RecordedFingerprint(
        label="m", endpoint=endpoint, request="r", at=at, samples=(SAMPLE,), against=against, changed=changed
    )


def test_of_each_series_what_tells_something_is_kept(tmp_path: Path) -> None:
    series = [seen(1, first=True), seen(2), seen(3, changed=True), seen(4), seen(5), seen(6, endpoint="f")]
    write_fingerprints(tmp_path, series)
    assert read_fingerprints(tmp_path) == (series[0], series[2], series[4], series[5])
    assert read_fingerprints(tmp_path / "none") == ()


def test_an_answer_has_log_probabilities_where_each_sample_has() -> None:
    plain = RecordedSample(prompt=1, text='"5"')
    assert seen(1).by_tops
    assert not replace(seen(1), samples=(SAMPLE, plain)).by_tops
    assert not replace(seen(1), samples=()).by_tops


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "is damaged "),
        ('{"fingerprints": {}}', r"is damaged \(fingerprints: a list is needed\)"),
        ("[" * 100_000, "is damaged "),
        (
            json.dumps({"fingerprints": [seen(1).to_json() | {"at": "yesterday"}]}),
            r"is damaged \(fingerprints.at: a time with its",
        ),
        (None, r"cannot be read \(Is a directory\)"),
    ],
)
def test_a_damaged_file_holds_every_endpoint_back_from_when_it_was_written(
    tmp_path: Path, content: str | None, why: str
) -> None:
    sound, damaged = tmp_path / "sound", tmp_path / "damaged"
    write_fingerprints(sound, [seen(2, changed=True), seen(3, changed=True), seen(4, endpoint="f")])
    (damaged / FINGERPRINTS).mkdir(parents=True)
    if content is not None:
        (damaged / FINGERPRINTS).rmdir()
        (damaged / FINGERPRINTS).write_text(content)
    os.utime(damaged / FINGERPRINTS, (0, 0))
    with pytest.raises(UsageError, match=rf"{FINGERPRINTS}: {why}.*Remove it, then check for drift anew\.") as error:
        read_fingerprints(damaged)
    times, wrong = changed_at([sound, damaged])
    assert times == {"e": seen(3).at, ANY: "1970-01-01T00:00:00.000+00:00"}
    assert wrong == [f"{error.value} Until then no answer from before its last change is used again."]
    assert "\n" not in wrong[0]


def test_where_nobody_knows_when_a_file_was_written_it_is_taken_for_one_of_now(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    times, (wrong,) = changed_at([tmp_path / "run"])
    assert times[ANY] > "2026"
    assert "cannot be read (Not a directory)" in wrong
