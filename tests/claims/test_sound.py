"""Looks that a stranger wrote into run.json: what does not follow from the tables decides nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.claims import assign, declared_claims, judge_claims
from bench.records import DIGITS, read_run
from tests.claims.test_settling import ASKED, LEFT, folder, hashed
from tests.report.sample_run import ANSWERED, write_run

Looks = dict[str, Any]


def forged(path: Path, change: Callable[[Looks], Looks], *, again: bool = True) -> Path:
    """A run folder with its looks changed; `again`: their hash is that of the changed design."""
    record = json.loads((path / "run.json").read_text())
    looks = change(record["looks"])
    (path / "run.json").write_text(json.dumps({**record, "looks": hashed(looks) if again else looks}))
    return path


def judged(path: Path) -> str:
    """The verdict, or why there is none."""
    record, items = read_run(path)
    ruling = judge_claims(items, record, [*declared_claims(record).values()])
    return str(ruling.judgements[0].verdict) if ruling.judgements else ruling.unjudged["c"]


@pytest.mark.parametrize(
    ("change", "again", "words"),
    [
        (lambda looks: {**looks, "sha256": "x"}, False, "looks.sha256 is not that of their design"),
        (lambda looks: {**looks, "items": {"reasoning": [ASKED, 10**9]}}, True, "of a suite of 60"),
        (lambda looks: {**looks, "items": {"reasoning": [52, 60]}}, True, "52 items after wave 1, the table 54"),
        (lambda looks: {**looks, "waves": "0" * 52 + "1" * 8}, True, "54 items after wave 1, the table 52"),
        (lambda looks: {**looks, "waves": "0" * ASKED}, True, "has 54 places, for 60 items"),
        (lambda looks: {**looks, "waves": "0" * ASKED + "2" * LEFT}, True, "has 60 places, for 60 items"),
    ],
)
def test_looks_that_are_not_those_of_the_table_judge_nothing(
    tmp_path: Path, change: Callable[[Looks], Looks], again: bool, words: str
) -> None:
    why = judged(forged(folder(tmp_path, 0), change, again=again))
    assert why.startswith("run.json: its looks are damaged (")
    assert words in why


@pytest.mark.parametrize(
    ("lost", "said", "verdict"),
    [(0, "supported", "supported"), (7, "supported", "inconclusive"), (12, "supported", "inconclusive"),
     (45, "refuted", "refuted"), (0, "refuted", "supported")],
)  # fmt: skip
def test_a_settled_verdict_counts_where_the_items_bear_it_out(
    tmp_path: Path, lost: int, said: str, verdict: str
) -> None:
    def settle(looks: Looks) -> Looks:
        return {**looks, "taken": [{**looks["taken"][0], "decided": {"c": said}, "settled": {"c": said}}]}

    assert judged(forged(folder(tmp_path, lost), settle)) == verdict


def whole(path: Path, seed: int) -> Path:
    """A finished run with one look on the way, its waves drawn by a seed; the record's seed is 1."""
    rows, items = [], []
    for at in range(40):
        item = replace(ANSWERED, item=str(at), family=f"f{at % 4}", cluster=f"f{at % 4}")
        rows += [replace(item, model=m, order=2 * at + n, score=1.0) for n, m in enumerate(("dear", "cheap"))]
        items.append(item)
    wave, sizes = assign(items, 2, seed, whole_clusters=False)
    looks = {
        "claims": {"c": ""}, "shape": "obrien-fleming", "items": sizes, "sha256": "", "recorded_at": "",
        "waves": "".join(DIGITS[wave[item.task, item.item]] for item in items),
        "taken": [{"at": "", "items": 20, "decided": {}}, {"at": "", "items": 40, "decided": {}}],
    }  # fmt: skip
    claim = {"candidate": "cheap", "baseline": "dear", "worse_by": 0.2, "confidence": 0.95, "sha256": "",
             "recorded_at": ""}  # fmt: skip
    settings = {"suites": ["reasoning"], "seed": 1, "repeats": 1}
    return write_run(path, rows, claims={"c": claim}, looks=hashed(looks), settings=settings)


@pytest.mark.parametrize(("seed", "good"), [(1, True), (2, False)])
def test_waves_are_those_that_the_seed_draws(tmp_path: Path, seed: int, good: bool) -> None:
    said = judged(whole(tmp_path, seed))
    assert said == "supported" if good else "not the order that the run's seed draws" in said
