"""Our own families and how items are taken from reasoning-gym: sound, varied, and refused where they are not."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench.errors import BenchError, UsageError
from bench.suites.coding.family import Params
from bench.suites.reasoning import build, exam, gym, own
from bench.suites.reasoning.check import disagreements, main
from bench.suites.reasoning.families import (
    EVERY,
    lamps,
    parking,
    quantities,
    workshop,
)
from bench.suites.reasoning.family import Dial, ReasoningFamily

family_cases = pytest.mark.parametrize("family", EVERY, ids=lambda family: str(family.name))


@family_cases
def test_two_references_agree(family: ReasoningFamily) -> None:
    assert not list(disagreements(family, draws=24))  # `make agreement` tries 2,000


def test_a_disagreement_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    broken = ReasoningFamily(
        name="odd",
        params=lambda rng, _level: {"n": rng.randint(1, 9)},
        dial=Dial("numbers", {1: 9, 2: 9, 3: 9}),
        english=str,
        chinese=str,
        reference=lambda p: str(p.n),
        second=lambda _p: "5",
    )
    monkeypatch.setattr("bench.suites.reasoning.check.EVERY", (broken,))
    assert main(["agreement"]) == 1
    told = capsys.readouterr()
    assert re.search(r"odd, level 1, draw 0: the references say \d and 5\.", told.err)
    assert "1 families, 2,000 instances" in told.out


def test_prompts_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prompts", "--family", "parking"]) == 0
    out = capsys.readouterr().out
    assert out.count("--- parking-") == 2 * len(own.LEVELS) * own.PER_CELL
    assert own.CLOSING["zh"] in out


@family_cases
def test_a_fresh_exam_is_another_one_of_equal_design(family: ReasoningFamily) -> None:
    ours, fresh = (own.items(family, seed, "en") for seed in (exam.SHIPPED_SEED, 2))
    assert [(item["id"], item["level"]) for item in ours] == [(item["id"], item["level"]) for item in fresh]
    assert len({item["prompt"] for item in ours} & {item["prompt"] for item in fresh}) <= 0.1 * len(ours)


def test_a_family_of_few_instances_is_refused() -> None:
    few = ReasoningFamily(
        name="few",
        params=lambda rng, _level: {"n": rng.randint(1, 9)},
        dial=Dial("numbers", {1: 9, 2: 9, 3: 9}),
        english=str,
        chinese=str,
        reference=str,
        second=str,
    )
    with pytest.raises(ValueError, match=r"few-1-\d: 200 draws gave no instance that is not there already\."):
        own.items(few, 1, "en")


@family_cases
def test_a_family_can_be_read_at_once(family: ReasoningFamily) -> None:
    path = Path(own.__file__).with_name("families") / f"{family.name}.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 225


def test_facts_stand_beside_the_story_and_change_no_answer() -> None:
    for seed in range(50):
        p = Params(level=3, **quantities.FAMILY.params(Random(seed), 3))
        bare = Params(**{**vars(p), "facts": []})
        told, story = (quantities.FAMILY.english(one).split(". ") for one in (p, bare))
        assert [sentence for sentence in told if sentence in story] == story
        assert len(told) == len(story) + 3
        assert quantities.FAMILY.reference(bare) == quantities.FAMILY.reference(p)


def test_every_rule_of_the_car_park_matters_in_some_item() -> None:
    """An exam in which some exception never shows would not ask for it."""
    drawn = [Params(level=3, **parking.FAMILY.params(Random(seed), 3)) for seed in range(200)]
    changed = Counter[str]()
    for p in drawn:
        right = parking.FAMILY.reference(p)
        for name, other in {"free": 0, "more": 0, "cap": 10**6, "resident": 0, "spare": not p.spare}.items():
            changed[name] += parking.FAMILY.reference(Params(**{**vars(p), name: other})) != right
        changed["special"] += parking.FAMILY.reference(Params(**{**vars(p), "special": 9})) != right
    assert min(changed.values()) >= 10, changed


def test_every_rule_of_the_lamps_and_of_the_workshop_matters() -> None:
    for number, p in own.instances(lamps.FAMILY, exam.SHIPPED_SEED)[2 * own.PER_CELL :]:
        right = lamps.FAMILY.reference(p)
        for name in ("door", "pair"):
            assert lamps.FAMILY.reference(Params(**{**vars(p), name: ()})) != right, (number, name)
    changed = Counter[str]()
    for _, p in own.instances(workshop.FAMILY, exam.SHIPPED_SEED)[2 * own.PER_CELL :]:
        for name, other in {"workers": 1, "shut": (), "needs": {}}.items():
            changed[name] += workshop.FAMILY.reference(Params(**{**vars(p), name: other})) != (
                workshop.FAMILY.reference(p)
            )
    assert (changed["workers"], changed["shut"]) == (own.PER_CELL, own.PER_CELL)
    assert changed["needs"] >= own.PER_CELL / 2


def entry(question: str, answer: str, **metadata: Any) -> dict[str, Any]:
    return {"question": question, "answer": answer, "metadata": metadata}


@pytest.mark.parametrize(
    ("expression", "answer", "sound"),
    [
        ("2.0/3.0", "0.66667", True),
        ("2.0/3.0", "0.66666", False),
        ("(1.0-3.0)*2.5", "-5.00", True),
        ("1.0-1.0", "0.0", False),
    ],
)
def test_decimals_must_be_those_of_the_exact_result(expression: str, answer: str, sound: bool) -> None:
    question = f"Please solve this problem to a maximum of 5 significant digits, rounding up.\n{expression} = ?"
    assert gym.TASKS["decimal_arithmetic"].sound(entry(question, answer)) is sound


@pytest.mark.parametrize(("answer", "plain"), [("1.200", "1.2"), ("1E+2", "100"), ("-0.50", "-0.5"), ("0.00", "0")])
def test_decimals_are_written_plainly(answer: str, plain: str) -> None:
    assert gym.TASKS["decimal_arithmetic"].answer(entry("", answer)) == plain


@pytest.mark.parametrize(
    ("words", "sound"),
    [
        (["SEND", "MORE", "MONEY"], True),
        (["AB", "BA", "CC"], False),
        (["A", "A", "AA"], False),
        (["AB", "CB", "DB"], False),
    ],
)
def test_cryptarithms_must_have_one_solution(words: list[str], sound: bool) -> None:
    question = entry("", "", words_letters=words[:-1], result_letters=words[-1])
    assert gym.TASKS["cryptarithm"].sound(question) is sound


@pytest.mark.parametrize(
    ("task", "question", "answer", "sound"),
    [
        ("string_manipulation", "1. If ... remove the last.\nabc", "ab", True),
        ("string_manipulation", "1. If ... remove the last.\nabc", "abc", False),
        ("string_manipulation", "1. If ... remove the middle character.\nabc", "ac", False),
        ("calendar_arithmetic", "from Monday, April 18, 2022 to Tuesday, May 3, 2022", "2", True),
        ("calendar_arithmetic", "from Monday, April 18 to Tuesday, May 3, 2022", "2", False),
        ("rotate_matrix", "by 360 degrees:\n1 2\n3 4", "1 2\n3 4", False),
        ("word_sorting", "sort: b, é", "b, é", False),
        ("largest_island", "0", "0", False),
        ("ab", "A# #A", "", False),
    ],
)
def test_entries_that_are_unsound_or_trivial_are_passed_over(
    task: str, question: str, answer: str, sound: bool
) -> None:
    assert gym.TASKS[task].sound(entry(question, answer)) is sound


class Generator:
    """A stand-in for reasoning-gym: entries that count up, and a scorer as given."""

    def __init__(self, accepts: str = "", step: int = 1, credit: float = 1.0) -> None:
        self.accepts, self.step, self.credit = accepts, step, credit

    def create_dataset(self, _task: str, seed: int, **_config: Any) -> Generator:
        self.seed = seed
        return self

    def __getitem__(self, index: int) -> dict[str, Any]:
        if index % 5 == 0:
            raise TypeError("an argument is missing")
        number = (self.seed + index) // self.step
        return entry(f"Find it: {number}", str(number))

    def score_answer(self, answer: str, asked: dict[str, Any]) -> float:
        return (
            self.credit if answer == asked["answer"] or (self.accepts and re.fullmatch(self.accepts, answer)) else 0.0
        )


def test_entries_that_fail_or_repeat_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gym, "_reasoning_gym", lambda: Generator(step=3))
    items = gym.items("lcm", 1)
    assert len({item["prompt"] for item in items}) == len(items) == len(own.LEVELS) * own.PER_CELL
    assert items[0]["prompt"] == "\n\n".join(
        (f"Find it: {items[0]['answer']}", gym.TASKS["lcm"].form, own.CLOSING["en"])
    )


@pytest.mark.parametrize(
    ("generator", "problem"),
    [
        (Generator(credit=0.5), "lcm-1: the generator's own scorer rejects the stored answer '"),
        (Generator(accepts="junk"), "lcm-1: the generator's scorer gives credit to 'junk'"),
        (Generator(accepts=r"\d+"), "lcm-1: the generator's scorer also accepts '"),
        (Generator(step=10**9), "lcm, level 1: 10000 entries hold only 1 sound ones"),
    ],
)
def test_an_unsound_generator_makes_no_exam(
    generator: Generator, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gym, "_reasoning_gym", lambda: generator)
    with pytest.raises(BenchError, match=problem):
        gym.items("lcm", 1)


def test_cells_draw_from_seeds_apart() -> None:
    seeds = [gym.cell_seed(task, level, exam) for exam in (1, 2) for task in gym.TASKS for level in own.LEVELS]
    assert min(b - a for a, b in zip(sorted(seeds), sorted(seeds)[1:], strict=False)) >= gym.DRAWS


def test_another_version_of_the_generator_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reasoning_gym", Generator())
    monkeypatch.setattr("importlib.metadata.version", lambda _name: "0.2.0")
    with pytest.raises(UsageError, match=r"reasoning-gym is 0\.2\.0, the items are made with 0\.1\.25: pip install"):
        gym.items("lcm", 1)


def test_a_stale_file_fails_the_check_and_a_build_repairs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    for suite in (*exam.SUITES.values(), *exam.MORE_SUITES.values(), *exam.ABROAD_SUITES.values()):
        (tmp_path / suite).mkdir()
    assert build.main(["--check", "--own"]) == 1
    assert capsys.readouterr().err.count("differs from what makes it") == sum(2 + len(each.more) for each in EVERY)
    assert build.main(["--own"]) == 0
    assert build.main(["--check", "--own"]) == 0
    monkeypatch.setitem(sys.modules, "reasoning_gym", None)
    assert build.main([]) == 2
    assert "error: reasoning-gym cannot be imported" in capsys.readouterr().err
