"""Kinds of work in one run: each slice a claim of its own, and verdicts by the log's calls."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import claims
from bench.config.load import load
from bench.errors import UsageError
from bench.records import Claim, read_record
from bench.records.tables import ItemRow
from bench.run.waves import Deciding, design
from tests.claims.test_claims import Change, judged, page, rows, write

TOML = """
[run]
suites = ["coding"]
[models.small]
model = "openai/small"
[models.big]
model = "openai/big"
[slices.refunds]
tag = "refund"
evidence = "accepted"
[slices.letters]
tag = "letter"
[claims.work]
candidate = "small"
baseline = "big"
cheaper_by = 0.5
worse_by = 0.1
slices = ["refunds", "letters"]
over = "traffic"
"""


def sliced(tag: str, **changes: Any) -> Claim:
    only = {"name": tag, "tag": tag, **changes.pop("slice", {})}
    values = {"candidate": "small", "baseline": "big", "cheaper_by": 0.5, "worse_by": 0.1, "slice": only, **changes}
    return Claim.of(f"work/{tag}", values)


def logged(at: int, *, often: int = 1, **more: Any) -> str:
    """Odd items are refunds, each made `often`; even ones are letters."""
    weight = often if at % 2 else 1
    return json.dumps({"tag": "refund" if at % 2 else "letter", "weight": weight, "heaviest": often, **more})


def sampled(often: int = 1, **more: Any) -> Change:
    """The small model fails refunds; the big one solves all."""

    def change(row: ItemRow, at: int) -> ItemRow:
        score = float(not (row.model == "small" and at % 2))
        return replace(row, score=score, traffic=logged(at, often=often, **more))

    return change


def test_a_claim_with_slices_is_one_for_each(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text(TOML)
    found = load(tmp_path / "bench.toml").claims
    assert list(found) == ["work/refunds", "work/letters"]
    refunds = found["work/refunds"]
    assert refunds.slice is not None
    assert (dict(refunds.slice.only), refunds.slice.evidence) == ({"tag": "refund"}, "accepted")
    assert Claim.of(refunds.name, refunds.as_dict()) == refunds
    assert len({each.sha256 for each in found.values()} | {replace(refunds, slice=None).sha256}) == 3
    labels = TOML.replace('"accepted"', '"pass"')
    (tmp_path / "bench.toml").write_text(labels)
    assert load(tmp_path / "bench.toml").claims["work/refunds"].measure == "pass"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"refunds", ', '"refund", ', r"bench\.toml:18: slice 'refund' has no \[slices\.refund\]"),
        ('tag = "letter"', "", r"bench\.toml:11: \[slices\.letters\] says not which items"),
        ('tag = "letter"', 'tags = "x"', "unknown key 'tags'"),
        ('"accepted"', '"guess"', "evidence must be one of check, accepted, pass, preference"),
        ("worse_by = 0.1", 'worse_by = 0.1\nmeasure = "preference"', "Leave one of them out"),
    ],
)
def test_a_mistake_in_a_slice_is_named(tmp_path: Path, old: str, new: str, why: str) -> None:
    (tmp_path / "bench.toml").write_text(TOML.replace(old, new, 1))
    with pytest.raises(UsageError, match=why):
        load(tmp_path / "bench.toml")


def test_each_slice_has_its_own_verdict_and_all_share_the_risk(tmp_path: Path) -> None:
    folder = write(tmp_path, rows(200, sampled()), sliced("refund"), sliced("letter"))
    refund, letter = claims.judge_run(folder).judgements
    assert [str(each.verdict) for each in (refund, letter)] == ["refuted", "supported"]
    assert (letter.pairs.n, letter.pairs.planned) == (100, 100)
    alone, _ = claims.judge_run(write(tmp_path / "alone", rows(200, sampled()), sliced("letter"))).judgements, None
    assert letter.p_supported > alone[0].p_supported  # Holm, of two claims
    assert "kind of work: letter" in claims.sentence(letter, read_record(folder))
    assert "kind of work: letter" in page(folder)


def test_accepted_answers_are_agreement_and_other_evidence_is_refused(tmp_path: Path) -> None:
    claim = sliced("letter", slice={"evidence": "accepted"})
    made = judged(tmp_path / "one", rows(120, sampled(check="accepted")), claim)
    assert "agreement with accepted past answers, not quality" in claims.sentence(made, read_record(tmp_path / "one"))
    ruling = claims.judge_run(write(tmp_path / "two", rows(120, sampled(check="numbers")), claim))
    assert "its evidence is 'accepted', and its items were drawn with --check numbers" in str(ruling.unjudged)


def test_traffic_weighs_what_is_asked_often(tmp_path: Path) -> None:
    claim = Claim.of("all", {"candidate": "small", "baseline": "big", "worse_by": 0.3, "over": "traffic"})
    even = judged(tmp_path / "even", rows(200, sampled()), claim)
    often = judged(tmp_path / "often", rows(200, sampled(often=4)), claim)
    part = ("coding", "quality")
    assert even.test.parts[part].estimate == pytest.approx(-0.5)
    assert often.test.parts[part].estimate == pytest.approx(-0.8)
    cost = replace(claim, margins={"cheaper_by": 0.5})
    dear = rows(
        200, lambda row, at: replace(sampled(often=4)(row, at), cost_usd=(row.cost_usd or 0) * (at % 2 * 9 + 1))
    )
    found = judged(tmp_path / "cost", dear, cost).test.parts["coding", "cost"]
    small = [(row.cost_usd or 0) * json.loads(row.traffic or "")["weight"] for row in dear if row.model == "small"]
    big = [(row.cost_usd or 0) * json.loads(row.traffic or "")["weight"] for row in dear if row.model == "big"]
    assert found.estimate == pytest.approx(sum(small) / sum(big))
    assert "weighted by the log's calls" in claims.sentence(often, read_record(tmp_path / "often"))


def test_two_suites_go_together_by_their_traffic(tmp_path: Path) -> None:
    made = [*rows(60, sampled(), "coding"), *rows(60, sampled(often=3), "reasoning")]
    claim = Claim.of("all", {"candidate": "small", "baseline": "big", "worse_by": 0.3, "over": "traffic"})
    opinion = judged(tmp_path, made, claim)
    assert opinion.test.parts["mean", "quality"].estimate == pytest.approx(-(30 + 90) / (60 + 120))
    assert claims.part_lines(opinion)[0].startswith("all traffic, score: ")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda row, _: row, "not all of these items were drawn from a log"),
        (lambda row, at: replace(row, traffic=logged(at).replace('"weight"', '"weights"')), "an item has no weight"),
        (lambda row, _: replace(row, traffic="[", prompt_sha256=row.item), "an item has no weight"),
        (lambda row, at: replace(row, traffic=logged(at), prompt_sha256="x"), "samples that share requests"),
    ],
)
def test_unknown_weights_are_no_verdict(tmp_path: Path, change: Change, why: str) -> None:
    claim = Claim.of("all", {"candidate": "small", "baseline": "big", "worse_by": 0.3, "over": "traffic"})
    assert why in str(claims.judge_run(write(tmp_path, rows(60, change), claim)).unjudged)
    with_labels = replace(claim, margins={"worse_by:pass": 0.1}, measure="pass")
    open_yet = judged(tmp_path / "labels", rows(60, sampled()), with_labels)
    assert "labels are not weighted" in str(open_yet.test.problems)


def test_such_claims_are_judged_at_the_end_only(tmp_path: Path) -> None:
    (tmp_path / "bench.toml").write_text(TOML)
    prepared: Any = SimpleNamespace(comparison=load(tmp_path / "bench.toml"), available={"coding": 100})
    with pytest.raises(UsageError, match=r"\[claims\.work/refunds\]: a claim about a slice, or weighted by traffic"):
        design(prepared, Deciding())
