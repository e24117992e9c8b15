"""Where a reply states its answer: the last box, or what follows "the answer is", "Answer:", 答案是 or the like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.scoring.denials import DENIED, OTHERS, WRONG_AFTER
from bench.scoring.item import ANSWER_CHARS
from bench.scoring.lines import begun_block, begun_list

_REACH = 80
"""How far, in characters, the words stand that deny a statement."""

_IS = (
    r"(?:is|would be|must be|should be|will be|has to be|can only be|comes (?:out )?(?:to|as)|turns out to be|works out"
    r" (?:to|as)|equals)\b(?:,? (?:thus|therefore|then|hence|indeed|simply|clearly|just|exactly|precisely|definitely"
    r"|actually|obviously|certainly|really)\b,?){0,2}(?! (?:not|unknown)\b)"
)
_ABROAD = (
    r"\b(?:respuesta|resposta|risposta|réponse|antwort|jawaban(?:nya)?)"
    r"(?: (?:correct[ae]|correta|corretta|final|finale|exact[ae]|bonne|juste|richtige|yang benar|akhir(?:nya)?)){0,2}"
    r"(?: (?:es|é|è|est|ist|lautet|sería|seria|sarebbe|serait|wäre|adalah|ialah)\b(?! (?:no|non|pas|nicht|bukan|não)\b)"
    r"|[ \t]*[:：])"
    r"|(?:答え|正解|回答)は[、，]?|(?<![가-힣])(?:정답|답)은|(?:الإجابة|الجواب)"
    r"(?: (?:الصحيحة|الصحيح|النهائية|النهائي))?(?: (?:هي|هو)|[:：])|\bответ(?: \w+)?[ \t]*[:：—–]"
)
"""Statements in Spanish, Portuguese, Italian, French, German, Indonesian, Japanese, Korean, Arabic and Russian."""
_STATED = re.compile(
    rf"(?:\banswer(?: to\b[^\n.]{{0,80}}?)?[*_`\"' ]{{0,4}}"
    rf"(?: (?:(?:then|thus|therefore|hence|here),? )?{_IS}|['’]s\b(?! not\b)|[ \t]*(?:[:：=→⇒]|->))"
    r"|^[*_# \t>]{0,8}(?:(?:final|correct|right) )?answer[*_]{0,3}[ \t]+[-–—](?=[ \t])"
    r"|^(?:[ \t]*#{1,6}[ \t]+[*_]{0,3}|[*_]{2,3})(?:(?:the|my|final|correct) ){0,2}(?:answer|(?:最终"
    r"|正确)?答案)[*_]{0,3}[ \t]*\n\s*"
    rf"|\b(?:right|correct|best) (?:choice|option|letter)[*_]{{0,3}}(?: {_IS}|[ \t]*[:：])"
    r"|\bmy (?:final )?choice(?: is\b(?! not\b)|[:：])"
    r"|^[*_# ]{0,6}Ans[*_]{0,2}\.?[:：]"
    r"|[【\[]答案[】\]]"
    r"|答案[*_`]{0,3}(?:(?:应该?|应当|就|即|便|显然|必然|只能|当然|自然)?(?:[是为]|选择?)|即|如下(?=[:：])|(?=[:：]))"
    r"|(?<!不)正确(?:的?选项|的)[*_`]{0,3}(?:(?:应该?|应当|就)?[是为选]|(?=[:：]))"
    rf"|{_ABROAD})"
    r"[ \t:：*_]*(?:[:：*][ \t*]*\n\s*|[*]*[:：][*]*[ \t]*\n\s*)?(?=(\S[^\n]*))",
    re.IGNORECASE | re.MULTILINE,
)
_BOXED = re.compile(r"\\f?box(?:ed)?\s*\{")
_BOTH = re.compile(r"\}[$\s]*(?:,?\s*(?:or|and)\b|[,，、]|或者?|和)[$\s]*\Z")
_ANEW = re.compile(
    r"[.!?…;。！？；][\s*_]*(?:(?:so|thus|hence|therefore|then|finally|所以|因此|故)[,，]?\s*)?(?:(?:the|my|final|correct|right|real"
    r"|actual|new|正确)\s*)*\Z",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"[^.?!\n]{1,40}[?？][\s*_]+(?:no|let|wait|hmm*|well|actually|so|but|checking|不|让|等)\b", re.IGNORECASE
)
"""A question that the reply goes on to answer."""
_POLITE = re.compile(r"(?<=\S)(?:です|でした|である|となります|になります|입니다|이다|예요|이에요)[。.!！]?\Z")
"""The verb that ends a Japanese or Korean statement."""
_CHEERED = re.compile(r"[*_]*[-+]?[$€£¥]?\d[\d.,]*[*_]*[!！][*_]*")
"""A number whose exclamation mark is the statement's."""
_PRAISE = re.compile(
    r"(?:\w+ly )?(?:correct|right|consistent|valid|reasonable|verified|confirmed)\b(?: and \w+)?[.!✓✅ ]*"
    r"|(?:正确|对|合理)的?[。！]?",
    re.IGNORECASE,
)
"""What is said of an answer given before; where none was, it may be the answer itself."""


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """Words that may be the answer, and where they stood."""

    text: str
    """The words, as written."""
    place: str
    """One of "tag", "boxed", "stated", "last line", "first line", "whole reply"."""
    items: str = ""
    """The lines of the list that the words belong to, where they belong to one; for an answer of several parts."""


def statement(text: str) -> tuple[ReadAnswer | None, int]:
    """The last \\boxed{...} or statement in the last `ANSWER_CHARS` characters that the text does not call wrong, and
    where it begins to say what the answer is; None without either, or with nothing but wrapping.
    """
    end = text[-ANSWER_CHARS:]
    before = len(text) - len(end)
    places = [*_stating(end), *_BOXED.finditer(end)]
    praise: tuple[ReadAnswer | None, int] = (None, 0)
    for place in sorted(places, key=lambda match: match.start(), reverse=True):
        read = _stated(end, place) if place.re is _STATED else _boxed(end, place)
        if read is None:
            continue
        if read[0] is None or not _PRAISE.fullmatch(read[0].text):
            return read[0], before + read[1]
        if praise[0] is None:
            praise = read[0], before + read[1]
    return praise


def _stating(text: str) -> Iterator[re.Match[str]]:
    """The statements of a text: of several on a line the first, and those that begin a sentence."""
    line = -1
    for match in _STATED.finditer(text):
        if match.end(1) != line or _ANEW.search(text, max(0, match.start() - 60), match.start()):
            yield match
        line = match.end(1)


def _stated(text: str, place: re.Match[str]) -> tuple[ReadAnswer | None, int] | None:
    line = text[max(0, text.rfind("\n", 0, place.start()) + 1, place.start() - _REACH) : place.start()]
    if OTHERS.search(line):
        own = _STATED.search(text, place.start(1), place.end(1))
        return _stated(text, own) if own else None
    start, words = place.start(1), place[1].strip()
    if _ASKED.match(words):
        return None
    if block := begun_block(text, start):
        return ReadAnswer(block, "stated"), start
    words = _POLITE.sub("", words)
    if _CHEERED.fullmatch(words) and "factorial" not in text.lower():
        words = words.rstrip("!！*_")
    if not re.search(r"\w", words) and not words.strip(" .…*_`'\"$。"):
        return None, start
    return ReadAnswer(words, "stated", begun_list(text, start)), start


def _boxed(text: str, place: re.Match[str]) -> tuple[ReadAnswer | None, int] | None:
    """A box's content. Boxes side by side, as in "either \\boxed{1} or \\boxed{2}", are one statement."""
    inner = _braced(text, place.end())
    if inner is None or not inner.strip():
        return None
    start, end = place.start(), place.end() + len(inner) + 1
    if DENIED.search(text[max(0, start - _REACH) : start]) or WRONG_AFTER.match(text, end, end + _REACH):
        return None
    if _BOTH.search(text[max(0, start - 16) : start]):
        first = text.rfind("\\box", 0, start)
        return ReadAnswer(text[max(0, first) : end], "stated"), max(0, first)
    return ReadAnswer(text[start:end], "boxed"), place.end()


def _braced(text: str, start: int) -> str | None:
    """What stands before the brace that closes the one before `start`; None if it is not closed."""
    depth = 1
    for brace in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return text[start : brace.start()]
    return None
