"""What the items left could still change, and what a claim says of a run that is judged on its way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import stats
from bench.claims import Unasked, decide, declared_claims, settled, waves
from bench.claims.judge import look_results
from bench.claims.pairs import pair
from bench.claims.parts import cost
from bench.records import SUCH, RecordedLooks, read_run
from bench.stats import BoundTest
from tests.report.sample_run import ANSWERED, write_run

ASKED, LEFT = 54, 6
CLAIM = {"candidate": "cheap", "baseline": "dear", "worse_by": 0.2, "confidence": 0.95, "sha256": "", "recorded_at": ""}


def folder(path: Path, lost: int, **claim: Any) -> Path:
    """A run of which 54 of 60 items were asked; the candidate failed some that the baseline solved."""
    rows = []
    for at in range(ASKED):
        item = replace(ANSWERED, item=str(at), family=f"f{at % 6}", cluster=f"f{at % 6}", cost_cap_usd=0.02)
        rows.append(replace(item, model="dear", order=2 * at, score=1.0, cost_usd=0.01))
        rows.append(replace(item, model="cheap", order=2 * at + 1, score=float(at >= lost), cost_usd=0.0001))
    looks = {
        "claims": {"c": ""}, "shape": "obrien-fleming", "waves": "0" * ASKED + "1" * LEFT,
        "items": {"reasoning": [ASKED, ASKED + LEFT]}, "sha256": "", "recorded_at": "",
        "taken": [{"at": "", "items": ASKED, "decided": {}}],
    }  # fmt: skip
    planned = {"reasoning": {"items_planned": ASKED + LEFT, "items_available": ASKED + LEFT}}
    return write_run(path, rows, claims={"c": {**CLAIM, **claim}}, looks=hashed(looks), suites=planned)


def hashed(looks: dict[str, Any]) -> dict[str, Any]:
    """The looks of a run without a plan, with the hash of their design."""
    return {**looks, "sha256": RecordedLooks.from_json(looks, "looks").hashed("")}


def unasked() -> list[Unasked]:
    """The calls that were not made."""
    found = []
    for at in range(ASKED, ASKED + LEFT):
        row = {"suite": "reasoning", "task": "chain_sum", "item": str(at), "prompt_sha256": f"p{at}"}
        row |= {"family": "f0", "cluster": "f0"}
        found += [Unasked(model=model, row=row, cap_usd=0.02) for model in ("dear", "cheap")]
    return found


@pytest.mark.parametrize(
    ("lost", "verdict"),
    [(0, "supported"), (7, None), (12, "inconclusive"), (45, "refuted")],
)
def test_the_items_left_settle_what_no_answer_could_change(tmp_path: Path, lost: int, verdict: str | None) -> None:
    record, items = read_run(folder(tmp_path, lost))
    (judgement,) = decide(items, record, [*declared_claims(record).values()])
    found = settled(judgement.case, items, unasked(), record, together=1)
    assert (None if found is None else str(found)) == verdict


def test_a_cost_without_a_limit_is_never_settled(tmp_path: Path) -> None:
    record, items = read_run(folder(tmp_path, 0, cheaper_by=0.5))
    (judgement,) = decide(items, record, [*declared_claims(record).values()])
    limited = settled(judgement.case, items, unasked(), record, together=1)
    assert str(limited) != "inconclusive"
    unlimited = [replace(call, cap_usd=None) for call in unasked()]
    assert settled(judgement.case, items, unlimited, record, together=1) is None


def test_a_row_has_the_wave_of_its_place_in_the_plan(tmp_path: Path) -> None:
    record, items = read_run(folder(tmp_path, 0))
    assert set(waves(items, record)) == {0}
    assert record.looks is not None
    moved = replace(record, looks=replace(record.looks, waves="1" + "0" * 59))
    assert [*waves(items, moved)][:4] == [1, 1, 0, 0]
    with pytest.raises(ValueError, match="has no place"):
        record.looks.wave_of(60)


@pytest.mark.slow
def test_looks_that_are_not_shown_have_the_same_p_values_without_intervals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, items = read_run(folder(tmp_path, 3, cheaper_by=0.5))
    assert record.looks is not None
    (judgement,) = decide(items, record, [*declared_claims(record).values()])
    case, part = judgement.case, items[items["order"] < ASKED].index
    assert case.looks is not None
    (whole,), sizes = case.looks.pairs, {"reasoning": (ASKED // 2, ASKED)}
    half = pair(items.loc[part], record, case.claim.candidate, case.claim.baseline, ["reasoning"])
    two = replace(case, looks=replace(case.looks, sizes=replace(case.looks.sizes, items=sizes), pairs=(half, whole)))
    asked = []
    ratio_test = stats.ratio_test

    def counted(*given: Any, bare: bool, **more: Any) -> BoundTest:
        asked.append(bare)
        return ratio_test(*given, bare=bare, **more)

    monkeypatch.setattr(cost, "ratio_test", counted)
    bare, full = (list(look_results(two, SUCH, bare=how)) for how in (True, False))
    assert bare[1] == full[1]
    assert {key: (p.p_supported, p.p_refuted, p.problem) for key, p in bare[0].over_looks.items()} == {
        key: (p.p_supported, p.p_refuted, p.problem) for key, p in full[0].over_looks.items()
    }
    assert asked == [True, False, False, False], "of four cost tests one is bare"


def test_the_last_look_is_shown_with_intervals_that_allow_for_all(tmp_path: Path) -> None:
    """A repeated interval is wider than that of a run judged once."""
    record, items = read_run(folder(tmp_path, 3))
    (looked,) = decide(items, record, [*declared_claims(record).values()])
    (once,) = decide(items, replace(record, looks=None), [*declared_claims(record).values()])
    assert (looked.stand is not None, once.stand) == (True, None)
    (wide,), (narrow,) = looked.test.parts.values(), once.test.parts.values()
    for name in ("interval", "interval_95"):
        outer, inner = getattr(wide, name), getattr(narrow, name)
        assert outer.low < inner.low
        assert outer.high > inner.high
    assert wide.p_supported > narrow.p_supported
