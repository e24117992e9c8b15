"""Where the answer stands in a model's text, and what it is. Any leniency here applies to every model alike.

Places are sought here, wrappings taken off by `unwrap`, numbers read by `numbers`, code blocks found by `code`; all are
linear in the text's length.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.scoring import code
from bench.scoring.numbers import DIGITS, Number
from bench.scoring.retraction import instead, taken_back
from bench.scoring.sentences import last_number, stated_number
from bench.scoring.unwrap import begun_block, last_line, layers

TEXT_CHARS = 200_000
"""Of a longer text only this many characters at its end are read: that is where answers stand."""
ANSWER_CHARS = 4096
"""An extracted answer longer than this is not an answer; keeps comparison and tables bounded."""
JSON_CHARS = 50_000
"""A longer JSON answer is none."""
JSON_DEPTH = 64
"""A more deeply nested JSON answer is none."""
MOST_BROKEN = 200
"""Brackets that begin no JSON, after which no more is sought; a number or a depth beyond the bounds counts 25."""

_TAG = re.compile(r"</?answer>", re.IGNORECASE)
_THOUGHT = re.compile(r"\s*(?:<think>.*?</think>\s*)++", re.DOTALL)
_UNCLOSED = re.compile(r"^[ \t*]*<answer>[ \t]*\n?([^\n<]*\S)\s*\Z", re.IGNORECASE | re.MULTILINE)
_STATED = re.compile(
    r"(?:(?<!wrong )(?<!incorrect )(?<!mistaken )"
    r"\banswer(?: to\b[^\n.]{0,80}?)?[*_`\"' ]{0,4}(?: (?:is|would be)\b(?! (?:not|unknown)\b)|[ \t]*[:：=])"
    r"|\b(?:right|correct|best) (?:choice|option|letter) is\b(?! not\b)"
    r"|\bmy (?:final )?choice(?: is\b(?! not\b)|[:：])"
    r"|^[*_# ]{0,6}Ans[*_]{0,2}\.?[:：]"
    r"|[【\[]答案[】\]]|(?<!错误)(?<!错误的)答案[*_`]{0,3}(?:(?:应该?|应当|就)?[是为选]|(?=[:：])))"
    r"[ \t:：*_]*(?:[:：*][ \t*]*\n\s*|[*]*[:：][*]*[ \t]*\n\s*)?(\S[^\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_UNKNOWN = re.compile(
    r"\b(?:cannot|can't|can’t|can not|could not|couldn't) be (?:determined|known|answered|found|computed"
    r"|calculated)\b"
    r"|\b(?:is|remains) (?:unknown|undetermined|unclear|not known)\b|\bnot enough information\b"
    r"|\bthere is no (?:answer|solution)\b"
    r"|\b(?:i|we) (?:do not|don't|don’t|cannot|can't|can’t) (?:know|tell|say|answer|determine)\b"
    r"|不知道|无法(?:确定|得知|回答|计算)|无解",
    re.IGNORECASE,
)
_BOXED = re.compile(r"\\f?box(?:ed)?\s*\{")
_LITERAL = re.compile(
    r"""(?:[\s\[\](){},:+-]|(?:True|False|None|\d++(?:\.\d*+)?(?:[eE][-+]?\d++)?)(?![\w.])"""
    r"""|'(?:[^'\\\n]|\\[nrt\\'"])*+'|"(?:[^"\\\n]|\\[nrt\\'"])*+")++"""
)
_NO_JSON = re.compile(
    r"(?:\b(?:not|never|see|cf\.?|ref\.?|instead of|rather than|unlike|(?:note|observe) that)|不是|并非|而非|见)"
    r"[\s`*:]*\Z",
    re.IGNORECASE,
)
_WRONG_JSON = re.compile(
    r"[\s`*]*(?:(?:is|are|was|would be) (?:not|never|wrong|incorrect|invalid)\b|(?:isn't|wouldn't|cannot|can't) be\b"
    r"|isn't\b|是?不对|是错|不正确)",
    re.IGNORECASE,
)
_FOREIGN_MARKS = ".“”‘’«»「」『』《》〈〉【】。 \n\t"
"""What may stand around a Python literal and is none of Python's own marks."""
_HALF = "half a wrapping"


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """Words that may be the answer, and where they stood."""

    text: str
    """The words, as written."""
    place: str
    """One of "tag", "boxed", "stated", "last line", "whole reply"."""


def after_thinking(text: str) -> str:
    """What follows the <think> blocks that begin a text, or the last </think> that no <think> opened, as a template
    opened it in the prompt. Else the text.
    """
    block = _THOUGHT.match(text)
    text = text[block.end() :] if block else text
    thought, closed, answer = text.rpartition("</think>")
    opened = "<think>" in thought or thought.endswith("`")
    return answer.lstrip() if closed and not opened else text


def answer_tag(text: str) -> str | None:
    """The content of the last `<answer>...</answer>`, stripped; None if there is none or it is overlong.

    Nested or merely mentioned tags do not disturb it: the innermost pair counts. One that begins the last line and is
    not closed, as where a server cuts off the stop sequence `</answer>`, holds that line.
    """
    return _tag(text)[0]


def _tag(text: str) -> tuple[str | None, int]:
    """The same, and where it ends."""
    answer, opened, end = None, None, 0
    for tag in _TAG.finditer(text):
        if tag[0][1] != "/":
            opened = tag.end()
        elif opened is not None:
            answer, opened, end = text[opened : tag.start()].strip(), None, tag.end()
    if answer is None and opened is not None and (last := _UNCLOSED.search(text, max(0, len(text) - ANSWER_CHARS))):
        answer, end = last[1].strip(), len(text)
    return (answer, end) if answer is not None and len(answer) <= ANSWER_CHARS else (None, 0)


def statement(text: str) -> ReadAnswer | None:
    """The last \\boxed{...}, or what follows the last "answer is", "answer:", "答案是" or the like on its line.

    Whichever comes later, in the last `ANSWER_CHARS` characters; None without either, or with nothing but wrapping.
    """
    return _statement(text)[0]


def _statement(text: str) -> tuple[ReadAnswer | None, int]:
    """The same, and where it begins to say what the answer is."""
    end = text[-ANSWER_CHARS:]
    before = len(text) - len(end)
    stated = next(reversed([*_STATED.finditer(end)]), None)
    boxed = next(reversed([*_BOXED.finditer(end)]), None)
    if boxed and (not stated or boxed.start() > stated.start()):
        inner = _braced(end, boxed.end())
        if inner is not None and inner.strip():
            whole = end[boxed.start() : boxed.end()] + inner + "}"
            return ReadAnswer(whole, "boxed"), before + boxed.end()
    if stated is None:
        return None, 0
    if block := begun_block(end, stated.start(1)):
        return ReadAnswer(block, "stated"), before + stated.start(1)
    answer = ReadAnswer(stated[1].strip(), "stated") if re.search(r"\w", stated[1]) else _marks(stated[1])
    return answer, before + stated.start(1)


def _marks(words: str) -> ReadAnswer | None:
    """A stated answer that is made of marks alone, such as "#" or "+"; None for dots and wrapping."""
    return ReadAnswer(words.strip(), "stated") if words.strip(" .…*_`'\"$。") else None


def _braced(text: str, start: int) -> str | None:
    """What stands before the brace that closes the one before `start`; None if it is not closed."""
    depth = 1
    for brace in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return text[start : brace.start()]
    return None


def marked_answer(text: str) -> ReadAnswer | None:
    """The `<answer>` tag's content, else the last `statement`; None without either.

    One that is taken back does not count, but what is said in its place does.
    """
    return _marked(text)[0]


def _marked(text: str) -> tuple[ReadAnswer | None, int]:
    """The same, and where it begins or, for a tag, ends; without one, from where on an answer may stand."""
    answer, begin = _marked_plainly(text)
    back = taken_back(text)
    if back is None or back < begin:
        return answer, begin
    again, at = _marked_plainly(text[back:])
    if again is None and answer is not None and (words := instead(text[back:])):
        again = ReadAnswer(words, "stated")
    return again, back + at


def _marked_plainly(text: str) -> tuple[ReadAnswer | None, int]:
    tagged, end = _tag(text)
    return (ReadAnswer(tagged, "tag"), end) if tagged is not None else _statement(text)


def short_answer(text: str) -> ReadAnswer | None:
    """An answer in words: the `marked_answer`, else the whole reply or its last line. None if empty or overlong."""
    answer, start = _marked(text)
    if answer is None:
        whole = text.strip() if taken_back(text) is None else instead(text[start:])
        last = last_line(whole)
        answer = ReadAnswer(last.strip(), "whole reply" if last == whole else "last line")
    return answer if 0 < len(answer.text) <= ANSWER_CHARS else None


def final_number(text: str) -> tuple[Number, str] | None:
    """The number in the `<answer>` tag, or without one in the last statement, or the last in the whole text; and where.

    Where a tag or a statement names no number, only what follows it may. None if no number is there, if it is denied,
    taken back or left open, or has more than `DIGITS` characters.
    """
    answer, start = _marked(text)
    if answer is not None:
        number, spoken = stated_number(answer.text)
        if number is not None or spoken:
            return None if number is None else (number, answer.place)
    for unknown in _UNKNOWN.finditer(text, max(start, len(text) - ANSWER_CHARS)):
        start = unknown.end()
    last = last_number(text[start:])
    return None if last is None else (last, "last number")


def json_value(text: str, *, array: bool = False) -> tuple[Any, str] | None:
    """The JSON of an answer, and where it stood: the whole text, else the last code block that is JSON, else the last
    object in the text; with `array`, the last array.

    None if nothing parses, or what parses is longer, deeper or has longer numbers than allowed.
    """
    whole = text.strip()
    if 0 < len(whole) <= JSON_CHARS:
        value = _parsed(whole, 0)
        if value is not None and value[1] == len(whole):
            return value[0], "whole reply"
    for block in reversed(code.blocks(text)[-20:]):
        inner = block.code.strip()
        value = _parsed(inner, 0) if 0 < len(inner) <= JSON_CHARS else None
        if value is not None and value[1] == len(inner):
            return value[0], "code block"
    embedded = [value for begin, end, value in _embedded(text) if not _denied(text, begin, end)]
    wanted = [value for value in embedded if isinstance(value, list) == array] or embedded
    return (wanted[-1], "in the text") if wanted else None


def _denied(text: str, begin: int, end: int) -> bool:
    """Whether a sentence says that the JSON in it is not the answer, or only speaks of it: "not {...}", "see [1]"."""
    before, after = text[max(0, begin - 40) : begin], text[end : end + 60]
    return bool(_NO_JSON.search(before) or _WRONG_JSON.match(after))


def _embedded(text: str) -> Iterator[tuple[int, int, Any]]:
    """The outermost JSON objects and arrays in a text, with their places. What fails to parse is passed over as far as
    it was read.
    """
    at, broken = 0, 0
    opening = re.compile(r"[\[{]")
    while broken < MOST_BROKEN and (bracket := opening.search(text, at)):
        try:
            value, end = _DECODER.raw_decode(text, bracket.start())
        except json.JSONDecodeError as error:
            at, broken = max(bracket.end(), error.pos), broken + 1
        except (ValueError, RecursionError):
            at, broken = bracket.end(), broken + 25
        else:
            at = end
            if end - bracket.start() <= JSON_CHARS and not _deep(value):
                yield bracket.start(), end, value


def _parsed(text: str, at: int) -> tuple[Any, int] | None:
    """The JSON value at a place, and its end."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
    return None if _deep(value) else (value, end)


def _deep(value: Any) -> bool:
    """Whether a value is nested deeper than allowed."""
    level = [value]
    for _ in range(JSON_DEPTH + 1):
        level = [
            part
            for each in level
            if isinstance(each, list | dict)
            for part in (each.values() if isinstance(each, dict) else each)
        ] + [None for each in level if isinstance(each, list | dict) and not each]
        if not level:
            return False
    return True


def _short(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(literal: str) -> Any:
        if len(literal) > DIGITS:
            raise ValueError("a number is too long")
        return convert(literal)

    return read


def _no_constant(literal: str) -> Any:
    raise ValueError(f"{literal} is not JSON")


_DECODER = json.JSONDecoder(parse_int=_short(int), parse_float=_short(float), parse_constant=_no_constant)


def python_literal(text: str, right: Callable[[Any], bool]) -> tuple[str, bool, str] | None:
    """The Python literal of an answer, whether it is `right`, and where it stood: the last code block, or without one a
    `short_answer` without what wraps it, brackets and ASCII quotes apart, which are the literal's own.

    None if it is not a literal, or longer than `ANSWER_CHARS`.
    """
    blocks = code.blocks(text)
    places = [(block.code, "code block") for block in blocks[-1:]]
    short = marked_answer(text) if blocks else short_answer(text)
    places += [(short.text, short.place)] if short else []
    for words, place in places:
        read = [(literal, value) for literal in _literals(words) if (value := _evaluated(literal)) is not None]
        if read:
            literal, value = next((pair for pair in read if right(pair[1][0])), read[0])
            return literal, right(value[0]), place
    return None


def _literals(words: str) -> Iterator[str]:
    """What may be the literal in some words: as written, and without what wraps it."""
    lines = [line for line in words.strip().split("\n") if not line.lstrip().startswith(("#", ">>>"))]
    yield "\n".join(lines).strip()
    yield re.sub(r"\A\w+\s*=\s*(?!=)", "", "\n".join(lines).strip())
    before = ""
    for layer in layers(words.strip(_FOREIGN_MARKS)):
        name, lost = (layer.wrappings or ("",))[-1], before[:1] if before.endswith(layer.text) else before[-1:]
        if (name in ("brackets", "quotes") and before[0] in "([{'\"") or (name == _HALF and lost in "([{}])'\""):
            return  # Python's own brackets and quotes are not a wrapping
        before = layer.text
        yield before


def _evaluated(literal: str) -> tuple[Any] | None:
    if not 0 < len(literal) <= ANSWER_CHARS or not _LITERAL.fullmatch(literal):  # of other text the compiler would warn
        return None
    try:
        return (ast.literal_eval(literal),)
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
