"""tau2-bench submissions."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.errors import UsageError
from tests.importers.conftest import Importing, totals

SUBMISSION: dict[str, Any] = {
    "model_name": "Qwen 3.8 Max",
    "model_organization": "Qwen",
    "submission_date": "2026-08-04",
    "reasoning_effort": "xhigh",
    "results": {
        "airline": None,
        "retail": {"pass_1": 75.0, "pass_4": 50.0, "cost": 0.25},
        "banking_knowledge": {"pass_1": 50.5, "cost": 0.0, "retrieval_config": "alltools"},
    },
    "methodology": {
        "user_simulator": "gpt-5.2",
        "tau2_bench_version": "v1.0.1",
        "verification": {"omitted_questions": False},
    },
}


def changed(*path: str, to: object) -> dict[str, Any]:
    submission = copy.deepcopy(SUBMISSION)
    inner = submission
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return submission


def written(*submissions: dict[str, Any]) -> str:
    return json.dumps({f"s{at}": one for at, one in enumerate(submissions)})


def test_a_row_a_domain(importing: Importing) -> None:
    done, _ = importing("tau2", written(SUBMISSION), file="all.json")
    retail, banking = (
        totals(done)[totals(done)["suite"] == f"tau2-{d}"].iloc[0] for d in ("retail", "banking_knowledge")
    )
    assert (retail["score"], retail["n"], retail["cost_total_usd"]) == (0.75, 114, 0.25 * 114)
    assert (retail["vendor"], retail["effort"], retail["date"]) == ("qwen", "xhigh", "2026-08-04")
    assert retail["comparable"] == "tau2-retail, version 1.0.1, user simulator gpt-5.2, text, standard scaffold"
    assert pd.isna(retail["successes"]), "pass^1 is a mean over several trials"
    assert pd.isna(banking["cost_total_usd"])
    assert banking["settings"].endswith("retrieval alltools")
    assert "cost is 0 or missing: cost unknown (rows: 1)" in done.notes


@pytest.mark.parametrize(
    "other",
    [
        changed("methodology", "user_simulator", to="gpt-4.1"), changed("methodology", "user_simulator", to=None),
        changed("methodology", "tau2_bench_version", to="0.1.3"), changed("modality", to="voice"),
        changed("submission_type", to="custom"),
        changed("methodology", "verification", to={"omitted_questions": False, "modified_prompts": True}),
        changed("results", "banking_knowledge", "retrieval_config", to="terminal"),
    ],
)  # fmt: skip
def test_unlike_settings_never_compare(importing: Importing, other: dict[str, Any]) -> None:
    done, _ = importing("tau2", written(SUBMISSION, other), file="all.json")
    banking = totals(done)[totals(done)["suite"] == "tau2-banking_knowledge"]
    assert banking["comparable"].nunique() == 2
    assert banking.index.nunique() == 2


def test_an_unknown_simulator_equals_no_other(importing: Importing) -> None:
    unknown = changed("methodology", to=None)
    done, _ = importing("tau2", written(unknown, {**unknown, "model_name": "GLM"}), file="all.json")
    retail = totals(done)[totals(done)["suite"] == "tau2-retail"]
    assert retail["comparable"].nunique() == 2
    assert retail["n"].isna().all(), "nobody says that no task was omitted"
    assert retail["cost_total_usd"].isna().all()


def test_a_folder_of_submissions_and_a_single_one(importing: Importing, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "web" / name).mkdir(parents=True)
        (tmp_path / "web" / name / "submission.json").write_text(json.dumps({**SUBMISSION, "model_name": name}))
    assert set(totals(importing("tau2", tmp_path / "web")[0]).index) == {"a", "b"}
    assert set(totals(importing("tau2", tmp_path / "web" / "a" / "submission.json")[0]).index) == {"a"}


def test_bad_rows_are_named(importing: Importing) -> None:
    bad = [changed("results", "retail", to=result) for result in ({"pass_1": None}, {"pass_1": 101}, {"pass_1": "7,5"})]
    bad.append({**changed("results", to={"retail": {"pass_1": 1}}), "model_name": "caf\ufffd"})
    done, _ = importing("tau2", written(SUBMISSION, *bad), file="all.json")
    assert {one["row"]: one["why"] for one in done.dropped if "retail" in one["row"]} == {
        "s1, retail": "pass_1 is missing",
        "s2, retail": "pass_1 101 is not a percentage",
        "s3, retail": "pass_1: '7,5' has a comma; if that is its decimal point, give --decimal ,",
        "s4, retail": "model_name has bytes that are not UTF-8",
    }
    assert [one["row"] for one in done.dropped if "stands in" in one["why"]] == [
        f"s{at}, banking_knowledge" for at in (1, 2, 3)
    ]


@pytest.mark.parametrize("text", ["{}", "[]", '{"model_name": "x"}'])
def test_other_files(importing: Importing, text: str) -> None:
    with pytest.raises(UsageError, match="is not a tau2 submission"):
        importing("tau2", text, file="x.json")


def test_an_empty_folder(importing: Importing, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"no submission\.json"):
        importing("tau2", tmp_path / "empty")


def test_the_published_submissions(importing: Importing, published: Callable[[str], Path]) -> None:
    done, _ = importing("tau2", published("tau2/submissions.json"))
    table = totals(done)
    banking = table[table["suite"] == "tau2-banking_knowledge"]
    qwen, opus = banking.loc["Qwen 3.8 Max"], banking.loc["Claude Opus 5"]
    assert 100 * (qwen["score"] - opus["score"]) == pytest.approx(6.44, abs=0.01)
    assert qwen["comparable"] == opus["comparable"]
    assert qwen[["cost_total_usd", "successes"]].isna().all()
    assert table.groupby("suite").apply(lambda rows: rows.index.is_unique, include_groups=False).all()
    assert table.loc[table["cost_total_usd"].notna(), "cost_total_usd"].min() > 0
