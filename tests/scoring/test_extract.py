"""Extraction: the same leniency for every model, and endless repetition told from honest text."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.scoring.extract import (
    ANSWER_CHARS,
    JSON_CHARS,
    answer_tag,
    choice_letter,
    code_block,
    fenced,
    final_number,
    json_value,
    repeats_itself,
    search,
    short_answer,
    stated_answer,
    unwrapped,
)


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
        ("<answer>42", None),
        ("42</answer>", None),
        ("<answer>42<answer>", None),
        ("<answers>42</answers>", None),
        ("&lt;answer&gt;42&lt;/answer&gt;", None),
        ("<answer>1</answer><answer>" + "x" * (ANSWER_CHARS + 1) + "</answer>", None),
    ],
)
def test_answer_tags(text: str, answer: str | None) -> None:
    assert answer_tag(text) == answer


DEF = "def f(x):\n    return x\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"```python\n{DEF}```", DEF),
        (f"Here:\n\n```py\n{DEF}```\nIt returns x.", DEF),
        (f"```\n{DEF}```", DEF),
        (f"  ```python\n{DEF}  ```", DEF),
        (f"````python\n{DEF}````", DEF),
        (f"~~~python\n{DEF}~~~", DEF),
        (f'```python title="f.py"\n{DEF}```</s>', DEF),
        ("```python\r\ndef f(x):\r\n    return x\r\n```\r\n", "def f(x):\r\n    return x\r\n"),
        (f"```python\n{DEF}```\nBetter:\n```python\n{DEF}# 2\n```", DEF + "# 2\n"),
        (f"```python\n{DEF}```\nUsage:\n```python\nprint(f(1))\n```", DEF),
        (f"```python\n{DEF}```\nor\n```python\ndef f(x", DEF),
        ("```python\nasync def f(x):\n    pass\n```", "async def f(x):\n    pass\n"),
        ("```python\nclass A:\n    def f(self):\n        pass\n```", "class A:\n    def f(self):\n        pass\n"),
        (f"````markdown\n```python\n{DEF}```\n````", f"```python\n{DEF}```\n"),
        ("```python\n" + DEF + "```\n~~~\ntext\n~~~", DEF),
        (DEF, DEF),
        (f"x = 1\n{DEF}", f"x = 1\n{DEF}"),
        (f"```python\n{DEF}", None),
        (f"~~~\n{DEF}", None),
        (f"{DEF}\n```\nprint(f(1))\n```", None),
        ("```python\ndef g(x):\n    return x\n```", None),
        ("```python\ndef ff(x):\n    return x\n```", None),
        ("```python\n# def f(x)\nf = lambda x: x\n```", None),
        ("I would write def f(x).", None),
        ("", None),
    ],
)
def test_code_blocks(text: str, code: str | None) -> None:
    assert code_block(text, "f") == code


def test_a_name_is_taken_literally() -> None:
    assert code_block("def fxg(): pass", "f.g") is None


@pytest.mark.parametrize(
    "text",
    [
        "<answer>" * 20_000,
        "<answer>" + "x<" * 100_000,
        "```\n~~~\n" * 20_000,
        "```x\n" + "    \n" * 50_000,
        "`" * 100_000 + "\n" + "~" * 100_000,
        "".join("`" * length + "\n" for length in range(300, 3, -1)),
        ("~" * 9 + " " * 5000 + "\n") * 30 + " " * 100_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    begun = time.perf_counter()
    assert answer_tag(text) is None
    assert code_block(text, "f") is None
    assert time.perf_counter() - begun < 5.0


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
        ("The answer is", None),
        ("The answer is ...", None),
        ("My answers are 1 and 2", None),
        ("", None),
    ],
)
def test_stated_answer(text: str, answer: str | None) -> None:
    assert stated_answer(text) == answer


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5-3", "3"),
        ("it is -3.", "-3"),
        ("(-3)", "-3"),
        ("$1,200.50!", "1200.50"),
        ("x = .5", "0.5"),
        ("1,2,3", "3"),
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
        ("none", None),
        ("", None),
    ],
)
def test_final_number(text: str, number: str | None) -> None:
    found = final_number(text)
    assert found == (None if number is None else Decimal(number))


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
        ("D", None),
        ("Bananas", None),
        ("b", None),
        ("", None),
    ],
)
def test_choice_letter(text: str, letter: str | None) -> None:
    assert choice_letter(text, ["apple", "pear", "plum"]) == letter


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, true, null]}', {"a": [1, 2.5, True, None]}),
        ("3", 3),
        ('Sure:\n```json\n{"a": 1}\n```\nDone.', {"a": 1}),
        ('```\n{"a": 1}\n```\nor\n```\n{"a": 2}\n```', {"a": 2}),
        ('```\n{"a": 1}\n```\nor\n```\nprint()\n```', {"a": 1}),
        ('It is {"a": "]"} I think', {"a": "]"}),
        ("[" * 64 + "]" * 64, None),
        ('{"a": "' + "[" * 100 + '"}', {"a": "[" * 100}),
    ],
)
def test_json_value(text: str, value: object) -> None:
    found = json_value(text)
    assert found is not None
    if value is not None:
        assert found == (value,)


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
    assert short_answer("so\n<answer> a </answer>") == ("a", "tagged")
    assert short_answer("The answer is b.") == ("b", "stated")
    assert short_answer("first\n last \n") == ("last", "last line")
    assert short_answer("") is None
    assert short_answer("<answer></answer>") is None
    assert short_answer("x" * (ANSWER_CHARS + 1)) is None
    assert unwrapped("**`a b`**.") == "a b"
    assert unwrapped("$.") == "$.", "what is nothing but wrapping is itself"


def test_search_and_fenced() -> None:
    assert search(r"\d+", "a 12 b 3") == "12"
    assert search("z", "a") is None
    assert fenced("```\na\n```\n```py\nb\n```") == "b\n"
    assert fenced("```\na") is None


@pytest.mark.parametrize("text", ["1," * 100_000, "9" * 200_000, "-" * 200_000, "1e" * 100_000, '"' * 50_000])
def test_numbers_and_json_never_take_long(text: str) -> None:
    begun = time.perf_counter()
    final_number(text)
    json_value(text)
    choice_letter(text, ["a", "b"])
    assert time.perf_counter() - begun < 5.0
