"""What a claim says: its margins, its slice, its hash, and how each stands in run.json."""

from __future__ import annotations

import pytest

from bench.records.claim import MARGINS, Claim, WorkSlice, margin_keys, measured_margin

SAID = {"candidate": "a", "baseline": "b", "cheaper_by": 0.9, "worse_by": 0.03, "suites": ["coding"]}
SLICE = {"name": "refunds", "tag": "refund", "kind": "single", "evidence": "accepted"}


def test_a_claim_reads_its_own_keys_and_writes_them_again() -> None:
    claim = Claim.of("c", {**SAID, "slower_by": None, "confidence": 0.9, "sha256": "of another", "name": "other"})
    assert (claim.name, claim.margins, claim.suites) == ("c", {"cheaper_by": 0.9, "worse_by": 0.03}, ("coding",))
    assert claim.alpha == 0.1
    written = claim.as_dict()
    assert {"measure", "within_minutes", "at_load", "slice", "about"}.isdisjoint(written)
    assert written["slower_by"] is None
    assert Claim.of("c", written) == claim
    assert Claim.of("c", written).sha256 == claim.sha256


@pytest.mark.parametrize(
    "more",
    [
        {"worse_by": 0.04},
        {"over": "mean"},
        {"about": "such"},
        {"measure": "pass"},
        {"within_minutes": 2.0},
        {"at_load": 8},
        {"confidence": 0.99},
        {"slice": SLICE},
        {"suites": []},
    ],
)
def test_whatever_a_claim_says_besides_is_written_and_makes_it_another(more: dict[str, object]) -> None:
    claim, changed = Claim.of("c", SAID), Claim.of("c", {**SAID, **more})
    assert changed.sha256 != claim.sha256
    assert Claim.of("c", changed.as_dict()) == changed


def test_what_labels_measure_has_a_margin_of_its_own() -> None:
    claim = Claim.of("c", {**SAID, "measure": "preference"})
    assert claim.margins == {"cheaper_by": 0.9, measured_margin("preference"): 0.03}
    assert claim.as_dict()["worse_by"] == 0.03


def test_a_claim_without_some_margins_is_the_same_otherwise() -> None:
    claim = Claim.of("c", SAID)
    assert claim.without("cheaper_by", "slower_by") == Claim.of("c", {**SAID, "cheaper_by": None})
    assert (claim.margins.keys() <= MARGINS.keys(), margin_keys()) == (True, "cheaper_by, worse_by or slower_by")


def test_a_slice_is_what_the_log_says_of_its_requests() -> None:
    part = WorkSlice.of("refunds", {"tag": "refund", "kind": "single", "model": None, "other": "x"})
    assert (part.only, part.evidence, part.words) == (
        {"tag": "refund", "kind": "single"},
        None,
        "tag refund, kind single",
    )
    assert WorkSlice.of("refunds", SLICE).as_dict() == SLICE
    assert Claim.of("c", {**SAID, "slice": SLICE}).slice == WorkSlice.of("refunds", SLICE)
