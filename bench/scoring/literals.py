"""The Python literal of a reply, as a program would print it: a code block, or what a statement gives after it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from bench.scoring import code
from bench.scoring.asides import without_steps, without_supposed
from bench.scoring.denials import WRONG_AFTER
from bench.scoring.extract import first_line, marked_answer, short_answer
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

_TO_WORDS = r"[ \t:：*_]*(?:\n\s*)?(\S[^\n]*)"
_RETURNED = (
    r"\b(?:output|result|(?:return(?:ed)? )?value|stdout)\b[*_`]{0,3}\s*(?:(?:is|are|will be|would be"
    r"|should be)\b|[=:：→]|->)"
    r"|(?<![`)])(?<![`)] )(?:输出|返回|打印)(?:的?(?:结果|值|内容)|出)?[*_]{0,3}(?:应该?)?(?:[是为:：了])?"
    r"|结果[*_]{0,3}(?:应该?)?[是为:：]"
)
_WHOLE = re.compile(
    rf"(?:{_RETURNED}|(?:\bit|\bthis|\bthe (?:whole |entire |full )?(?:function|program|code|snippet|script|call)"
    r"|(?:\b(?:so|thus|therefore|hence),? (?:calling )?|因此|所以)[，, ]?"
    r"`?\w{1,60}\([^()\n]{0,200}\))`?,? (?:(?:\w+ly|will|would|should|then|thus) ){0,2}"
    r"(?:returns?|prints?|outputs?|evaluates? to|gives?|yields?|produces?)\b(?=[\s:*`]))"
    rf"{_TO_WORDS}",
    re.IGNORECASE,
)
"""What the whole program gives."""
_OUTPUT = re.compile(
    rf"(?:{_RETURNED}"
    r"|\b(?:returns?|prints?|printed|outputs?|evaluates? to|gives?|yields?|produces?)\b(?=[\s:*`])"
    r"|==|->|→|=>|\w\([^()\n]{0,200}\)`?\s*=(?=[^=]))"
    rf"{_TO_WORDS}",
    re.IGNORECASE,
)
"""The same, or what something in it gives."""
_EXPLAINS = re.compile(
    r"^[\s>#*_-]{0,12}(?:(?:brief |short |detailed )?explanation|trac(?:e|ing)|step[- ]by[- ]step|steps|reasoning"
    r"|walk-?through|how it works|why|details|解释|解析|说明|过程|步骤|推导|执行过程|分析)[^\n:：]{0,30}[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_CONCLUDES = re.compile(
    r"\b(?:so|thus|therefore|hence|final(?:ly)?|in the end|overall)\b[^.;。\n]{0,60}\Z"
    r"|(?:因此|所以|最终|最后)[^。\n]{0,30}\Z",
    re.IGNORECASE,
)
_TYPED = re.compile(
    r"(?:(?:the|an?) )?(?:(?:sorted|reversed|empty|final|new|resulting) )?"
    r"(?:string|list|tuple|dict(?:ionary)?|set|integer|int|float|number|value|bool(?:ean)?)s?:? "
    r"|(?:字符串|列表|元组|字典|集合|整数|浮点数|布尔值|数字) ?"
)
_NOT = re.compile(r"(?:\bnot|n['’]t|\bnever|不|没)[^.,;，。；\n]{0,20}\Z", re.IGNORECASE)
_NAMED = re.compile(r"\A\w+\s*=\s*(?!=)")
_SPAN = re.compile(r"[*_“\"(]{0,3}`([^`\n]+)`")
_REASON = re.compile(r"\b(?:because|since|as|not|rather|instead|where|for|while)\b|因为|不是|而", re.IGNORECASE)
_COMMENT = re.compile(r"[ \t]+#[^\n'\"]*$", re.MULTILINE)


def python_literal(text: str, right: Callable[[Any], bool]) -> tuple[str, bool, str] | None:
    """The Python literal of an answer, whether it is `right`, and where it stood: what is stated after the last code
    block as the value of the whole, else that block, else a statement or `short_answer` without what wraps it, brackets
    and ASCII quotes apart, which are the literal's own. A block that is taken back does not count, nor what is only
    supposed.

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
    """Where the literal may stand, first where it counts most: what is stated behind the last code block as the value
    of the whole program, that block, what else is stated. Without any block, its first line stands for it.
    """
    blocks = code.meant(code.blocks(text))
    end = behind_blocks(text) if blocks else 0
    back = taken_back(text, end)
    rest = without_supposed(without_struck(text[end if back is None else back :]))
    stated = without_steps(rest)
    if marked := marked_answer(stated):
        yield marked
    yield from _last(_WHOLE, outside_blocks(stated[-ANSWER_CHARS:]), explained=False)
    if back is not None:
        yield from _last(_OUTPUT, outside_blocks(rest[-ANSWER_CHARS:]))
        yield ReadAnswer(instead(text[back:]), "stated")
        return
    wrong = bool(blocks) and WRONG_AFTER.match(text, end, end + 80)
    if blocks and not wrong and _is_literal(blocks[-1].code):
        yield ReadAnswer(blocks[-1].code, "code block")
    if not blocks and (first := first_line(text, prose=True)) and not _NAMED.match(first.text):
        yield first
    yield from _last(_OUTPUT, outside_blocks(rest[-ANSWER_CHARS:]))
    if blocks and not wrong:
        yield from _statements(without_supposed(without_struck(text)))
    elif not blocks and (short := short_answer(rest)):
        yield short


def _is_literal(words: str) -> bool:
    return any(_evaluated(literal) is not None for literal in _literals(words))


def _statements(text: str) -> Iterator[ReadAnswer]:
    """The answer that a text marks, and the output that it names last."""
    if marked := marked_answer(text):
        yield marked
    yield from _last(_OUTPUT, outside_blocks(text[-ANSWER_CHARS:]))


def _last(pattern: re.Pattern[str], text: str, *, explained: bool = True) -> Iterator[ReadAnswer]:
    """The last output that a text names; unless `explained`, behind "Explanation:" only a conclusion counts."""
    label = None if explained else _EXPLAINS.search(text)
    for output in reversed([*pattern.finditer(text)]):
        before = text[max(0, output.start() - 80) : output.start()]
        explains = label is not None and output.start() > label.start() and not _CONCLUDES.search(before)
        if not explains and not _NOT.search(before[-30:]):
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
    if (typed := _TYPED.match(words)) and not _TYPED.match(words, typed.end()):
        yield from _literals(words[typed.end() :])
    lines = [line for line in words.strip().split("\n") if not line.lstrip().startswith(("#", ">>>"))]
    yield "\n".join(lines).strip()
    yield _NAMED.sub("", "\n".join(lines).strip())
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
