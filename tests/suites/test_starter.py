"""The starter: right and unambiguous by two references, short, balanced, and stated as it is shipped."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.config.load import load
from bench.registry import shipped
from bench.scoring.graders import own, python_value
from bench.suites.starter import build, check, exam
from bench.suites.starter.families import CODING, SHORT
from bench.suites.starter.family import ShortFamily

FOLDER = shipped("tasks") / "starter"
ITEMS: list[dict[str, Any]] = [
    json.loads(line) for task in exam.TASKS for line in (FOLDER / f"{task}.jsonl").read_text("utf-8").splitlines()
]


def test_its_items_are_what_the_families_make() -> None:
    assert build.main(["--check"]) == 0


def test_a_changed_item_fails_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    assert build.main(["--check"]) == 1
    assert build.main([]) == 0
    assert build.main(["--check"]) == 0


def test_it_has_twelve_families_of_ten_items_at_two_levels() -> None:
    cells = Counter((item["family"], item["level"]) for item in ITEMS)
    names = [*(family.name for family in CODING), *(family.name for family in SHORT)]
    assert len(names) == 12
    assert cells == {(name, level): 5 for name in names for level in (1, 2)}
    assert len({item["prompt"] for item in ITEMS}) == len({item["id"] for item in ITEMS}) == 120


@pytest.mark.slow
def test_two_references_agree_and_hidden_calls_notice_every_small_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["agreement"]) == check.main(["mutation"]) == 0
    assert "6 + 6 families, exam 1: 0 faults" in capsys.readouterr().out


def test_a_wrong_reference_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    odd = ShortFamily(
        name="odd",
        params=lambda rng, _level: {"n": rng.randint(1, 9)},
        question=str,
        reference=lambda p: str(p.n),
        second=lambda _p: "5",
    )
    monkeypatch.setattr(check, "CODING", ())
    monkeypatch.setattr(check, "SHORT", (odd,))
    assert check.main(["agreement"]) == 1
    assert "odd, level 1, draw 0: the references say " in capsys.readouterr().err


def test_a_family_of_few_instances_is_refused() -> None:
    few = ShortFamily(
        name="few", params=lambda rng, _level: {"n": rng.randint(1, 3)}, question=str, reference=str, second=str
    )
    with pytest.raises(ValueError, match=r"few-\d: 200 draws gave no instance that is not there already"):
        list(exam.short_items(few, 1))


@pytest.mark.parametrize("item", [item for item in ITEMS if "entry_point" not in item], ids=lambda item: item["id"])
def test_bare_answers_count_and_those_of_others_do_not(item: dict[str, Any]) -> None:
    """An answer in one word or number, as the prompts ask for it, or in a sentence."""
    grader, right = (own, item["answer"]) if "answer" in item else (python_value, repr(item["value"]))
    assert grader.grade(item, right).score == 1.0
    assert grader.grade(item, f"{right}x").score == 0.0
    if grader is own:
        assert grader.grade(item, f"The answer is {right}.").score == 1.0


def test_answers_and_references_are_short() -> None:
    """About four characters make a token: none of them comes near the 64 that a task grants."""
    common = yaml.safe_load((FOLDER / "_common.yaml").read_text().replace("!function", ""))
    assert common["generation_kwargs"]["max_gen_toks"] == 64
    longest = max(len(str(item.get("answer", item.get("value", item.get("reference"))))) for item in ITEMS)
    assert longest < 150


def test_the_shipped_exam_is_read_and_any_other_made() -> None:
    fresh = exam.load("short.jsonl", 2, config_source=str(FOLDER / "short.yaml"))["test"]
    ours = exam.load("short.jsonl", 1, config_source=str(FOLDER / "short.yaml"))["test"]
    assert [row["id"] for row in fresh] == [row["id"] for row in ours]
    assert len({row["prompt"] for row in fresh} & {row["prompt"] for row in ours}) < 10


def test_the_repositorys_own_comparison_claims_what_its_page_derives() -> None:
    """Half of the saving that the sizes of the two files suggest, rounded up to tens of percent."""
    from bench.weights.catalog import catalog

    comparison = load(Path(__file__).parents[2] / "bench.toml")
    size = {label: catalog()[entry.name].size for label, entry in comparison.models.items()}
    allowed = 1 - size["small"] / size["large"]
    saving = math.ceil(10 * allowed / 2) / 10
    margins = [dict(claim.margins) for claim in comparison.claims.values()]
    assert margins == [{"cheaper_by": saving}, {"cheaper_by": saving, "worse_by": 0.03}]
    assert {(claim.candidate, claim.baseline) for claim in comparison.claims.values()} == {("small", "large")}
