"""SWE-bench: the leaderboard's own file (a synthetic one of its shape), and CSV extracts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from bench import claims
from bench.errors import UsageError
from bench.records import read_record, read_table
from tests.importers.conftest import FIXTURES, HERE, Importing, items, totals

BOARDS = FIXTURES / "leaderboards.json"
MODELS = "name,date,resolved_pct,total_cost_usd,instance_cost_usd,instance_calls,mini_version,n_instances,folder\n"
INSTANCES = "folder,instance_id,resolved,cost_usd,api_calls\n"


def test_boards_become_totals_and_their_instances_items(importing: Importing) -> None:
    done, manifest = importing("swebench", BOARDS, provenance=HERE)
    table = totals(done)
    assert table[["suite", "comparable"]].to_numpy().tolist() == [
        ["swe-bench-verified", "swe-bench-verified, mini-SWE-agent 1.x"],
        ["swe-bench-verified", "swe-bench-verified, mini-SWE-agent 1.x"],
        ["swe-bench-verified", "swe-bench-verified, mini-SWE-agent 2.x"],
        ["swe-bench-verified", "swe-bench-verified, AgentX + Alpha 1"],
    ]
    alpha, gamma = table.loc["Alpha 1 (high)"], table.loc["Gamma 3"]
    assert (alpha["n"], alpha["successes"], alpha["cost_total_usd"], alpha["effort"]) == (4, 3, 2.0, "high")
    assert (gamma["n"], gamma["successes"]) == (300, 100), "n is total cost by cost each, where the score fits it"
    rows = items(done)
    assert rows.groupby("model")["score"].sum().to_dict() == {"Alpha 1 (high)": 3.0, "Beta 2": 2.0}
    assert set(rows["cluster"]) == {"astropy__astropy", "django__django"}
    assert set(rows["outcome"]) == {"unstated"}
    assert (
        manifest["models"]["Beta 2"]["imported"]["cost_basis"] == "reckoned by the harness from list prices of the time"
    )
    assert manifest["suites"]["swe-bench-verified"] == {"items_planned": 4, "items_available": 4}


def test_unknown_costs_stay_unknown(importing: Importing) -> None:
    done, _ = importing("swebench", BOARDS)
    beta = totals(done).loc["Beta 2"]
    assert pd.isna(beta["cost_total_usd"])
    assert pd.isna(beta["cost_basis"])
    costs = items(done).query("model == 'Beta 2'").sort_values("item")["cost_usd"].tolist()
    assert costs == [0.02, pd.NA, 0.05, 0.01]


def test_copies_and_damage_are_named(importing: Importing) -> None:
    done, _ = importing("swebench", BOARDS)
    assert {one["row"]: one["why"] for one in done.dropped} == {
        "leaderboards.json bash-only 3": "Alpha 1 copied: folder or every instance is that of Alpha 1 (high)",
        "leaderboards.json Verified 2": "resolved 'n/a' is not a percentage",
        "leaderboards.json Verified 3": "resolved '120' is not a percentage",
        "leaderboards.json Verified 4": "name is missing or damaged",
    }


def test_extracts_of_models_and_instances_are_joined_by_folder(importing: Importing) -> None:
    models = MODELS + "Opus,2025-11-24,50.0,1.0,0.5,20,1.16.0,2,1_mini-v1.16.0_opus\n"
    rows = ["1_mini-v1.16.0_opus,astropy__astropy-1,1,0.7,30", "1_mini-v1.16.0_opus,django__django-2,0,0.3,10"]
    other = ["9_mini-v1.0.0_kimi,django__django-2,,0,0", "9_mini-v1.0.0_kimi,django,1,0.3,10"]
    done, _ = importing("swebench", models, INSTANCES + "\n".join([*rows, *other]))
    assert items(done).groupby("model")["score"].sum().to_dict() == {"9_mini-v1.0.0_kimi": 0.0, "Opus": 1.0}
    assert items(done)["outcome"].tolist() == ["unstated", "unstated", "infrastructure"]
    assert totals(done).index.tolist() == ["Opus"]
    assert done.dropped[0]["why"] == "instance_id 'django' is not REPOSITORY-NUMBER"


def test_damaged_cells_are_named(importing: Importing, tmp_path: Path) -> None:
    done, _ = importing(
        "swebench",
        MODELS + "bad,2026-01-01,50 points,1,1,1,1.0.0,1,f\ngood,2026-01-01,50,1,0.5,1,1.0.0,2,g_mini-v1.0.0\n",
        INSTANCES + "g_mini-v1.0.0,django__django-1,maybe,1,1\ng_mini-v1.0.0,django__django-2,1,1,1\n",
    )
    assert [one["why"] for one in done.dropped] == [
        "resolved: '50 points' is not a number", "resolved: 'maybe' is not a number",
    ]  # fmt: skip
    boards = json.loads(BOARDS.read_text())
    boards["leaderboards"][0]["results"][0]["per_instance_details"]["django__django-21"]["resolved"] = 2
    (tmp_path / "b.json").write_text(json.dumps(boards))
    done, _ = importing("swebench", tmp_path / "b.json")
    assert done.dropped[-1] == {
        "row": "b.json bash-only 1 django__django-21", "why": "resolved '2' is neither true nor false",
    }  # fmt: skip


def test_counts_that_do_not_fit_are_unknown(importing: Importing) -> None:
    rows = [
        "fits,2026-01-01,50.2,100,0.2,1,2.0.0,,", "odd,2026-01-01,64.93,100,0.2,1,2.0.0,500,",
        "no n,2026-01-01,39.58,100,0.2,1,2.0.0,0,", "no cost,2026-01-01,40,0,0,0,2.0.0,,2_mini-v1.0.0_x",
    ]  # fmt: skip
    done, _ = importing("swebench", MODELS + "\n".join(rows))
    assert totals(done)[["n", "successes"]].to_numpy().tolist() == [
        [500, 251], [500, pd.NA], [pd.NA, pd.NA], [pd.NA, pd.NA],
    ]  # fmt: skip
    assert "no cost: mini_version 2.0.0 is not that of 2_mini-v1.0.0_x" in done.notes
    assert pd.isna(totals(done).loc["no cost", "calls_mean"])


@pytest.mark.parametrize(
    ("text", "file", "why"),
    [
        ("a,b\n1,2\n", "x.csv", "is not an extract of SWE-bench; missing columns: api_calls"),
        ("[]", "x.json", "is not a leaderboards.json"),
    ],
)
def test_other_files(importing: Importing, text: str, file: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        importing("swebench", text, file=file)


def test_the_published_extract(importing: Importing, published: Callable[[str], Path]) -> None:
    done, _ = importing(
        "swebench",
        published("swebench/bash_only_2025-12-10_models.csv"),
        published("swebench/bash_only_2025-12-10_instances.csv.gz"),
    )
    assert (done.items, done.totals, done.dropped_count) == (12_000, 31, 1)
    assert done.dropped[0]["why"].startswith("Claude 3.7 Sonnet (20250219): 51 of its 500 instances are resolved")
    rows = read_table(done.folder, "items")
    record = read_record(done.folder)
    pairs = claims.pair(
        rows,
        record,
        "DeepSeek V3.2 Reasoner",
        "Claude 4.5 Opus medium (20251101)",
        done.suites,
    )
    gaps = pairs.candidate.score - pairs.baseline.score
    assert (pairs.n, gaps.mean(), (gaps > 0).sum(), (gaps < 0).sum()) == (500, pytest.approx(-0.144), 16, 88)
    assert pairs.candidate.cost.sum() / pairs.baseline.cost.sum() == pytest.approx(0.039, abs=5e-4)
    assert len(set(pairs.clusters)) == 12


def test_the_published_second_extract(importing: Importing, published: Callable[[str], Path]) -> None:
    done, _ = importing("swebench", published("swebench/mini_v2_2026-02_models.csv"))
    table = totals(done)
    minimax, opus = table.loc["MiniMax M2.5 (high)"], table.loc["Claude 4.5 Opus (high)"]
    assert (minimax["n"], minimax["successes"], opus["successes"]) == (500, 379, 384)
    assert minimax["cost_total_usd"] / opus["cost_total_usd"] == pytest.approx(0.097, abs=5e-4)
    assert minimax["comparable"] == opus["comparable"] == "swe-bench-verified, mini-SWE-agent 2.x"


def test_major_versions_of_the_harness_never_pair(importing: Importing) -> None:
    folders = ("1_mini-v1.2.0_a", "2_mini-v1.9.0_b", "3_mini-v2.0.0_c", "4_other_d")
    rows = [f"{folder},django__django-{at},1,0.3,10" for folder in folders for at in (1, 2)]
    done, _ = importing("swebench", INSTANCES + "\n".join(rows))
    assert claims.pair(items(done), read_record(done.folder), folders[0], folders[1], done.suites).n == 2
    for other in folders[2:]:
        with pytest.raises(UsageError, match="prompt_sha256 differs"):
            claims.pair(items(done), read_record(done.folder), folders[0], other, done.suites)


def test_what_is_independent_can_be_chosen(importing: Importing) -> None:
    rows = [f"1_mini-v1.2.0_a,django__django-{at},1,0.3,10" for at in (1, 2)]
    text = INSTANCES + "\n".join(rows)
    assert items(importing("swebench", text)[0])["cluster"].nunique() == 1
    assert items(importing("swebench", text, mapping={"cluster": "instance"})[0])["cluster"].nunique() == 2
    with pytest.raises(UsageError, match="--map cluster=task: it is repository or instance"):
        importing("swebench", text, mapping={"cluster": "task"})


def instances(folder: str, solved: int, of: int, unknown: int = 0) -> str:
    """Rows of one model's instances, the solved ones first, those of unknown result last."""
    results = ["1"] * solved + ["0"] * (of - solved - unknown) + [""] * unknown
    return "".join(f"{folder},django__django-{at},{result},0.3,10\n" for at, result in enumerate(results))


def test_instances_that_contradict_the_published_total_are_left_out(importing: Importing) -> None:
    """As published for one model in December 2025: 51 of 500 instances are resolved, its total says 52.80 %."""
    models = MODELS + "Sonnet,2025-07-20,52.8,1,0.5,9,0.0.0,500,1_mini-v0.0.0_sonnet\n"
    models += "Scout,2025-07-20,10.2,1,0.5,9,0.0.0,500,2_mini-v0.0.0_scout\n"
    rows = instances("1_mini-v0.0.0_sonnet", 51, 500) + instances("2_mini-v0.0.0_scout", 51, 500)
    done, manifest = importing("swebench", models, INSTANCES + rows)
    assert (done.items, done.totals) == (500, 2)
    assert set(items(done)["model"]) == {"Scout"}
    assert totals(done)["successes"].to_dict() == {"Sonnet": 264, "Scout": 51}, "the totals stay"
    assert manifest["imported"]["dropped"] == [
        {
            "row": "results.csv row 2",
            "why": "Sonnet: 51 of its 500 instances are resolved, its total says 264 of 500 (52.8 %): "
            "only the total is kept",
        }
    ]
    assert "Sonnet" not in manifest["models"]


@pytest.mark.parametrize(
    ("percentage", "solved", "unknown", "kept"),
    [("64.93", 64, 0, 1), ("63", 64, 0, 1), ("62.9", 64, 0, 0), ("66", 64, 3, 1), ("66", 64, 0, 0)],
)
def test_rounding_a_lost_instance_and_unknown_results_contradict_nothing(
    importing: Importing, percentage: str, solved: int, unknown: int, kept: int
) -> None:
    models = MODELS + f"Sonnet,2025-07-20,{percentage},1,0.5,9,1.0.0,100,1_mini-v1.0.0_sonnet\n"
    rows = instances("1_mini-v1.0.0_sonnet", solved, 100, unknown)
    done, _ = importing("swebench", models, INSTANCES + rows)
    assert (done.items, done.totals, done.dropped_count) == (100 * kept, 1, 1 - kept)


def test_a_repeated_or_partial_extract_of_instances_contradicts_nothing(importing: Importing) -> None:
    models = MODELS + "Sonnet,2025-07-20,50,1,0.5,9,1.0.0,10,1_mini-v1.0.0_sonnet\n"
    rows = instances("1_mini-v1.0.0_sonnet", 5, 10)
    done, _ = importing("swebench", models, INSTANCES + rows, INSTANCES + rows)
    assert (done.items, done.dropped_count) == (10, 10), "each second row is a duplicate"
    done, _ = importing("swebench", models, INSTANCES + instances("1_mini-v1.0.0_sonnet", 1, 3))
    assert (done.items, done.dropped_count) == (3, 0)


def test_a_board_that_contradicts_its_own_instances(importing: Importing, tmp_path: Path) -> None:
    boards = json.loads(BOARDS.read_text())
    boards["leaderboards"][0]["results"][0]["resolved"] = 25.0
    (tmp_path / "b.json").write_text(json.dumps(boards))
    done, _ = importing("swebench", tmp_path / "b.json")
    assert set(items(done)["model"]) == {"Beta 2"}
    assert done.dropped[-1] == {
        "row": "b.json bash-only 1",
        "why": "Alpha 1 (high): 3 of its 4 instances are resolved, its total says 1 of 4 (25 %): "
        "only the total is kept",
    }
