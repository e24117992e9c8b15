"""Items that reasoning-gym generates: which of its tasks we ask, how difficult, and what makes an item sound.

Of its 106 generators many score unsoundly; those here are exact, and what one cannot promise is checked item by item.
reasoning-gym is imported only to make an exam, never to ask or to score one.
"""

from __future__ import annotations

import ast
import importlib.metadata
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bench.errors import BenchError, UsageError
from bench.suites.reasoning.own import CLOSING, LEVELS, PER_CELL, Item

GENERATOR = "reasoning-gym"
VERSION = "0.1.25"
"""The only one that makes our items: generators change between versions."""
DRAWS = 10_000
"""Entries of one cell among which sound ones are looked for; one cryptarithm in fifty has a single solution."""

Config = Mapping[str, Any]
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GymTask:
    """A task of reasoning-gym's as we ask it."""

    levels: tuple[Config, Config, Config]
    """The generator's settings at levels 1 to 3; what is not named stays at the generator's default."""
    form: str
    """How X is written."""
    type: Callable[[str], str] = lambda _answer: "integer"
    """How an answer is compared (`values.AnswerKind`)."""
    cut: str = ""
    """A regular expression: what is taken out of the generator's question, because `form` or the closing says it."""
    answer: Callable[[Entry], str] = lambda entry: str(entry["answer"])
    """The answer in that form."""
    near: bool = False
    """Whether the generator's scorer lets answers pass that are close; ours does not."""
    sound: Callable[[Entry], bool] = lambda _entry: True
    """Whether an entry has one right answer, and one that takes some thought."""


def _kinds(entry: Entry) -> str:
    return ", ".join(re.findall(r" is an? (\w+)", entry["answer"]))


def _plain(entry: Entry) -> str:
    value = Decimal(entry["answer"]).normalize()
    return f"{value:f}" if value else "0"


def _rounds_alike(entry: Entry) -> bool:
    """Whether the generator, which rounds every step, comes to the exact result rounded once, as the question says."""
    expression = entry["question"].rpartition("\n")[2].removesuffix(" = ?")
    digits = int(re.search(r"maximum of (\d+) significant", entry["question"])[1])  # type: ignore[index]
    exact = _exact(ast.parse(expression, mode="eval").body, expression)
    shift = Fraction(10) ** (digits - 1 - Decimal(entry["answer"]).adjusted())
    rounded = Fraction((abs(exact) * shift + Fraction(1, 2)).__floor__()) / shift
    return exact != 0 and Fraction(Decimal(entry["answer"])) == (rounded if exact > 0 else -rounded)


def _exact(node: ast.expr, expression: str) -> Fraction:
    if isinstance(node, ast.BinOp):
        left, right = _exact(node.left, expression), _exact(node.right, expression)
        operators = {ast.Add: left.__add__, ast.Sub: left.__sub__, ast.Mult: left.__mul__, ast.Div: left.__truediv__}
        return Fraction(operators[type(node.op)](right))
    return Fraction(ast.get_source_segment(expression, node) or "")


def _single_solution(entry: Entry) -> bool:
    """Whether no other digits solve the cryptarithm."""
    words = [*entry["metadata"]["words_letters"], entry["metadata"]["result_letters"]]
    weights: dict[str, int] = {}
    for word, sign in zip(words, [1] * (len(words) - 1) + [-1], strict=True):
        for place, letter in enumerate(reversed(word)):
            weights[letter] = weights.get(letter, 0) + sign * 10**place
    firsts = {word[0] for word in words}
    letters = sorted(weights, key=lambda letter: -abs(weights[letter]))
    solutions = _solutions([(weights[letter], letter in firsts) for letter in letters], 0, frozenset())
    return len(list(itertools.islice(solutions, 2))) == 1


def _solutions(left: Sequence[tuple[int, bool]], total: int, used: frozenset[int]) -> Iterator[int]:
    """Once for each way to give different digits to weights, the largest first, so that they add up to 0."""
    (weight, is_first), rest = left[0], left[1:]
    if not rest:
        yield from (d for d in range(int(is_first), 10) if d not in used and total + weight * d == 0)
        return
    most = sum(9 * other for other, _ in rest if other > 0)
    least = sum(9 * other for other, _ in rest if other < 0)
    for digit in range(int(is_first), 10):
        if digit not in used and -most <= total + weight * digit <= -least:
            yield from _solutions(rest, total + weight * digit, used | {digit})


def _transforms(entry: Entry) -> bool:
    """Whether some rule applies, and none speaks of a middle, which a text of even length has not."""
    question = entry["question"]
    return entry["answer"] not in ("", question.split()[-1]) and "middle" not in question


def _years_stated(entry: Entry) -> bool:
    """Whether every date has its year."""
    return len(re.findall(r"day, \w+ \d+", entry["question"])) == len(re.findall(r"\d{4}", entry["question"]))


TASKS: Mapping[str, GymTask] = {
    "chain_sum": GymTask(
        levels=(
            {"min_terms": 2, "max_terms": 3, "min_digits": 1, "max_digits": 2},
            {"min_terms": 6, "max_terms": 8, "min_digits": 4, "max_digits": 5},
            {"min_terms": 12, "max_terms": 16, "min_digits": 6, "max_digits": 8},
        ),
        form="Write X as a whole number, in digits.",
    ),
    "simple_equations": GymTask(
        levels=(
            {"min_terms": 2, "max_terms": 2, "max_value": 9, "operators": ["+", "-"], "operators_weights": [0.5, 0.5]},
            {"min_terms": 2, "max_terms": 5},
            {"min_terms": 8, "max_terms": 10},
        ),
        form="Write X as a whole number, in digits.",
    ),
    "lcm": GymTask(
        levels=(
            {"min_value": 2, "max_value": 12},
            {"min_value": 10, "max_value": 100},
            {"min_numbers": 4, "max_numbers": 4, "max_value": 1_000},
        ),
        form="Write X as a whole number, in digits.",
    ),
    "word_sorting": GymTask(
        levels=(
            {"min_words": 3, "max_words": 4},
            {"min_words": 12, "max_words": 15},
            {"min_words": 30, "max_words": 40},
        ),
        form="Write X as the sorted words, separated by commas.",
        type=lambda _answer: "tuple",
        sound=lambda entry: not re.search(r"[^A-Za-z, ]", entry["answer"]),
    ),
    "calendar_arithmetic": GymTask(
        levels=(
            {"tasks": ["weekday_offset"], "offset_upper_bound": 6},
            {"tasks": ["weekday_offset"], "offset_upper_bound": 400},
            {"tasks": ["weekday_offset", "count_days"], "offset_upper_bound": 5_000},
        ),
        form="Write X as the weekday's full English name, or as a whole number where a count is asked for.",
        type=lambda answer: "integer" if answer.isdigit() else "text",
        sound=_years_stated,
    ),
    "largest_island": GymTask(
        levels=(
            {"min_rows": 3, "max_rows": 4, "min_cols": 3, "max_cols": 4, "max_num_islands": 2, "max_island_size": 5},
            {"min_rows": 6, "max_rows": 8, "min_cols": 6, "max_cols": 8, "max_num_islands": 5},
            {
                "min_rows": 12,
                "max_rows": 15,
                "min_cols": 12,
                "max_cols": 15,
                "min_num_islands": 6,
                "max_num_islands": 9,
                "max_island_size": 25,
            },
        ),
        form="Write X as a whole number, in digits.",
        sound=lambda entry: int(entry["answer"]) > 1,
    ),
    "ab": GymTask(
        levels=({"length": 4}, {"length": 12}, {"length": 24}),
        form="Write X as the tokens that remain, separated by spaces.",
        type=lambda _answer: "tuple",
        sound=lambda entry: bool(entry["answer"]),
    ),
    "string_manipulation": GymTask(
        levels=(
            {"min_num_rules": 3, "max_num_rules": 3, "min_string_length": 5, "max_string_length": 8},
            {"min_num_rules": 4, "max_num_rules": 6, "min_string_length": 8, "max_string_length": 15},
            {"min_num_rules": 7, "max_num_rules": 8, "min_string_length": 15, "max_string_length": 25},
        ),
        form="Write X as the final string alone.",
        type=lambda _answer: "text",
        sound=_transforms,
    ),
    "rotate_matrix": GymTask(
        levels=({"min_n": 2, "max_n": 3}, {"min_n": 4, "max_n": 6}, {"min_n": 8, "max_n": 10}),
        form="Write X as the rows of the rotated matrix, one below the other.",
        type=lambda _answer: "tuple",
        sound=lambda entry: entry["answer"] not in entry["question"],
    ),
    "base_conversion": GymTask(
        levels=({"max_value": 100}, {"max_value": 10**5}, {"max_value": 10**9}),
        form="Write X as its digits alone, without the base.",
        type=lambda _answer: "digits",
    ),
    "bitwise_arithmetic": GymTask(
        levels=({"difficulty": 1}, {"difficulty": 3}, {"difficulty": 6}),
        form="Write X in lowercase hexadecimal digits after 0x.",
        type=lambda _answer: "digits",
        cut=r" Reply only with the final hexidecimal value\.",
    ),
    "decimal_arithmetic": GymTask(
        levels=(
            {"min_terms": 2, "max_terms": 2, "min_num_decimal_places": 1, "max_num_decimal_places": 1, "precision": 5},
            {"min_terms": 4, "max_terms": 6, "precision": 8},
            {"min_terms": 8, "max_terms": 10, "precision": 12},
        ),
        form="Write X as a decimal number, without zeros at the end of its fraction.",
        type=lambda _answer: "decimal",
        cut=r" Only reply with the final value\.",
        answer=_plain,
        near=True,
        sound=_rounds_alike,
    ),
    "knights_knaves": GymTask(
        levels=(
            {"n_people": 2, "depth_constraint": 2, "width_constraint": 2},
            {"n_people": 3, "depth_constraint": 3, "width_constraint": 3},
            {"n_people": 5, "depth_constraint": 4, "width_constraint": 4},
        ),
        form="Write X as what each inhabitant is, one word each, in the order in which they were introduced, "
        "separated by commas.",
        type=lambda _answer: "tuple",
        cut=r" \(Format your answer like: .*\)",
        answer=_kinds,
    ),
    "cryptarithm": GymTask(
        levels=(
            {"min_words": 2, "max_words": 2},
            {"min_words": 3, "max_words": 3},
            {"min_words": 5, "max_words": 6},
        ),
        form="Write X as the mapping, its letters in alphabetical order, separated by commas.",
        type=lambda _answer: "tuple",
        cut=r" in your final answer",
        sound=_single_solution,
    ),
}
"""All of them, in the order of the items."""

_JUNK = ("", "junk", "((((", "\0", "I do not know. " * 400)


def cell_seed(task: str, level: int, exam_seed: int) -> int:
    """The generator's seed for one task and level; it draws entry k from seed + k, so cells must lie apart."""
    return ((exam_seed * 100 + list(TASKS).index(task)) * 10 + level) * DRAWS


def items(task: str, exam_seed: int, per_cell: int = PER_CELL) -> list[Item]:
    """A task's items in one exam; fewer a cell are the first ones of more.

    Raises UsageError if reasoning-gym is missing or of another version, BenchError if an item is unsound.
    """
    gym, made, asked = _reasoning_gym(), list[Item](), set[str]()
    cells: dict[int, tuple[Any, Iterator[Entry], list[Entry]]] = {}
    for level in LEVELS:
        dataset = gym.create_dataset(
            task, seed=cell_seed(task, level, exam_seed), size=DRAWS, **TASKS[task].levels[level - 1]
        )
        cells[level] = (dataset, _sound(task, level, dataset, asked), [])
    for first, wanted in ((0, PER_CELL), (PER_CELL, per_cell)):
        for level, (_, drawn, entries) in cells.items():
            entries += itertools.islice(drawn, max(0, wanted - first))
            if len(entries) < min(wanted, per_cell):
                held = f"{task}, level {level}: {DRAWS} entries hold only {len(entries)} sound ones."
                raise BenchError(f"{held} Take another seed.")
            made += [_item(task, level, first + at, entry) for at, entry in enumerate(entries[first:])]
    for level, (dataset, _, entries) in cells.items():
        _check_scorer(dataset, f"{task}-{level}", entries, near=TASKS[task].near)
    return made


def _sound(task: str, level: int, dataset: Any, asked: set[str]) -> Iterator[Entry]:
    """The entries of a cell that are sound and ask something new, in order."""
    for index in range(DRAWS):
        try:
            entry: Entry = dataset[index]
        except (TypeError, ZeroDivisionError, ArithmeticError):
            continue  # cryptarithm forgets an argument where it draws again; decimals divide by zero
        prompt = _item(task, level, 0, entry)["prompt"]
        if prompt not in asked and TASKS[task].sound(entry):
            asked.add(prompt)
            yield entry


def _item(task: str, level: int, number: int, entry: Entry) -> Item:
    spec = TASKS[task]
    question = re.sub(spec.cut, "", entry["question"].strip()) if spec.cut else entry["question"].strip()
    return {
        "id": f"{task}-{level}-{number}",
        "family": task,
        "level": level,
        "language": "en",
        "cluster": task,
        "prompt": f"{question}\n\n{spec.form}\n\n{CLOSING['en']}",
        "answer": spec.answer(entry),
        "type": spec.type(spec.answer(entry)),
    }


def _check_scorer(dataset: Any, cell: str, entries: Sequence[Entry], *, near: bool) -> None:
    """The generator's own scorer must accept a cell's answers, and neither junk nor another entry's answer."""
    answers = {entry["answer"] for entry in entries}
    for entry in entries:
        if dataset.score_answer(entry["answer"], entry) < 0.999:
            raise BenchError(f"{cell}: the generator's own scorer rejects the stored answer {entry['answer']!r}.")
        for junk in _JUNK:
            if dataset.score_answer(junk, entry) > 0.05:
                raise BenchError(f"{cell}: the generator's scorer gives credit to {junk[:20]!r}.")
        for other in () if near else answers - {entry["answer"]}:
            if dataset.score_answer(other, entry) >= 0.999:
                raise BenchError(f"{cell}: the generator's scorer also accepts {other!r}.")


def _reasoning_gym() -> Any:
    cure = f"pip install 'claimbench[reasoning]' ({GENERATOR}=={VERSION})"
    try:
        import reasoning_gym
    except ImportError as error:
        raise UsageError(f"{GENERATOR} cannot be imported ({error}): {cure}") from error
    installed = importlib.metadata.version(GENERATOR)
    if installed != VERSION:
        raise UsageError(f"{GENERATOR} is {installed}, the items are made with {VERSION}: {cure}")
    return reasoning_gym
