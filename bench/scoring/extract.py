"""Where the answer stands in a model's text. Any leniency here applies to every model alike.

Tags and last lines are sought here, statements in `statements`, wrappings taken off by `unwrap`, numbers read by
`numbers` and `sentences`, JSON by `json_answers`, code blocks found by `code`; all are linear in the text's length.
"""

from __future__ import annotations

import re

from bench.scoring.denials import DENIED, WRONG_AFTER
from bench.scoring.item import ANSWER_CHARS
from bench.scoring.lines import last_line, last_list
from bench.scoring.numbers import Number, wrapped_number
from bench.scoring.retraction import instead, taken_back, without_struck
from bench.scoring.sentences import last_number, stated_number
from bench.scoring.statements import ReadAnswer, statement
from bench.scoring.unwrap import before_explanation, before_prose

TEXT_CHARS = 200_000
"""Of a longer text only this many characters at its end are read: that is where answers stand."""
_REACH = 80

_TAG = re.compile(r"</?answer>", re.IGNORECASE)
_CLOSES = re.compile(r"</(?:think|thinking|thought|reasoning|seed:think)>|\[/THINK\]|◁/think▷")
_OPENS = {"[/THINK]": "[THINK]", "◁/think▷": "◁think▷"}
_THOUGHT = re.compile(r"\s*(?:<think>.*?</think>\s*)++", re.DOTALL)
_UNCLOSED = re.compile(r"^[ \t*]*<answer>[ \t]*\n?([^\n<]*\S)\s*\Z", re.IGNORECASE | re.MULTILINE)
_SO = re.compile(r"\b(?:so|therefore|thus|hence|total|altogether)\b|=|[一总]共|合计|所以|因此", re.IGNORECASE)
_CHECK = re.compile(
    r"\n[\s*_#>(（]{0,8}(?:verification|check|proof|quick check|验证|检验|验算)[*_]{0,3}\s*[:：]", re.IGNORECASE
)
_CONCLUDES = re.compile(
    r"\b(?:so|therefore|thus|hence|answer|total|but|wrong)\b|[所因]此?以?[，,]|答案|不|错", re.IGNORECASE
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


def after_thinking(text: str) -> str:
    """What follows the <think> blocks that begin a text, or the last mark that ends a block which nothing opened, as a
    template opened it in the prompt: `</think>` or another model's. Else the text.
    """
    block = _THOUGHT.match(text)
    text = text[block.end() :] if block else text
    last = next(reversed([*_CLOSES.finditer(text)]), None)
    if last is None:
        return text
    thought, opener = text[: last.start()], _OPENS.get(last[0], last[0].replace("/", "", 1))
    return text if opener in thought or thought.endswith("`") else text[last.end() :].lstrip()


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


def marked_answer(text: str) -> ReadAnswer | None:
    """The `<answer>` tag's content, else the last `statement`; None without either.

    One that is taken back or struck out does not count, but what is said in its place does.
    """
    return _marked(without_struck(text))[0]


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
    if tagged is None:
        return statement(text)
    begin = text.lower().rfind("<answer>", 0, end)
    if DENIED.search(text[max(0, begin - _REACH) : max(0, begin)]):
        return None, end
    return None if WRONG_AFTER.match(text, end, end + _REACH) else ReadAnswer(tagged, "tag"), end


def short_answer(text: str) -> ReadAnswer | None:
    """An answer in words: the `marked_answer`, else the whole reply or its last line. None if empty or overlong."""
    text = without_struck(text)
    answer, start = _marked(text)
    if answer is None:
        whole = text.strip() if taken_back(text) is None else instead(text[start:])
        told = before_explanation(whole)
        last = last_line(told)
        place = "first line" if told != whole else "whole reply" if last == whole else "last line"
        answer = ReadAnswer(last.strip(), place, last_list(told))
    return answer if 0 < len(answer.text) <= ANSWER_CHARS else None


def first_line(text: str, *, prose: bool) -> ReadAnswer | None:
    """The first line of a reply that goes on and takes nothing back; None where it does not.

    With `prose` it must go on in paragraphs that name no other answer.
    """
    text = without_struck(text).strip()
    first, _, rest = text.partition("\n")
    if not rest.strip() or taken_back(text) is not None or len(first) > ANSWER_CHARS:
        return None
    return ReadAnswer(first.strip(), "first line") if not prose or before_prose(text) == first.strip() else None


def final_number(text: str) -> tuple[Number, str] | None:
    """The number in the `<answer>` tag, or without one in the last statement, or the last in the whole text; and where.

    Where a tag or a statement names no number, only what follows it may. None if no number is there, if it is denied,
    taken back or left open, or has more than `DIGITS` characters.
    """
    text = without_struck(text)
    answer, start = _marked(text)
    if answer is not None:
        number, spoken = stated_number(answer.text)
        if number is not None or spoken:
            return None if number is None else (number, answer.place)
    for unknown in _UNKNOWN.finditer(text, max(start, len(text) - ANSWER_CHARS)):
        start = unknown.end()
    rest = _unchecked(text[start:])
    if (bare := _leading_number(rest)) is not None:
        return bare, "first line"
    last = last_number(rest)
    return None if last is None else (last, "last number")


def _unchecked(text: str) -> str:
    """A text without the check of its result that ends it, which concludes nothing anew."""
    label = _CHECK.search(text, max(0, len(text) - ANSWER_CHARS))
    if label is None or _CONCLUDES.search(text, label.end()) or not re.search(r"\d", text[: label.start()]):
        return text
    return text[: label.start()]


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


def _leading_number(text: str) -> Number | None:
    """The number that the first line of a reply is, where what follows only explains it and reckons nothing."""
    first = before_prose(before_explanation(text))
    return wrapped_number(first) if first != text and "\n" not in first and not _SO.search(text) else None
