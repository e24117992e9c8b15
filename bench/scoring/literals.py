"""The Python literal of a reply, as a program would print it: a code block, or what a statement gives after it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from bench.scoring import code
from bench.scoring.denials import WRONG_AFTER
from bench.scoring.extract import marked_answer, short_answer
from bench.scoring.item import ANSWER_CHARS
from bench.scoring.lines import behind_blocks, outside_blocks
from bench.scoring.retraction import instead, taken_back, without_struck
from bench.scoring.statements import ReadAnswer
from bench.scoring.unwrap import layers

_LITERAL = re.compile(
    r"""(?:[\s\[\](){},:+-]|(?:True|False|None|\d++(?:\.\d*+)?(?:[eE][-+]?\d++)?)(?![\w.])"""
    r"""|'(?:[^'\\\n]|\\[nrt\\'"])*+'|"(?:[^"\\\n]|\\[nrt\\'"])*+")++"""
)

_FOREIGN_MARKS = ".“”‘’«»「」『』《》〈〉【】。 \n\t"
"""What may stand around a Python literal and is none of Python's own marks."""
_HALF = "half a wrapping"


_OUTPUT = re.compile(
    r"(?:\b(?:output|result|(?:return(?:ed)? )?value|stdout)\b[*_`]{0,3}\s*(?:(?:is|are|will be|would be"
    r"|should be)\b|[=:：→]|->)"
    r"|\b(?:returns?|prints?|printed|outputs?|evaluates? to|gives?|yields?|produces?)\b(?=[\s:*`])"
    r"|(?:输出|返回|打印)(?:的?(?:结果|值|内容)|出)?[*_]{0,3}(?:应该?)?(?:[是为:：了])?|结果[*_]{0,3}(?:应该?)?[是为:：]|==|->|→|=>)"
    r"[ \t:：*_]*(?:\n\s*)?(\S[^\n]*)",
    re.IGNORECASE,
)
_NOT = re.compile(r"(?:\bnot|n['’]t|\bnever|不|没)[^.,;，。；\n]{0,20}\Z", re.IGNORECASE)
_SPAN = re.compile(r"[*_“\"(]{0,3}`([^`\n]+)`")
_REASON = re.compile(r"\b(?:because|since|as|not|rather|instead|where|for|while)\b|因为|不是|而", re.IGNORECASE)
_COMMENT = re.compile(r"[ \t]+#[^\n'\"]*$", re.MULTILINE)


def python_literal(text: str, right: Callable[[Any], bool]) -> tuple[str, bool, str] | None:
    """The Python literal of an answer, whether it is `right`, and where it stood: what is stated after the last code
    block, else that block, else a statement or `short_answer` without what wraps it, brackets and ASCII quotes apart,
    which are the literal's own. A block that is taken back does not count.

    None if it is not a literal, or longer than `ANSWER_CHARS`.
    """
    for answer in _places(text):
        words = answer.text
        read = [(literal, value) for literal in _literals(words) if (value := _evaluated(literal)) is not None]
        if read:
            literal, value = next((pair for pair in read if right(pair[1][0])), read[0])
            return literal, right(value[0]), answer.place
    return None


def _places(text: str) -> Iterator[ReadAnswer]:
    """Where the literal may stand, first where it counts most."""
    blocks = code.blocks(text)
    end = behind_blocks(text) if blocks else 0
    back = taken_back(text, end)
    yield from _statements(without_struck(text[end if back is None else back :]))
    if back is not None:
        yield ReadAnswer(instead(text[back:]), "stated")
    elif blocks:
        if not WRONG_AFTER.match(text, end, end + 80):
            yield ReadAnswer(blocks[-1].code, "code block")
            yield from _statements(without_struck(text))
    elif short := short_answer(text):
        yield short


def _statements(text: str) -> Iterator[ReadAnswer]:
    """The answer that a text marks, and the output that it names last."""
    if marked := marked_answer(text):
        yield marked
    for output in reversed([*_OUTPUT.finditer(outside_blocks(text[-ANSWER_CHARS:]))]):
        if not _NOT.search(output.string[max(0, output.start() - 30) : output.start()]):
            yield ReadAnswer(output[1], "stated")
            return


def _literals(words: str) -> Iterator[str]:
    """What may be the literal in some words: as written, and without what wraps it."""
    span = _SPAN.match(words.strip())
    if span and not WRONG_AFTER.match(words.strip(), span.end()):
        rest = words.strip()[span.end() :]
        reason = _REASON.search(rest)
        if "`" not in (rest[: reason.start()] if reason else rest):
            yield span[1].strip()
    words = _COMMENT.sub("", words)
    lines = [line for line in words.strip().split("\n") if not line.lstrip().startswith(("#", ">>>"))]
    yield "\n".join(lines).strip()
    yield re.sub(r"\A\w+\s*=\s*(?!=)", "", "\n".join(lines).strip())
    before = ""
    for layer in layers(words.strip(_FOREIGN_MARKS)):
        name, lost = (layer.wrappings or ("",))[-1], before[:1] if before.endswith(layer.text) else before[-1:]
        if (name in ("brackets", "quotes") and before[0] in "([{'\"") or (name == _HALF and lost in "([{}])'\""):
            return  # Python's own brackets and quotes are not a wrapping
        if before.endswith(","):
            return  # nor is the comma that makes a tuple
        before = layer.text
        yield before


def _evaluated(literal: str) -> tuple[Any] | None:
    if not 0 < len(literal) <= ANSWER_CHARS or not _LITERAL.fullmatch(literal):  # of other text the compiler would warn
        return None
    try:
        return (ast.literal_eval(literal),)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
