"""BFCL: `fixtures/bfcl` was made by its leaderboard's own writer, of bfcl-eval 2026.3.23, from accuracies of ours."""

from __future__ import annotations

import pytest

from bench.errors import UsageError
from tests.importers.conftest import FIXTURES, Importing, totals


def test_bfcl(importing: Importing) -> None:
    text = "Rank,Overall Acc,Model,Organization,Multi Turn Acc\n"
    text += "1,70.85%,Claude-9 (FC),Anthropic,N/A\n2,61.5,GLM-9,Zhipu,40%\n"
    done, _ = importing("bfcl", text + "3,170,Bad,X,1%\n")
    table = totals(done)
    assert table[table["suite"] == "bfcl"]["score"].tolist() == [pytest.approx(0.7085), pytest.approx(0.615)]
    assert table[table["suite"] == "bfcl-multi-turn"]["score"].tolist() == [pytest.approx(0.4), pytest.approx(0.01)]
    assert table["n"].isna().all()
    assert table.loc["GLM-9"]["vendor"].tolist() == ["z-ai", "z-ai"]
    assert done.dropped_count == 1
    with pytest.raises(UsageError, match="missing columns: Overall Acc"):
        importing("bfcl", "Model\nx\n")


def test_bfcls_own_writers_table(importing: Importing) -> None:
    done, _ = importing("bfcl", FIXTURES / "bfcl" / "data_overall.csv")
    table = totals(done)
    opus = table.loc["Claude-Opus-4-5-20251101 (FC)"].set_index("suite")["score"]
    assert opus.to_dict() == pytest.approx(
        {
            "bfcl": 0.7747,
            "bfcl-non-live-ast": 0.8858,
            "bfcl-live": 0.7979,
            "bfcl-multi-turn": 0.6838,
            "bfcl-web-search": 0.845,
            "bfcl-memory": 0.7376,
        }
    )
    assert sorted(table.loc["Qwen3-8B (FC)"]["suite"]) == ["bfcl", "bfcl-live", "bfcl-multi-turn", "bfcl-non-live-ast"]
    assert "new-model (Prompt)" not in table.index, "a model without any accuracy has no row"
    assert done.dropped_count == 0
