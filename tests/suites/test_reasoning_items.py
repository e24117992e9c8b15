"""The shipped reasoning items: unchanged, balanced, and every answer worked out again without the generator."""

from __future__ import annotations

import ast
import calendar
import hashlib
import importlib.util
import itertools
import json
import math
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.registry import shipped
from bench.scoring.graders import answer_tag
from bench.suites.items import read_jsonl
from bench.suites.reasoning.generate import CLOSING, CONFIGS, EXAM_SEED, VERSION, Files, generate, main

FOLDER = shipped("tasks") / "reasoning"
MANIFEST: dict[str, Any] = json.loads((FOLDER / "MANIFEST.json").read_text())
BY_TASK = {task: read_jsonl(FOLDER / f"{task}.jsonl") for task in CONFIGS}
ITEMS = [item for items in BY_TASK.values() for item in items]


def _integer(expression: str) -> int:
    """The value of +, - and * over integers."""
    tree = ast.parse(expression.strip(), mode="eval")
    allowed = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Add, ast.Sub, ast.Mult, ast.USub)
    assert all(isinstance(node, allowed) for node in ast.walk(tree)), expression
    return int(eval(compile(tree, "item", "eval")))


def _chain_sum(question: str) -> str:
    return str(_integer(question.split(":")[1].removesuffix("=")))


def _products(question: str) -> str:
    return str(math.prod(map(int, re.findall(r"\d+", question))))


def _simple_equations(question: str) -> str:
    equation = question.split(": ")[1]
    unknown = "".join(re.findall(r"[a-z]", equation))
    left, right = equation.split("=")
    solutions = [n for n in range(1, 101) if _integer(left.replace(unknown, f"({n})")) == _integer(right)]
    assert len(solutions) == 1
    return str(solutions[0])


def _lcm(question: str) -> str:
    return str(math.lcm(*map(int, re.findall(r"\d+", question))))


def _word_sorting(question: str) -> str:
    words = question.rpartition(": ")[2].split(", ")
    return ", ".join(sorted(words, reverse="in descending order" in question))


def _calendar_arithmetic(question: str) -> str:
    stated = re.search(r"(\w+day), (\w+) (\d+), (\d{4})", question)
    jump = re.search(r"(\d+)[ -]day", question)
    assert stated
    assert jump
    weekday, month, day, year = stated.groups()
    start = date(int(year), list(calendar.month_name).index(month), int(day))
    back = re.search(r"\bago\b|\bbefore\b|backward", question)
    assert calendar.day_name[start.weekday()] == weekday
    return calendar.day_name[(start + timedelta(days=int(jump[1]) * (-1 if back else 1))).weekday()]


def _binary_alternation(question: str) -> str:
    bits = question.rpartition(": ")[2]
    targets = [("01" * len(bits))[i : i + len(bits)] for i in (0, 1)]
    reachable = [target for target in targets if target.count("1") == bits.count("1")]
    swaps = (sum(a != b for a, b in zip(bits, target, strict=True)) // 2 for target in reachable)
    return str(min(swaps, default=-1))


def _ab(question: str) -> str:
    state = re.split(r"\n\n+", question)[-2].split()
    for _ in range(1_000):
        met = [i for i, (a, b) in enumerate(itertools.pairwise(state)) if a[1] == b[0] == "#"]
        if not met:
            return " ".join(state)
        i = met[-1]  # any order of rewriting ends in the same state; the generator goes from the left
        pair = [] if state[i][0] == state[i + 1][1] else [state[i + 1], state[i]]
        state[i : i + 2] = pair
    raise AssertionError("the program does not halt")


SOLVERS = {
    "chain_sum": _chain_sum,
    "products": _products,
    "simple_equations": _simple_equations,
    "lcm": _lcm,
    "word_sorting": _word_sorting,
    "calendar_arithmetic": _calendar_arithmetic,
    "binary_alternation": _binary_alternation,
    "ab": _ab,
}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])
def test_the_answer_is_right(item: dict[str, Any]) -> None:
    question = item["prompt"].removesuffix(CLOSING).rstrip()
    assert SOLVERS[item["family"]](question) == item["answer"]


def test_the_files_are_those_of_the_manifest() -> None:
    assert (MANIFEST["generator"], MANIFEST["version"], MANIFEST["seed"]) == ("reasoning-gym", VERSION, EXAM_SEED)
    assert set(MANIFEST["files"]) == {path.name for path in FOLDER.glob("*.jsonl")}
    for name, sha256 in MANIFEST["files"].items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == sha256, name


def test_the_manifest_states_the_settings_in_use() -> None:
    for task, levels in CONFIGS.items():
        stated = MANIFEST["configs"][task]
        for level, config in enumerate(levels, 1):
            assert stated[str(level)].items() >= json.loads(json.dumps(config)).items(), (task, level)


def test_every_level_of_every_task_has_two_items() -> None:
    cells = Counter((item["family"], item["level"]) for item in ITEMS)
    assert cells == {(task, level): 2 for task in CONFIGS for level in (1, 2, 3)}
    assert len(ITEMS) == 48


def test_ids_and_prompts_are_unique() -> None:
    assert len({item["id"] for item in ITEMS}) == len(ITEMS)
    assert len({item["prompt"] for item in ITEMS}) == len(ITEMS)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])
def test_an_item_is_well_formed(item: dict[str, Any]) -> None:
    answer, prompt = item["answer"], item["prompt"]
    assert answer == answer.strip() != ""
    assert "\n" not in answer
    assert prompt.endswith("\n\n" + CLOSING)
    assert not re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", CLOSING)
    assert item["id"].startswith(f"{item['family']}-{item['level']}-")
    assert (item["language"], item["cluster"]) == ("en", item["family"])


@pytest.mark.parametrize("task", CONFIGS)
def test_no_answer_is_worth_guessing(task: str) -> None:
    answers = Counter(item["answer"] for item in BY_TASK[task])
    assert answers.most_common(1)[0][1] / len(BY_TASK[task]) < 0.5


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["id"])
def test_the_grader_takes_the_right_answer_and_no_other(item: dict[str, Any]) -> None:
    assert answer_tag.grade(item, f"So.\nThe answer is <answer> {item['answer']} </answer>").score == 1.0
    others = {other["answer"] for other in BY_TASK[item["family"]]} - {item["answer"]}
    assert all(answer_tag.grade(item, f"<answer>{other}</answer>").score == 0.0 for other in others)
    assert answer_tag.grade(item, item["prompt"]).score == 0.0


def test_check_names_the_file_that_differs(tmp_path: Path) -> None:
    files = Files({"a.jsonl": "{}\n"})
    files.write(tmp_path)
    files.check(tmp_path)
    (tmp_path / "a.jsonl").write_text("{} \n")
    with pytest.raises(UsageError, match=r"a\.jsonl: differs"):
        files.check(tmp_path)


@pytest.mark.skipif(importlib.util.find_spec("reasoning_gym") is not None, reason="reasoning-gym is installed")
def test_without_the_generator_the_cure_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"claimbench\[reasoning\]"):
        generate()
    assert main(["--check"]) == 2
    assert capsys.readouterr().err.startswith("error: reasoning-gym cannot be imported")
