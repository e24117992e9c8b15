"""Extraction: the same leniency for every model, and endless repetition told from honest text."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.scoring import code, lines, queries
from bench.scoring.choices import choice_letter
from bench.scoring.extract import (
    after_thinking,
    answer_tag,
    final_number,
    marked_answer,
    repeats_itself,
    short_answer,
)
from bench.scoring.item import ANSWER_CHARS
from bench.scoring.json_answers import JSON_CHARS, json_value
from bench.scoring.literals import python_literal
from bench.scoring.retraction import taken_back
from bench.scoring.statements import ReadAnswer, statement
from bench.scoring.unwrap import unwrapped


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<answer>42</answer>", "42"),
        ("I think.\n\n<answer>\n  42\n</answer>\nDone.", "42"),
        ("<ANSWER>42</Answer>", "42"),
        ("**<answer>42</answer>**", "42"),
        ("<answer>1</answer> no: <answer>2</answer>", "2"),
        ("<answer>a\r\nb</answer>\r\n", "a\r\nb"),
        ("<answer>a < b > c</answer>", "a < b > c"),
        ("<answer></answer>", ""),
        ("<answer>1</answer> <answer></answer>", ""),
        ("I put it in <answer> tags: <answer>42</answer>", "42"),
        ("<answer><answer>42</answer></answer>", "42"),
        ("<answer>42</answer> and <answer>never closed", "42"),
        ("</answer><answer>42</answer></answer>", "42"),
        ("<answer>" + "x" * ANSWER_CHARS + "</answer>", "x" * ANSWER_CHARS),
        ("", None),
        ("42", None),
        ("<answer>42", "42"),
        ("I think.\n<answer>\n42\n", "42"),
        ("I think.\n<answer>42\nThe answer is 7.", None),
        ("I put it in <answer> tags.", None),
        ("42</answer>", None),
        ("<answer>42<answer>", None),
        ("<answers>42</answers>", None),
        ("&lt;answer&gt;42&lt;/answer&gt;", None),
        ("<answer>1</answer><answer>" + "x" * (ANSWER_CHARS + 1) + "</answer>", None),
    ],
)
def test_answer_tags(text: str, answer: str | None) -> None:
    assert answer_tag(text) == answer


WORD = "again "
LINE = "So the answer is the sum of both numbers.\n"
PARAGRAPH = (
    "Let us count the parcels. Parcel one weighs three, parcel two weighs nine, and the limit is eight.\n"
    "Only parcel two is heavier than the limit, so the list holds nine.\n\nWait, let me check that again.\n\n"
)
OPENING = "First I read the question carefully, and then, having understood it, I begin.\n"


@pytest.mark.parametrize("block", [WORD, LINE, PARAGRAPH, ".", "\n", "ab", "def f(x):\n    return x\n\n"])
@pytest.mark.parametrize("cut", [0, 1, 3, 17, 50])
def test_endless_repetition_wherever_it_breaks_off(block: str, cut: int) -> None:
    text = OPENING + block * (4 + 100 // len(block))
    assert repeats_itself(text + block[: cut % len(block)])


@settings(deadline=None)
@given(st.text("abcde \n", min_size=10, max_size=120), st.integers(4, 9), st.integers(0, 119))
def test_any_block_said_four_times_and_a_bit(block: str, copies: int, cut: int) -> None:
    assert repeats_itself(OPENING + block * copies + block[: cut % len(block)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        OPENING,
        PARAGRAPH,
        OPENING + LINE * 3,
        "Hm......",
        "[0, 0, 0, 0, 0, 0]",
        "1. apple\n2. pear\n3. plum\n4. cherry\n5. fig\n6. date\n",
        "\n".join(
            f"Step {n}: {word} comes next." for n, word in enumerate(["add", "halve", "double", "round", "sort"], 1)
        ),
        "def f(xs):\n    out = []\n    for x in xs:\n        if x > 3:\n            out.append(x)\n    return out\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",
        LINE * 9 + "But then I stopped repeating myself and said something else entirely.",
    ],
)
def test_honest_text_does_not_repeat_itself(text: str) -> None:
    assert not repeats_itself(text)


def test_counting_on_and_on_is_repetition() -> None:
    assert repeats_itself("The seats are " + ", ".join(str(n) for n in range(1, 60)))
    assert repeats_itself("".join(f"hours[{n}] * 2 + " for n in range(1, 40)))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is 12.", "12"),
        ("The answer is 3. No, wait.\nThe Answer is: **-7**", "-7"),
        ("the answer is <answer>A# B#", "A# B#"),
        ('The answer is "fig, plum".\nThanks', "fig, plum"),
        ("The answer is $3.5$.", "3.5"),
        ("The answer to this little sum is \\(\\boxed{9}\\).", "9"),
        ("**Answer:** 7", "7"),
        ("Answer: **B**", "B"),
        ("**Final answer: 12**", "12"),
        ("答案：B", "B"),
        ("**答案**：平静", "平静"),
        ("The correct option is C.", "C"),
        ("The answer is:\n\n**12**", "12"),
        ("$$\n\\boxed{12}\n$$\nas wanted", "12"),
        ("\\boxed{3}. No, the answer is 4", "4"),
        ("The answer is 4, so \\boxed{\\text{4 or 5}}", "4 or 5"),
        ("The answer is 5. The answer is not 6.", "5. The answer is not 6"),
        ("The answer is", None),
        ("The answer is ...", None),
        ("My answers are 1 and 2", None),
        ("The answer isn't 5", None),
        ("答案不是5", None),
        ("", None),
    ],
)
def test_statements(text: str, answer: str | None) -> None:
    found = statement(text)[0]
    assert (found and unwrapped(found.text)) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Is it 5? No.</think>\n\n7", "7"),
        ("a\n</think>\nb </think> c", "c"),
        ("<think>5</think> 7", "7"),
        ("\n<think>5</think>\n<think>6</think>\n7", "7"),
        ("<think>5", "<think>5"),
        ("So <think>5</think> 7", "So <think>5</think> 7"),
        ("The tag is `</think>`", "The tag is `</think>`"),
        ("7", "7"),
    ],
)
def test_reasoning_before_an_answer_is_none(text: str, answer: str) -> None:
    assert after_thinking(text) == answer


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5-3", None),
        ("it is -3.", "-3"),
        ("(-3)", "-3"),
        ("$1,200.50!", "1200.50"),
        ("x = .5", "0.5"),
        ("1,2,3", None),
        ("1,234,567", "1234567"),
        ("between 3 and 4: the answer is 3", "3"),
        ("<answer>12 apples</answer> of 13", "12"),
        ("<answer>apples</answer> 13", "13"),
        ("+7", "7"),
        ("−7", "-7"),
        ("6.02e23", "6.02E+23"),
        ("12 %", "12"),
        ("9" * 60, "9" * 60),
        ("9" * 61, None),
        ("-$13", "-13"),
        ("it costs -€19.", "-19"),
        ("–14", "-14"),
        ("－15", "-15"),
        ("pages 3–5", None),
        ("10 - 3", None),
        ("The answer is − 5.", "-5"),
        ("The answer is minus 5.", "-5"),
        ("答案是负5。", "-5"),
        ("I count them.\n- 5", "5"),
        ("<answer>($5)</answer>", "-5"),
        ("The answer is 20 (12.50 + 7.50).", "20"),
        ("The answer is 12.50 + 7.50 = $20.", "20"),
        ("The answer is 7, because x = 3", "7"),
        ("Together 20 (12.50 + 7.50).", "20"),
        ("12 345", "12345"),
        ("1{,}234", "1234"),
        ("1_000", "1000"),
        ("1'000", "1000"),
        ("1.234,56", "1234.56"),
        ("3,14", "3.14"),
        ("12.912.933.936", "12912933936"),
        ("129,1293,3936", "12912933936"),
        ("１２", "12"),
        ("1/2", "1/2"),
        ("1½", "3/2"),
        ("\\frac{3}{4}", "3/4"),
        ("10⁶", "1000000"),
        ("1.5 × 10^6", "1500000"),
        ("3万", "30000"),
        ("none", None),
        ("", None),
    ],
)
def test_final_number(text: str, number: str | None) -> None:
    found = final_number(text)
    assert (found and found[0].value) == (None if number is None else Fraction(number))


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("<answer>B</answer>", "B"),
        ("<answer>(B)</answer>", "B"),
        ("The answer is (C).", "C"),
        ("**B**", "B"),
        ("B) pear", "B"),
        ("B: pear", "B"),
        ("Pear.", "B"),
        ("I weigh them all.\nA", "A"),
        ("I think so", None),
        ("A short look shows a pear", None),
        ("A bug report", None),
        ("The answer is A or B", None),
        ("A, B", None),
        ("A. plum", None),
        ("The answer is B because it is green.", "B"),
        ("Option C", "C"),
        ("Answer: B", "B"),
        ("答案：B：pear", "B"),
        ("B、pear", "B"),
        ("（B）", "B"),
        ("Ｂ。", "B"),
        ("选项B", "B"),
        ("B pear", "B"),
        ("B is correct.", "B"),
        ("D", None),
        ("Bananas", None),
        ("b", "B"),
        ("", None),
    ],
)
def test_choice_letter(text: str, letter: str | None) -> None:
    found = choice_letter(text, ["apple", "pear", "plum"])
    assert (found and found[0]) == letter


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, true, null]}', {"a": [1, 2.5, True, None]}),
        ("3", 3),
        ('Sure:\n```json\n{"a": 1}\n```\nDone.', {"a": 1}),
        ('```\n{"a": 1}\n```\nor\n```\n{"a": 2}\n```', {"a": 2}),
        ('```\n{"a": 1}\n```\nor\n```\nprint()\n```', {"a": 1}),
        ('It is {"a": "]"} I think', {"a": "]"}),
        ('As in [1], {"a": 1} [end]', {"a": 1}),
        ('The keys are [a] or {a}: {"a": 1}', {"a": 1}),
        ('{"a": 1} or rather {"a": 2}', {"a": 2}),
        ('- so:\n  ```json\n  {"a": 1}\n  ```', {"a": 1}),
        ('{"a": 1} is the answer, not {"a": 2}.', {"a": 1}),
        ('Answer: {"a": 1}\nNote that {} would be wrong.', {"a": 1}),
        ('答案是{"a": 1}，不是{"a": 2}。', {"a": 1}),
        ('{"a": 1}. {"a": 2} is wrong.', {"a": 1}),
        ("[" * 64 + "]" * 64, None),
        ('{"a": "' + "[" * 100 + '"}', {"a": "[" * 100}),
    ],
)
def test_json_value(text: str, value: object) -> None:
    found = json_value(text)
    assert found is not None
    if value is not None:
        assert found[0] == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "{",
        "}{",
        "[NaN]",
        "[Infinity]",
        "[" * 65 + "]" * 65,
        "[" * 40_000,
        f"[{'9' * 61}]",
        f"[0.{'9' * 61}]",
        f'"{"x" * JSON_CHARS}"',
    ],
)
def test_no_json_value(text: str) -> None:
    assert json_value(text) is None


def test_short_answers_and_their_places() -> None:
    assert short_answer("so\n<answer> a </answer>") == ReadAnswer("a", "tag")
    assert short_answer("The answer is b.") == ReadAnswer("b.", "stated")
    assert short_answer("first\n last \n") == ReadAnswer("last", "last line")
    assert short_answer("whole") == ReadAnswer("whole", "whole reply")
    assert short_answer("") is None
    assert short_answer("<answer></answer>") is None
    assert short_answer("x" * (ANSWER_CHARS + 1)) is None
    assert unwrapped("**`a b`**.") == "a b"
    assert unwrapped("$.") == "$", "what is nothing but wrapping is itself"


LONG = 200_000
HOSTILE = (
    "1,111" + ",111" * LONG,
    "1 111" * LONG,
    "1," * LONG,
    "9" * LONG,
    "-" * LONG,
    "1e" * LONG,
    "1/" * LONG,
    "10^" * LONG,
    "(" * LONG,
    "($" * LONG,
    "[" * LONG,
    '["' * LONG,
    '{"a":' * LONG,
    "[" * 60 + "1," * LONG,
    '"' * LONG,
    "'" * LONG,
    '"""' * LONG,
    "\\boxed{" * LONG,
    "$" * LONG,
    "*" * LONG,
    "* " * LONG,
    "- a\n" * LONG,
    "> " * LONG,
    "`" * LONG,
    "```\n~~~\n" * LONG,
    "```x\n" + "    \n" * LONG,
    "```python\ndef f(" + "(" * LONG,
    "```python\n" + "def f(x): ...\n" * LONG,
    "def f(x):\n" + " x = 1\n" * LONG,
    "class A:\n    def f(self): pass\n" * LONG,
    "<answer>" * LONG,
    "<answer>" + "x<" * LONG,
    "answer is " * LONG,
    "答案：" * LONG,
    "½" * LONG,
    "A " * LONG,
    "\n" * LONG,
    " " * LONG,
    "x\n" * LONG,
)


def test_a_list_of_thousands_is_no_answer() -> None:
    few, many = ("\n".join(f"- {at}" for at in range(count)) for count in (3, 2_000))
    assert (lines.last_list(few), lines.last_list(many)) == (few, "")
    assert (lines.begun_list(few, 0), lines.begun_list(many, 0)) == (few, "")


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:16]))
def test_reading_is_linear(text: str) -> None:
    """200,000 characters take a reader at most 0.2 s of CPU; further tries forgive a garbage collection."""
    text = text[:LONG]
    readers: dict[str, Callable[[], object]] = {
        "tag": lambda: answer_tag(text),
        "statement": lambda: statement(text),
        "number": lambda: final_number(text),
        "json": lambda: json_value(text),
        "choice": lambda: choice_letter(text, ["a", "b"]),
        "literal": lambda: python_literal(text, bool),
        "program": lambda: code.program(text, "f"),
        "sql": lambda: queries.sql(text),
    }
    for name, read in readers.items():
        spent = min(_cpu(read) for _ in range(3))
        assert spent <= 0.2, f"{name} took {spent:.2f} s"


def _cpu(read: Callable[[], object]) -> float:
    code.forget()
    taken_back.cache_clear()
    begun = time.thread_time()
    read()
    return time.thread_time() - begun


@pytest.mark.parametrize(
    "text", ["**43** (a common wrong answer is 42)", "43. An incorrect answer is 42.", "**43**。常见的错误答案是：42"]
)
def test_what_is_called_a_wrong_answer_is_no_statement(text: str) -> None:
    assert marked_answer(text) is None
