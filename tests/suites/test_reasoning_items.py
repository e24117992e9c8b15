"""The shipped reasoning items: unchanged, balanced, the same in both languages, and every answer worked out again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from bench.registry import edited, read
from bench.registry.items import read_jsonl
from bench.scoring.graders import answer_tag
from bench.scoring.item import item_of
from bench.scoring.values import AnswerKind, number_of
from bench.suites.reasoning import build, exam, gym
from bench.suites.reasoning.families import EVERY, FAMILIES, MORE
from bench.suites.reasoning.own import CLOSING, LEVELS, PER_CELL, Item
from tests.suites.reasoning_solvers import SOLVERS

FILES = [file for file in exam.files() if file[0] != exam.HARD_SUITE]
"""Those of levels 1 to 3; `test_reasoning_hard` reads the others."""
ITEMS: dict[tuple[str, str], list[Item]] = {
    (language, task): read_jsonl(build.FOLDER / suite / f"{task}.jsonl") for suite, task, language in FILES
}
ALL = [item for items in ITEMS.values() for item in items]
FORMS = (
    r"Write X as |Write X in |X is (?:a whole number|the number)|X(?:写成|是一个|只写)"
    r"|Escribe X como |X es un número entero|اكتب X على شكل |X عدد صحيح|Tulis X sebagai |X adalah bilangan bulat"
)
"""How a prompt says what X is."""
MODE = 0.4
"""The largest share of a task's items that one answer may be right for."""
SAMPLE = (("en", "lamps"), ("zh", "tolls"), ("ar", "ballots"))
"""Of the families that wait for the next version, what the quick tests read; the rest is slow."""
_QUICK = [file for file in ITEMS if file[1] not in {family.name for family in MORE} or file in SAMPLE]
file_cases = pytest.mark.parametrize(
    "file",
    [pytest.param(file, id="-".join(file), marks=() if file in _QUICK else pytest.mark.slow) for file in ITEMS],
)


def test_our_own_items_are_what_the_families_make(capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["--check", "--own"]) == 0, capsys.readouterr().err


def test_reasoning_gym_makes_the_same_items_where_it_is_installed(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("reasoning_gym", reason="the extra `reasoning` is not installed")
    assert build.main(["--check"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    "version", ["3.11", *(pytest.param(version, marks=pytest.mark.slow) for version in ("3.12", "3.13"))]
)
def test_every_python_makes_the_same_items(version: str, tmp_path: Path) -> None:
    python = shutil.which(f"python{version}")
    if python is None or subprocess.run([python, "-c", ""], capture_output=True).returncode:
        pytest.skip(f"no python{version} here")
    command = [python, "-m", "bench.suites.reasoning.build", "--check", "--own"]
    environment = {**os.environ, "PYTHONPATH": str(build.FOLDER.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert (done.returncode, done.stderr) == (0, "")


def test_contents_are_those_recorded_for_their_versions() -> None:
    registry = read()
    suites = (*exam.SUITES.values(), *exam.MORE_SUITES.values(), *exam.ABROAD_SUITES.values())
    files = [registry.tasks[task] for suite in suites for task in registry.suites[suite]]
    for suite, families in (("reasoning_zh", FAMILIES), ("reasoning_more", MORE), ("reasoning_more_zh", MORE)):
        assert registry.suites[suite] == tuple(f"{suite}_{family.name}" for family in families)
    for language, suite in exam.ABROAD_SUITES.items():
        assert registry.suites[suite] == tuple(f"{suite}_{each.name}" for each in MORE if language in each.more)
        assert len(registry.suites[suite]) >= 6
    assert {file.name for file in files} == {f"{suite}_{task}" for suite, task, _ in FILES}
    assert not list(edited(registry, files))
    assert {file.version.partition("-")[2] for file in files} == {f"exam{exam.SHIPPED_SEED}"}
    generated = {file.name: file.metadata.get("generator") for file in files}
    assert generated == {
        f"{suite}_{task}": f"{gym.GENERATOR} {gym.VERSION}" if task in gym.TASKS else None for suite, task, _ in FILES
    }


@file_cases
def test_items_are_well_formed_and_balanced(file: tuple[str, str]) -> None:
    language, task = file
    items = ITEMS[file]
    assert [(item["id"], item["level"]) for item in items] == [
        (f"{task}-{level}-{number}", level) for level in LEVELS for number in range(PER_CELL)
    ]
    assert {item["family"] for item in items} == {item["cluster"] for item in items} == {task}
    assert {item["language"] for item in items} == {language}
    assert all(item["prompt"].endswith("\n\n" + CLOSING[language]) for item in items)
    assert len({item["prompt"] for item in items}) == len(items)
    assert all(item["answer"] == item["answer"].strip() != "" for item in items)


@file_cases
def test_every_prompt_says_how_the_answer_is_written_and_every_answer_has_a_type(file: tuple[str, str]) -> None:
    for item in ITEMS[file]:
        asked = item["prompt"].removesuffix(CLOSING[item["language"]])
        assert re.search(FORMS, asked), item["id"]
        assert item["type"] in list(AnswerKind)
        if item["type"] in AnswerKind.numbers():
            assert number_of(item["answer"]) is not None


@file_cases
def test_no_answer_can_be_guessed(file: tuple[str, str]) -> None:
    answers = [item["answer"] for item in ITEMS[file]]
    assert Counter(answers).most_common(1)[0][1] <= MODE * len(answers)


@file_cases
def test_right_answers_pass_and_nothing_else(file: tuple[str, str]) -> None:
    others = {item["answer"] for item in ITEMS[file]}
    for item in ITEMS[file]:
        assert answer_tag.grade(item, f"So.\nThe answer is <answer> {item['answer']} </answer>").score == 1.0
        for text in (
            item["prompt"],
            "",
            "I do not know.",
            *(f"<answer>{o}</answer>" for o in others - {item["answer"]}),
        ):
            assert answer_tag.grade(item, text).score == 0.0


@pytest.mark.parametrize("task", gym.TASKS)
def test_every_answer_of_the_generator_can_be_worked_out_from_the_prompt(task: str) -> None:
    for item in ITEMS["en", task][:: 3 if task == "cryptarithm" else 1]:  # searching all would take seconds
        question = item["prompt"].removesuffix(CLOSING["en"]).strip().removesuffix(gym.TASKS[task].form)
        assert SOLVERS[task](question.strip()) == item["answer"], item["id"]


@pytest.mark.parametrize("family", [family.name for family in EVERY])
def test_both_languages_ask_the_same_instances(family: str) -> None:
    for english, chinese in zip(ITEMS["en", family], ITEMS["zh", family], strict=True):
        assert (english["id"], english["level"], english["answer"]) == (
            *(chinese["id"], chinese["level"], chinese["answer"]),
        )
        asked, said = (item["prompt"].replace(CLOSING[item["language"]], "") for item in (english, chinese))
        assert not re.search(r"[一-鿿]", asked)
        assert not re.search(r"[a-z]{3,}", said.replace("---", ""))


ALPHABETS = {"es": r"[¿ñáéíóú]", "ar": r"[\u0600-\u06ff]{3}", "id": r"adalah|sebagai"}
"""Letters or words that every prompt of a language has."""


@pytest.mark.parametrize("language", exam.ABROAD_SUITES)
def test_further_languages_ask_the_same_instances_as_english(language: str) -> None:
    for task in (family.name for family in MORE if language in family.more):
        for english, other in zip(ITEMS["en", task], ITEMS[language, task], strict=True):
            assert [english[key] for key in ("id", "level", "answer", "type")] == (
                [other[key] for key in ("id", "level", "answer", "type")]
            )
            asked, said = (item["prompt"].replace(CLOSING[item["language"]], "") for item in (english, other))
            assert re.search(ALPHABETS[language], said)
            assert Counter(re.findall(r"\d+", said)) - Counter(["1", "2", "3", "4"] * 9) == (
                Counter(re.findall(r"\d+", asked)) - Counter(["1", "2", "3", "4"] * 9)
            ), other["id"]
            assert not re.search(r"[{}]", said)


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("es", "Sumo los minutos. La respuesta es {a}."),
        ("ar", "جمعت الدقائق. الجواب هو {a}."),
        ("ar", "جمعت الدقائق. الجواب هو <answer>{b}</answer>"),
        ("id", "Saya menjumlahkan. Jawabannya adalah {a}."),
    ],
)
def test_answers_in_further_languages_are_read(language: str, reply: str) -> None:
    item = ITEMS[language, "tolls"][0]
    for answer, score in ((item["answer"], 1.0), (str(int(item["answer"]) + 1), 0.0)):
        eastern = answer.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
        assert answer_tag.grade(item, reply.format(a=answer, b=eastern)).score == score
    for wrote in (" y ", " dan ", " و"):
        item = ITEMS[language, "circle"][0]
        assert answer_tag.grade(item, f"<answer>{wrote.join(item['answer'].rsplit(', ', 1))}</answer>").score == 1.0


def test_the_shipped_exam_is_read_and_any_other_made(tmp_path: Path) -> None:
    (tmp_path / "parking.jsonl").write_text((build.FOLDER / "reasoning" / "parking.jsonl").read_text("utf-8"), "utf-8")
    source = str(tmp_path / "parking.yaml")
    assert (
        list(map(item_of, exam.load("parking.jsonl", exam.SHIPPED_SEED, config_source=source)["test"]))
        == (ITEMS["en", "parking"])
    )
    for language in ("en", "zh"):
        fresh = [*map(item_of, exam.load("parking.jsonl", 2, language, source)["test"])]
        assert fresh == exam.exam("parking", language, 2)
        assert fresh[0]["language"] == language
