from __future__ import annotations

from dataclasses import replace

import pytest

from bench.records.reuse import RecordedReuse
from bench.records.sweep import Sweep, read_sweep

REUSE = RecordedReuse(
    hours=72.0,
    answers=484,
    earliest="2026-11-02T08:00:00+00:00",
    latest="2026-11-05T09:00:00+00:00",
    compared=20,
    score_change=0.0,
    score_low=-0.139,
    score_high=0.139,
    tokens_ratio=1.02,
    tokens_low=0.95,
    tokens_high=1.09,
)


def test_a_sample_asked_again_is_put_in_words_with_its_intervals() -> None:
    assert REUSE.words == (
        "484 earlier answers (2026-11-02 to 2026-11-05) count at no new cost; 20 asked again score +0.0 points "
        "(95 % interval -13.9 to +13.9) and take 1.02 times the output tokens (97.5 % interval 0.95 to 1.09)"
    )
    assert "(2026-11-02) count" in replace(REUSE, latest=REUSE.earliest).words


def test_what_a_sample_does_not_show_is_not_stated() -> None:
    unknown = replace(REUSE, score_low=None, tokens_ratio=None)
    assert unknown.compared_words == "20 asked again score +0.0 points; their output tokens are unknown"
    assert replace(REUSE, tokens_low=None).compared_words.endswith("and take 1.02 times the output tokens")


@pytest.mark.parametrize("damage", [{"answers": -1}, {"compared": -1}, {"earliest": "then"}, {"latest": "now"}])
def test_a_damaged_record_is_a_value_error(damage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"baseline_reuse"):
        replace(REUSE, **damage)  # type: ignore[arg-type]


def test_a_sweep_returns_from_its_text_and_names_its_rows() -> None:
    sweep = Sweep(model="a:b", key="max_tokens", values=("1000", "4000"))
    assert read_sweep(sweep.text) == sweep
    assert (sweep.label("4000"), sweep.claim("cheap", "1000")) == ("a:b-4000", "cheap-1000")
    assert [read_sweep(text) for text in (None, "", "good:key", "good=1", ":key=1", "good:=1")] == [None] * 6
