"""Reading takes time in proportion to a reply's length, whatever stands in it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bench.scoring import code, lines, queries
from bench.scoring.choices import choice_letter
from bench.scoring.extract import (
    answer_tag,
    final_number,
)
from bench.scoring.json_answers import json_value
from bench.scoring.literals import python_literal
from bench.scoring.retraction import taken_back
from bench.scoring.statements import statement
from tests.sampling import sampled

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


@pytest.mark.parametrize("text", sampled(HOSTILE, 13), ids=lambda text: repr(text[:16]))
def test_reading_is_linear(text: str) -> None:
    """200,000 characters take a reader at most 0.2 s of CPU; further tries forgive what else the machine does."""
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
        spent = 1.0
        for _ in range(8):
            spent = min(spent, _cpu(read))
            if spent <= 0.2:
                break
        assert spent <= 0.2, f"{name} took {spent:.2f} s"


def _cpu(read: Callable[[], object]) -> float:
    code.forget()
    taken_back.cache_clear()
    begun = time.thread_time()
    read()
    return time.thread_time() - begun
