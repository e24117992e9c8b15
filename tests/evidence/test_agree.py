"""A forged number in one file of an evidence folder disagrees with the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.evidence import agree, declared, verdicts
from bench.evidence.rule import RuledClaim
from bench.evidence.verdicts import VerdictRow

FOLDER = Path(__file__).parents[2] / "results" / "published" / "evidence"


@pytest.fixture(scope="module")
def rows() -> list[VerdictRow]:
    return verdicts.read(FOLDER)


@pytest.fixture(scope="module")
def claims() -> list[RuledClaim]:
    return declared.read(FOLDER / declared.NAME)


def changed(row: VerdictRow, **cells: str) -> VerdictRow:
    return replace(row, cells={**row.cells, **cells})


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"worse_by": "0.5"}, "worse_by is 0.5, declared is 0.03"),
        ({"baseline": "claude-haiku"}, "baseline is claude-haiku"),
        ({"board": "another"}, "board is another"),
        ({"baseline_score": "0.5"}, "difference is"),
        ({"verdict": "supported"}, "the verdict is supported, but p_supported is"),
        ({"verdict": "inconclusive"}, "the verdict is inconclusive, but p_refuted is"),
        ({"p_refuted": "0.9"}, "the verdict is refuted, but p_refuted is 0.9"),
        ({"verdict": "perhaps"}, "no such verdict"),
    ],
)
def test_a_changed_cell_is_named(
    rows: list[VerdictRow], claims: list[RuledClaim], cells: dict[str, str], says: str
) -> None:
    row, claim = rows[0], claims[0]
    assert row.text("verdict") == "refuted"
    assert list(agree.of_claim(row, claim)) == []
    assert any(says in why for why in agree.of_claim(changed(row, **cells), claim))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| refuted: quality |", "| supported |"),
        ("| best-claude | 231 | 0 |", "| best-claude | 231 | 1 |"),
        ("-16.9 (-19.3 to -14.5)", "-1.9 (-4.3 to +0.5)"),
    ],
)
def test_a_changed_line_of_the_table_is_named(rows: list[VerdictRow], old: str, new: str) -> None:
    text = (FOLDER / "verdicts.md").read_text()
    assert old in text
    assert list(agree.of_table(text, rows)) == []
    assert list(agree.of_table(text.replace(old, new, 1), rows))


def test_a_changed_point_of_a_forest_is_named(rows: list[VerdictRow], claims: list[RuledClaim]) -> None:
    text, whole = (FOLDER / "forest.csv").read_text(), [not claim.category for claim in claims]
    assert list(agree.of_forest("forest", text, rows, whole)) == []
    [wrong] = agree.of_forest("forest", text.replace("-0.1687662834645669", "0.1687662834645669", 1), rows, whole)
    assert "line 2" in wrong
