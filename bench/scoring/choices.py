"""Which of the choices an answer names: by its letter, by its whole words, or in a sentence that takes one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bench.scoring.extract import ANSWER_CHARS, ReadAnswer, short_answer
from bench.scoring.unwrap import Layer, canonical, layers

_EMPHASIS = re.compile(r"\*{1,3}|__|`")
_NAMED = re.compile(
    r"(?:(?:so|thus|hence|therefore|(?:i would|i'd|i) (?:say|think|guess|believe)"
    r"|故|所以|因此|应|本题|最终|最后|我(?:认为|觉得|想)?)[,:]?\s*){0,2}"
    r"(?:(?:it is|it's)\s+)?(?:(?:the\s+)?(?:option|choice|letter)|(?:正确)?选项|选择|选)?\s*(?:[:为是]\s*)?"
    r"(?=[\"'(\[]*(?-i:[A-Z]))",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[(\[{]?([A-Z])[)\]}]?(?![A-Za-z0-9_'À-ɏ])")
_SMALL = re.compile(r"[(\[]?([a-z])(?:$|[)\]][.,:]?(?=\s|$)|[.:](?=\s|$))")
_MARKED = re.compile(
    r"(?:[)\]}]?\s*[.:,)!]|[)\]}]|\s+[-=(]|\s*(?:because|since|as|which|for|not|rather than|instead of)\b)\s*"
    r"|\s*(?:选?项)?$"
)
_SAYS_SO = re.compile(
    r"[)\]}]?\s+(?:is|would be)\s+(?:the\s+)?(?:right|correct|best|answer)\b"
    r"|[)\]}]?\s*(?:选?项)?(?:是|为)?(?:正确|对的)"
)
_OTHER_LETTER = re.compile(
    r"[\s,/.)(\[&+;:–—-]*(?:(?:or|and|和|或|与|/|,)[\s,(]*)?[(\[]?([A-Z])[)\]]?(?=$|[\s.,:;)\]/])(?!\s+(?!and\b"
    r"|or\b)[a-z])"
)
_REASON = re.compile(r"\b(?:because|since|as|which|for|not|rather|instead|but|while|whereas)\b|因为|不是|而")
_AND_OTHER = re.compile(
    r"(?:(?:\b(?:or|and)\b|[/;&]|或者?|和|与)\s*[(\[]?|,\s*[(\[]?(?=[A-Z][.:)\]]))([A-Z])(?=[\s.:,)\]]|$)(?!\s+[a-z])"
)
_CHOSEN = re.compile(
    r"(?:\b(?:choose|chose|choosing|pick|select|go with|opt for|must be|it is|it's|would be)|选(?:择|项是?)?)"
    r"\s*(?:the\s+)?(?:option|choice|letter|answer)?\s*[(\[“\"']?([A-Z])[)\]”\"']?\s*(?:[.!。]|$)",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\bnot\b|n't\b|n’t\b|\bnever\b|\bneither\b|\bor\b|不|或|\?", re.IGNORECASE)
_AROUND = " ).:,-*_\"'"
"""What may stand between a letter and the choice's words, and after these."""
_OPTION = re.compile(r"[ \t]*[-*•]?[ \t]*[(\[]?([A-Z])[.):\]]")


def choice_letter(text: str, choices: Sequence[str]) -> tuple[str, ReadAnswer, Layer] | None:
    """The letter of the choice that a `short_answer` names, by its letter or by its whole text, and how it was read.

    None if it names none, or more than one: an article or a pronoun is not a letter.
    """
    answer = short_answer(text)
    if answer is None:
        return None
    if answer.place == "last line" and _echoes(text):
        return None
    words = {canonical(choice).casefold(): at for at, choice in enumerate(choices)}
    for choice in choices:
        *_, bare = layers(choice)
        words.setdefault(bare.text.casefold(), choices.index(choice))
    for layer in layers(answer.text):
        at = words.get(layer.text.casefold())
        at = _named(layer.text, words, len(choices)) if at is None else at
        if at is not None:
            return chr(ord("A") + at), answer, layer
    return None


def _echoes(text: str) -> bool:
    """Whether the last line only ends a list of the options: the line before it bears the letter before its own."""
    lines = [line for line in text.rstrip()[-2 * ANSWER_CHARS :].split("\n") if line.strip()]
    last, before = (_OPTION.match(_EMPHASIS.sub("", line)) for line in (lines[-1], lines[-2]))
    return last is not None and before is not None and ord(last[1]) - ord(before[1]) == 1


def _named(text: str, words: dict[str, int], size: int) -> int | None:
    """The choice that a text names first by its letter, alone or before a mark; None if it goes on to another one."""
    text = _EMPHASIS.sub("", text)
    label = _NAMED.match(text)
    text = _capital(text[label.end() :] if label else text, words)
    letter = _LETTER.match(text)
    if letter is None or ord(letter[1]) - ord("A") >= size:
        return _chosen(text, size)
    at, rest = ord(letter[1]) - ord("A"), text[letter.end(1) :]
    said = words.get(rest.strip(_AROUND).casefold(), at)
    if said != at or any(other != letter[1] and ord(other) - ord("A") < size for other in _others(rest)):
        return None
    spelled = rest.strip(_AROUND).casefold() in words
    return at if spelled or _MARKED.match(rest) or _SAYS_SO.match(rest) else _chosen(text, size)


def _capital(text: str, words: dict[str, int]) -> str:
    """A text with the small letter that it is, alone or before the choice's own words, as a capital: "(b) pear"."""
    small = _SMALL.match(text)
    rest = text[small.end() :].strip(_AROUND).casefold() if small else "?"
    return text[: small.end(1)].upper() + text[small.end(1) :] if small and (not rest or rest in words) else text


def _others(rest: str) -> list[str]:
    """The letters that a text names beside the first, reasons apart."""
    reason = _REASON.search(rest)
    beside = rest[: reason.start()] if reason else rest
    next_one = _OTHER_LETTER.match(beside)
    return _AND_OTHER.findall(beside[:ANSWER_CHARS]) + ([next_one[1]] if next_one else [])


def _chosen(text: str, size: int) -> int | None:
    """The one choice that a sentence takes, as in "So I choose B."; None if it takes none, or several."""
    letters = {letter for letter in _CHOSEN.findall(text) if letter.isupper()}
    if len(letters) != 1 or _DENIES.search(text):
        return None
    at = ord(letters.pop()) - ord("A")
    return at if at < size else None
