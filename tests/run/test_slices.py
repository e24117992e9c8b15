"""Sizes and slices of suites: a smaller exam is the beginning of a larger one, and what is not there is one line."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from bench import registry
from bench.errors import UsageError
from bench.records import Comparison, Item, LocalModel, RunSettings, slice_words
from bench.run import slices
from bench.run.prepare import prepare

pytestmark = pytest.mark.xdist_group("exam")
KNOWN = registry.read()
MODEL = LocalModel("a", "weights/smollm2-135m-instruct")


def asked(*suites: str, **chosen: object) -> list[Item]:
    run = replace(RunSettings(suites), **chosen)  # type: ignore[arg-type]
    return [*slices.ask(KNOWN, run, slices.expand(KNOWN, run)).items]


def names(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.item, item.prompt_sha256) for item in items]


@pytest.mark.parametrize(
    ("suite", "sizes", "families"), [("coding_predict", (4, 10, 30), 3), ("reasoning_parking", (7, 48, 50), 1),
                                     ("starter", (3, 10, 12), 12)]
)  # fmt: skip
def test_a_smaller_exam_is_the_beginning_of_a_larger_one(suite: str, sizes: tuple[int, ...], families: int) -> None:
    exams = [names(asked(suite, instances=size)) for size in sizes]
    for exam, size in zip(exams, sizes, strict=True):
        assert len(exam) == len(set(exam)) == size * families
    for small, large in pairwise(exams):
        assert set(small) < set(large)
    if suite != "starter":  # of one task: those of the smaller exam come first
        assert exams[2][: len(exams[1])] == exams[1]


@pytest.mark.slow
def test_coding_has_690_items_and_a_limit_that_the_first_exam_fills_draws_from_it() -> None:
    usual = asked("coding")
    first = asked("coding", instances=10)
    assert (len(usual), len(first)) == (690, 230)
    assert names(usual)[0] == names(first)[0]
    assert set(Counter(item.family for item in usual).values()) == {30}
    assert set(names(asked("coding", limit=24))) <= set(names(first))
    larger = asked("coding", limit=240)
    assert set(names(first)) < set(names(larger)) < set(names(usual))


def test_a_first_exams_task_is_the_same_task_and_a_larger_ones_another() -> None:
    model = {"a": MODEL}
    hashes = [
        prepare(
            Comparison(source=Path("bench.toml"), run=RunSettings(("coding_predict",), instances=count), models=model),
            KNOWN,
        )
        for count in (10, 11)
    ]
    same, other = (prepared.loaded.files["coding_predict"].sha256 for prepared in hashes)
    assert same == KNOWN.tasks["coding_predict"].sha256 != other
    assert hashes[0].plan.sha256 != hashes[1].plan.sha256


def test_slices_of_levels_families_and_kinds() -> None:
    assert {item.level for item in asked("coding", "reasoning", levels=(1, 3), limit=40)} == {1, 3}
    assert {item.family for item in asked("starter", families=("sorting", "people"))} == {"sorting", "people"}
    assert {item.task for item in asked("coding", kinds=("fix", "sql"), limit=20)} == {"coding_fix", "coding_sql"}


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"levels": (9,)}, "--levels: starter has no level '9'. Known: 1, 2."),
        ({"kinds": ("shortt",)}, "--kinds: starter has no kind 'shortt'. Did you mean 'short'?"),
        ({"families": ("sortin",)}, "--families: starter has no family 'sortin'. Did you mean 'sorting'?"),
    ],
)
def test_what_is_not_there_is_one_line(chosen: dict[str, object], told: str) -> None:
    with pytest.raises(UsageError) as raised:
        asked("starter", **chosen)
    assert str(raised.value) == told


def test_a_suite_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--levels leaves nothing of 'reasoning'\. Choose other ones, or take"):
        asked("coding", "reasoning", levels=(4,))
    with pytest.raises(UsageError, match="--kinds leaves nothing of 'starter'"):
        asked("coding", "starter", kinds=("fix",))


def test_a_slice_is_named_in_words() -> None:
    assert slice_words((1, 2), (), ("fix",)) == "levels 1 and 2, kind fix"
    assert slice_words((), ("a", "b", "c"), ()) == "families a and b and c"
    assert slice_words((), (), ()) == ""
