"""Which of the choices an answer names: by its letter, by its whole words, or in a sentence that takes one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bench.scoring.denials import WRONG_AFTER
from bench.scoring.extract import first_line, short_answer
from bench.scoring.item import ANSWER_CHARS
from bench.scoring.statements import ReadAnswer
from bench.scoring.unwrap import Layer, canonical, layers

_EMPHASIS = re.compile(r"\*{1,3}|__|`")
_NAMED = re.compile(
    r"(?:(?:so|thus|hence|therefore|clearly|definitely|obviously|certainly|surely|(?:i would|i'd|i) (?:say"
    r"|think|guess|believe)"
    r"|故|所以|因此|应|本题|最终|最后|我(?:认为|觉得|想)?)[,:]?\s*){0,2}"
    r"(?:(?:it is|it's)\s+)?(?:(?:the\s+)?(?:option|choice|letter|answer)|(?:正确)?选项|选择|选)?\s*(?:[:为是]\s*)?"
    r"(?=[\"'(\[]*(?-i:[A-Z]))",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[(\[{]?([A-Z])[)\]}]?(?![A-Za-z0-9_'À-ɏ])")
_SMALL = re.compile(r"[(\[]?([a-z])(?:$|[)\]][.,:]?(?=\s|$)|[.:](?=\s|$))")
_MARKED = re.compile(
    r"(?:[)\]}]?\s*[.:,)!]|[)\]}]|\s+[-=(]|\s*(?:because|since|as|which|for|(?:and |but )?not|rather than"
    r"|instead of)\b)\s*"
    r"|\s*(?:选?项)?$"
)
_SAYS_SO = re.compile(
    r"[)\]}]?\s+(?:is|would be)\s+(?:the\s+)?(?:right|correct|best|answer|only one)\b(?![^.;]{0,20}\bif\b)"
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
    r"(?:\b(?:choose|chose|choosing|pick|select|go(?:ing)? with|opt for|is|be|as|so|thus|hence|therefore)\b"
    r"|选(?:择|项)?|是|为|属于|[=→:]|->)"
    r"[\s*]*(?:the\s+)?(?:option|choice|letter|answer|选项)?\s*[(\[“\"']?((?-i:[A-Z]))[)\]”\"']?\s*(?P<rest>[.!,;。，；:)(]|选?项|$"
    r"|-\s|\b(?:because|since|not|rather)\b)",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:can)?not\b|n't\b|n’t\b|\bnever\b|\bneither\b|\bor\b|\b(?:rule|rules|ruled|ruling) out\b|\bexclud"
    r"|\beliminat|\b(?:could|might|may) be\b|\bif\b|不|或|也许|可能|排除|\?",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"(?:\bnot\s+|n['’]t\s+|不(?:是|选|为))(?:the\s+)?(?:option "
    r"|choice )?\W?(?-i:[A-Z])\b\W{0,3}(?:[^.;。；]{0,40}?\W)??"
    r"(?:but(?: rather)?\b|it is\b|it's\b|rather\b|而?[是选]|而应?[该是选]{0,2})\s*(?:option "
    r"|choice )?[(\[]?((?-i:[A-Z]))(?![A-Za-z])",
    re.IGNORECASE,
)
"""The other choice that a sentence takes: "not A but B"."""
_PREFACE = re.compile(
    r"\A(?:(?:综上|因此|所以|因为|故)[所述]*[,，]?)?(?:[A-Z](?:[、,，和与]\s?[A-Z]){0,8}(?:项|选项)?(?:都|均|皆)?"
    r"(?:不(?:对|正确|符合|选)|错误?|有误)(?:题意)?[。.,，；;]\s*)(?:(?:所以|因此|故|应)[,，]?)?"
    r"|\A(?:al)?though [A-Z] (?:is|seems|looks) \w+, "
    r"|\A(?:initially|at first),? i (?:thought|said|chose)(?: it was)? [A-Z], but "
    r"|\A[A-Z]\? no[.,!]? ",
    re.IGNORECASE,
)
"""What a sentence says of other choices before it takes one."""
_PLAINLY = re.compile(
    r"(?:(?:综上|因此|所以|故)(?:所述)?[,，]?)?(?:应?选|只有|属于|是)?\s*((?-i:[A-Z]))(?:选?项|类)?(?:最?(?:正确|符合(?:题意|条件)?|合适))?[。.]?"
    r"|(?:it's |it is |so,? )?((?-i:[A-Z]))(?: (?:is (?:right|correct|it|the answer)|fits(?: best)?|seems right"
    r"|makes the most sense"
    r"|it is))?[.!]?",
    re.IGNORECASE,
)
"""A sentence that takes one choice and says no more."""
_CLASSED = re.compile(
    r"(?:(?:so|therefore|thus),? )?(?:(?:this|it|the (?:category|label|class|type|message|text|best category))"
    r"(?: (?:here |clearly )?(?:is|would be|should be)|'s)(?: (?:best )?(?:classified|categorized|labell?ed) as)?"
    r"|(?:i'd|i would|i) (?:classify|categorize|label) (?:this|it)(?: \w+)? as)[: ]\s*(?:a |an |the )?"
    r"|(?:这|该(?:消息|文本)?|它)(?:应该?)?(?:是|属于)(?:一[条个种])?\s*|应?该?(?:归类|分类|归)(?:为|到)\s*",
    re.IGNORECASE,
)
"""What leads in the words of a choice."""
_TURNS = re.compile(
    r",?\s*\b(?:not|rather than|instead of|because|since)\b|[,，]?(?:而不是|不是|而非|不选|因为)", re.IGNORECASE
)
_EXCLUDED = re.compile(r"排除(?:掉|了)?(?:[A-Z](?:选?项)?[,和与]?)+,?")
_SOMEBODY = re.compile(
    r"\b(?:(?:some|many|few|others|most people)(?: \w+)? (?:would|might|may|will|could|say|think|choose|pick|answer)"
    r"|people|students?|you might)\b[^.;,]{0,30}\Z|有人[^，。,]{0,8}\Z",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\(([A-Z])\)[.!]?\Z")
_AROUND = " ).:,-*_\"'"
"""What may stand between a letter and the choice's words, and after these."""
_OPTION = re.compile(r"[ \t]*[-*•]?[ \t]*[(\[]?([A-Z])[.):\]]")


def choice_letter(text: str, choices: Sequence[str]) -> tuple[str, ReadAnswer, Layer] | None:
    """The letter of the choice that a `short_answer` names, by its letter or by its whole text, and how it was read.

    None if it names none, or more than one: an article or a pronoun is not a letter.
    """
    last = short_answer(text)
    if last is None:
        return None
    words = {canonical(choice).casefold(): at for at, choice in enumerate(choices)}
    for choice in choices:
        *_, bare = layers(choice)
        words.setdefault(bare.text.casefold(), choices.index(choice))
    if last.place == "last line" and _echoes(text):
        return None
    named = _read(last, words, len(choices), strict=False)
    if named is None and last.place in ("last line", "whole reply") and not _lists(text):
        first = first_line(text, prose=False)
        named = _read(first, words, len(choices), strict=True) if first else None
    return named


def _read(
    answer: ReadAnswer, words: dict[str, int], size: int, *, strict: bool
) -> tuple[str, ReadAnswer, Layer] | None:
    """The letter that an answer names, and the layer that does; `strict`: with nothing beside it but its own words."""
    for layer in layers(answer.text):
        at = words.get(layer.text.casefold())
        at = _named(layer.text, words, size, strict=strict) if at is None else at
        if at is not None:
            return chr(ord("A") + at), answer, layer
    return None


def _lists(text: str) -> bool:
    """Whether a reply speaks of the options line by line, so that its first line is one of them."""
    lines = (_EMPHASIS.sub("", line) for line in text[: 2 * ANSWER_CHARS].split("\n"))
    return len({option[1] for line in lines if (option := _OPTION.match(line))}) > 1


def _echoes(text: str) -> bool:
    """Whether the last line only ends a list of the options: the line before it bears the letter before its own."""
    lines = [line for line in text.rstrip()[-2 * ANSWER_CHARS :].split("\n") if line.strip()]
    last, before = (_OPTION.match(_EMPHASIS.sub("", line)) for line in (lines[-1], lines[-2]))
    return last is not None and before is not None and ord(last[1]) - ord(before[1]) == 1


def _named(text: str, words: dict[str, int], size: int, *, strict: bool = False) -> int | None:
    """The choice that a text names first by its letter, alone or before a mark; None if it goes on to another one."""
    text = whole = _EMPHASIS.sub("", text)
    if not strict and (plainly := _plainly(text, words, size)) is not None:
        return plainly
    label = _NAMED.match(text)
    text = _capital(text[label.end() :] if label else text, words)
    letter = _LETTER.match(text)
    if letter is None or ord(letter[1]) - ord("A") >= size:
        return _chosen(whole, words, size)
    at, rest = ord(letter[1]) - ord("A"), text[letter.end(1) :]
    said = words.get(rest.strip(_AROUND).casefold(), at)
    if said != at or any(other != letter[1] and ord(other) - ord("A") < size for other in _others(rest)):
        return None
    if _called_wrong(rest, words):
        return None
    spelled = rest.strip(_AROUND).casefold() in words or not rest.strip(_AROUND)
    return (
        at if spelled or (_MARKED.match(rest) and not strict) or _says_so(rest, words) else _chosen(whole, words, size)
    )


def _plainly(text: str, words: dict[str, int], size: int) -> int | None:
    """The choice that a sentence takes and says no more, by its letter or, as in "It is a bug report.", its words."""
    text = _PREFACE.sub("", text[:ANSWER_CHARS].strip())
    if said := _PLAINLY.fullmatch(text):
        at = next((ord(letter) - ord("A") for letter in said.groups() if letter), size)
        return at if at < size else None
    named = _CLASSED.match(text)
    return words.get(text[named.end() :].strip(_AROUND + "。").casefold()) if named else None


def _own_words(rest: str, words: dict[str, int]) -> int:
    """Where the choice's own words end, that stand behind its letter; 0 if they do not."""
    start = len(rest) - len(rest.lstrip(_AROUND + "("))
    same = (len(each) for each in words if rest[start:].casefold().startswith(each))
    return max((start + size for size in same), default=0)


def _called_wrong(rest: str, words: dict[str, int]) -> bool:
    return any(WRONG_AFTER.match(rest, at) for at in {0, _own_words(rest, words)})


def _says_so(rest: str, words: dict[str, int]) -> bool:
    return any(_SAYS_SO.match(rest, at) for at in {0, _own_words(rest, words)})


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


def _chosen(text: str, words: dict[str, int], size: int) -> int | None:
    """The one choice that a sentence takes, as in "So I choose B."; None if it takes none, or several."""
    contrast = _CONTRAST.search(text[:ANSWER_CHARS])
    if contrast and not WRONG_AFTER.match(text, contrast.end()):
        letters = {contrast[1]}
    else:
        chosen = [match for match in _CHOSEN.finditer(text[:ANSWER_CHARS]) if _goes_well(text, match, words)]
        if not chosen and (named := _IN_BRACKETS.search(text)):
            return _in_brackets(text, named, words, size)
        letters = {match[1] for match in chosen}
        if len(letters) != 1 or _SOMEBODY.search(text[: chosen[0].start()]):
            return None
        turn = _TURNS.search(text, chosen[-1].start("rest"))
        if _DENIES.search(_EXCLUDED.sub("", text[: turn.start()] if turn else text)):
            return None
    at = ord(letters.pop()) - ord("A")
    return at if at < size else None


def _goes_well(text: str, taken: re.Match[str], words: dict[str, int]) -> bool:
    """Whether a sentence that takes a choice ends there, but for the choice's words, and does not call it wrong."""
    rest = text[taken.end(1) :]
    return not _called_wrong(rest, words)


def _in_brackets(text: str, named: re.Match[str], words: dict[str, int], size: int) -> int | None:
    """The choice whose words end a sentence with its letter behind them: "This is a bug report (B)."."""
    before, at = text[: named.start()].rstrip().casefold(), ord(named[1]) - ord("A")
    fits = at < size and any(before.endswith(each) for each, which in words.items() if which == at)
    return at if fits and not _DENIES.search(before) else None
