"""What an answer can cost at most: stated by the user, and what a cost that stays open would take."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli import bench
from bench.errors import UsageError
from bench.records.tables import ItemRow
from tests.claims.test_claims import CLAIM, judged, rows, write

SAVING = replace(CLAIM, margins={"cheaper_by": 0.5})


def bills(cap: float | None, usd: float = 0.046) -> list[ItemRow]:
    """120 answers, that cost 54 % less for the candidate."""

    def changed(row: ItemRow, at: int) -> ItemRow:
        each = (usd if row.model == "small" else 0.1) * (1 + (at * 7 % 11 - 5) / 10)
        basis = None if cap is None else "worst case"
        return replace(row, cost_usd=each, cost_retries_usd=0.0, cost_cap_usd=cap, cost_cap_basis=basis)

    return rows(120, change=changed)


def test_a_cost_that_stays_open_names_the_cap_the_token_limit_and_the_items(tmp_path: Path) -> None:
    cost = judged(tmp_path / "run", bills(5.0), SAVING).test.parts["coding", "cost"]
    assert cost.blocked is not None
    found = re.search(
        r"with a limit of ([.0-9]+) USD these would do, or about (\d+) items like them would", cost.blocked
    )
    assert found is not None, cost.blocked
    assert re.search(r"max_tokens of about \d+ in place of \d+", cost.blocked), cost.blocked
    lower = judged(tmp_path / "lower", bills(0.99 * float(found[1])), SAVING).test.parts["coding", "cost"]
    assert lower.p_supported <= 0.05


def test_a_limit_that_the_user_states_decides_and_stands_beside_the_verdict(tmp_path: Path) -> None:
    folder = str(write(tmp_path / "run", bills(None, 0.0485)))
    sides = ["--candidate", "small", "--baseline", "big", "--cheaper-by", "0.5"]
    open_cost = CliRunner().invoke(bench, ["claim", folder, *sides])
    assert open_cost.exit_code == 4
    assert "--cap-usd" in open_cost.output
    stated = CliRunner().invoke(bench, ["claim", folder, *sides, "--cap-usd", "small=0.075"])
    assert stated.exit_code == 0, stated.output
    assert "if an answer of small can cost 0.075 USD at most" in stated.output


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("small=0.001", "an answer of small cost"),
        ("tiny=1", "the run has no model 'tiny'"),
        ("small", "must be MODEL=USD"),
        ("small=-1", "must be MODEL=USD"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(tmp_path: Path, given: str, why: str) -> None:
    folder = str(write(tmp_path / "run", bills(None)))
    sides = ["--candidate", "small", "--baseline", "big", "--cheaper-by", "0.5"]
    done = CliRunner().invoke(bench, ["claim", folder, *sides, "--cap-usd", given])
    said = str(done.exception) if isinstance(done.exception, UsageError) else done.output
    assert why in said
    assert done.exit_code != 0
