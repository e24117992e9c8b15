"""Cuts the answer out of a model's text. Any leniency here applies to every model alike."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import regex

TEXT_CHARS = 200_000
"""Of a longer text only this many characters at its end are read: that is where answers stand."""
ANSWER_CHARS = 4096
"""An extracted answer longer than this is no answer; keeps comparison and tables bounded."""
JSON_CHARS = 50_000
"""A longer JSON answer is none."""
JSON_DEPTH = 64
"""A more deeply nested JSON answer is none."""
DIGITS = 60
"""A number with more characters is none."""
SEARCH_S = 2.0
"""CPU seconds that a task's own regular expression may search one answer."""

_ANSWER = re.compile(r"<answer>((?:(?!</?answer>).)*)</answer>", re.DOTALL | re.IGNORECASE)
_STATED = re.compile(
    r"(?:\banswer(?: to\b[^\n.]{0,80}?)? is\b|答案(?:[是为]|(?=[:：])))[ \t:：]*(\S[^\n]*)", re.IGNORECASE
)
_WRAPPING = re.compile(
    r"^(?:</?answer>|\\\(|\\boxed\{|[*`\"'$\s:])+|(?:</?answer>|\\\)|[}*`\"'$.。\s])+$", re.IGNORECASE
)
_APART = re.compile(r"[,，\s]+")
_NUMBER = re.compile(
    r"(?:(?<![\w.)])[-+−])?(?:\d{1,3}(?:,\d{3})++(?!\d)|\d++)(?:\.\d++)?+(?:[eE][-+]?\d{1,3}(?!\d))?|(?<!\d)\.\d++"
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_LETTER = re.compile(r"\(?([A-Z])\)?(?:[.:)\s]|$)")
_LITERAL = re.compile(
    r"""(?:[\s\[\](){},:+-]|(?:True|False|None|\d++(?:\.\d*+)?(?:[eE][-+]?\d++)?)(?![\w.])"""
    r"""|'(?:[^'\\\n]|\\[nrt\\'"])*+'|"(?:[^"\\\n]|\\[nrt\\'"])*+")++"""
)
_FENCE = re.compile(r"^[ \t]*+(`{3,}+|~{3,}+)[^\n`]*+\n(.*?)^[ \t]*+\1", re.DOTALL | re.MULTILINE)


def answer_tag(text: str) -> str | None:
    """The content of the last `<answer>...</answer>`, stripped; None if there is none or it is overlong.

    Nested or merely mentioned tags do not disturb it: the innermost pair counts.
    """
    found = _ANSWER.findall(text)
    if not found:
        return None
    answer: str = found[-1].strip()
    return answer if len(answer) <= ANSWER_CHARS else None


def stated_answer(text: str) -> str | None:
    """What follows the last "answer is", "answer to ... is" or "答案是" on its line, without what merely wraps it.

    Wrapping is quotes, emphasis, LaTeX's \\( \\) and \\boxed{ }, a stray tag, and a final full stop.
    """
    found = _STATED.findall(text[-ANSWER_CHARS:])
    return _WRAPPING.sub("", found[-1]) or None if found else None


def final_number(text: str) -> Decimal | None:
    """The last number in the `<answer>` tag, or without one after the last "answer is", or in the whole text.

    Thousands commas, a plus sign and a typographic minus are read; a number of more than `DIGITS` characters is none.
    """
    for part in (answer_tag(text), stated_answer(text), text):
        found = _NUMBER.findall(part or "")
        if found:
            return Decimal(found[-1].replace(",", "").replace("−", "-")) if len(found[-1]) <= DIGITS else None
    return None


def short_answer(text: str) -> tuple[str, str] | None:
    """An answer in words and where it stood: the `<answer>` tag, else after "answer is", else the last line.

    None for an empty or overlong one.
    """
    lines = text.strip().splitlines() or [""]
    places = (("tagged", answer_tag(text)), ("stated", stated_answer(text)), ("last line", lines[-1].strip()))
    for place, answer in places:
        if answer is not None:
            return (answer, place) if 0 < len(answer) <= ANSWER_CHARS else None
    return None


def unwrapped(answer: str) -> str:
    """An answer without quotes, emphasis, LaTeX's wrapping and a final full stop; itself if it is nothing else."""
    return _WRAPPING.sub("", answer) or answer


def same(answer: str, wanted: str) -> bool:
    """Whether two answers are equal, apart from what merely wraps them."""
    return answer == wanted or unwrapped(answer) == unwrapped(wanted)


def parts(answer: str) -> list[str]:
    """An answer's parts, as commas and blanks separate them."""
    return [part for part in _APART.split(answer) if part]


def choice_letter(text: str, choices: Sequence[str]) -> str | None:
    """The letter of the choice that a `short_answer` names, by its letter or by its whole text."""
    found = short_answer(text)
    if found is None:
        return None
    answer = found[0].strip("*_ ") or found[0]
    for at, choice in enumerate(choices):
        if unwrapped(answer).casefold() == unwrapped(choice).casefold():
            return chr(ord("A") + at)
    letter = _LETTER.match(answer)
    return letter[1] if letter and ord(letter[1]) - ord("A") < len(choices) else None


def json_value(text: str) -> tuple[Any] | None:
    """The JSON of an answer, in a tuple: the whole text, else the last fenced block that is JSON, else what stands
    between the first opening and the last closing bracket.

    None if nothing parses, or what parses is longer, deeper or has longer numbers than allowed.
    """
    first, last = re.search(r"[\[{]", text), max(text.rfind("]"), text.rfind("}"))
    blocks = [code for _, code in reversed(_FENCE.findall(text))]
    inside = [text[first.start() : last + 1]] if first and last > first.start() else []
    return next((found for part in (text, *blocks[:20], *inside) if (found := _json(part.strip()))), None)


def _json(text: str) -> tuple[Any] | None:
    if not 0 < len(text) <= JSON_CHARS:
        return None
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > JSON_DEPTH:
        return None
    try:
        return (json.loads(text, parse_int=_bounded, parse_float=_bounded, parse_constant=_bounded),)
    except ValueError:
        return None


def _bounded(literal: str) -> int | float:
    """A JSON number of bounded length. ValueError for a longer one, NaN and Infinity."""
    if len(literal) > DIGITS or not re.search(r"\d", literal):
        raise ValueError("no number of JSON's, or too long")
    return int(literal) if re.fullmatch(r"-?\d+", literal) else float(literal)


def search(pattern: str, text: str) -> str | None:
    """What a task's own regular expression finds first. TimeoutError after `SEARCH_S` seconds of CPU."""
    try:
        found = regex.search(pattern, text, timeout=SEARCH_S)
    except TimeoutError as error:
        raise TimeoutError(f"the regex took more than {SEARCH_S:g} s of CPU") from error
    return found[0] if found else None


def code_block(text: str, entry_point: str) -> str | None:
    """The last closed fenced block (``` or ~~~) that defines `entry_point`; without any, the whole text if it does.

    None if nothing defines it: an unclosed fence is an answer that was cut short.
    """
    defines = re.compile(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(entry_point)}\b", re.MULTILINE)
    blocks: list[str] = [code for _, code in _FENCE.findall(text) if defines.search(code)]
    if blocks:
        return blocks[-1]
    return text if not re.search("```|^[ \t]*~~~", text, re.MULTILINE) and defines.search(text) else None


def fenced(text: str) -> str | None:
    """The last closed fenced block, whatever it holds; None if there is none."""
    blocks = _FENCE.findall(text)
    return blocks[-1][1] if blocks else None


def sql(text: str) -> str | None:
    """The last closed fenced block; without any, the whole text if it begins like a query. None if neither."""
    block = fenced(text)
    if block is None and re.match(r"\s*(?:SELECT|WITH)\b", text, re.IGNORECASE) and "```" not in text:
        return text
    return block


def python_literal(text: str) -> tuple[str, Any] | None:
    """The Python literal of an answer, as text and as value: the last fenced block, or without one a `short_answer`.

    None if it is no literal, or longer than `ANSWER_CHARS`.
    """
    block, short = fenced(text), short_answer(text)
    literal = block.strip() if block is not None else short[0].strip("`") if short else ""
    if len(literal) > ANSWER_CHARS or not _LITERAL.fullmatch(literal):  # of other text the compiler would warn
        return None
    try:
        return literal, ast.literal_eval(literal)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None


def repeats_itself(text: str, *, copies: int = 4, least: int = 40, tail: int = 2000) -> bool:
    """Whether the text ends in an endless repetition: one block said at least `copies` times, wherever it breaks off.

    The block may be up to a quarter of the tail, and counting on ("19, 20, 21, ...") is repetition too; at least
    `least` characters must be covered, so that "......" or a short list is not mistaken for one.
    """
    end = re.sub(r"\d+", "0", text[-2 * tail :])[-tail:]
    for size in range(1, len(end) // copies + 1):
        span = max(size * copies, least)
        if span <= len(end) and end[-span:-size] == end[size - span :]:
            return True
    return False
