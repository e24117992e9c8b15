"""Takes off what merely wraps an answer: emphasis, quotes, brackets, LaTeX, labels, full stops, of every script.

One way for all: inside the `<answer>` tag and outside it, for every kind of item. Nothing here knows what is right.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_LAYERS = 16
"""Wrappings inside one another that are taken off; what is wrapped more often is not an answer."""

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋"
_SLASHED = re.compile(f"([{_SUPERSCRIPTS}]+)⁄([{_SUBSCRIPTS}]+)")
_RAISED = re.compile(f"[{_SUPERSCRIPTS}]+")
_LOWERED = re.compile(f"[{_SUBSCRIPTS}]+")
_VULGAR = re.compile(r"(\d?)([¼-¾⅐-⅞])")
_BLANKS = re.compile(r"[^\S\n]+")
_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−⁃﹣－", "-"),
        **dict.fromkeys("“”„‟«»〝〞＂", '"'),
        **dict.fromkeys("‘’‚‛＇", "'"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f", None),
        "\u066b": ".",
        "\u066c": ",",
        "\u060c": ",",
        "⁄": "/",
        "∕": "/",
        "、": ",",
        "。": ".",
        "｡": ".",
    }
)
_BRACKETS = {
    **dict(zip("([{「『《〈【〔〖〘⟨‹", ")]}」』》〉】〕〗〙⟩›", strict=True)),
}
_OPENING = {close: opening for opening, close in _BRACKETS.items()}
_FONTS = (
    r"text(?:bf|it|tt|rm|sf|sc|md|up|normal)?|math(?:rm|bf|it|sf|tt|normal)|operatorname\*?|boldsymbol|bm|mbox|emph"
    r"|underline"
)
_COMMAND = re.compile(rf"\\(?:boxed|fbox|{_FONTS})\s*\{{")
_HTML = re.compile(
    r"<(b|strong|i|em|code|u|p|span|mark|answer|final_answer|final|result|output|response|solution)>(.*)</\1>",
    re.DOTALL | re.IGNORECASE,
)
_TILDE = re.compile(r"(?<=[,;])~(?!~)")
_TIES = re.compile(r"(?<!~)~(?!~)")
_TIDY = (
    (re.compile(r"\\(?:left|right|[bB]igg?[lr]?)(?![A-Za-z])\s*"), ""),
    (
        re.compile(
            r"\\(?:!|(?:(?:display|text)style|large|Large|LARGE|huge|Huge|bf|rm|it|sf|tt|bfseries)(?![A-Za-z]))"
        ),
        "",
    ),
    (re.compile(r"\\(?:text)?color\s*\{[\w!]{1,30}\}"), ""),
    (re.compile(r"(?<!\\)\\(?:[,;:>\s]|$|(?:q?quad|enspace|thinspace|medspace|thickspace)(?![A-Za-z]))"), " "),
    (re.compile(r"\\(?:\{|lbrace(?![A-Za-z]))\s*"), "{"),
    (re.compile(r"(?<!\s)\s*\\(?:\}|rbrace(?![A-Za-z]))"), "}"),
    (re.compile(r"\\langle(?![A-Za-z])\s*"), "("),
    (re.compile(r"(?<!\s)\s*\\rangle(?![A-Za-z])"), ")"),
    (re.compile(r"(?<!\\)\\([$%#_&*])"), r"\1"),
    (re.compile(rf"\\(?:{_FONTS})\s*\{{([^{{}}]*)\}}"), r"\1"),
)
"""LaTeX that only sets spaces, sizes, colours and fonts, or writes a mark of its own."""
_ENTITY = re.compile(r"&(?:#\d{1,6}|\w{2,8});")
_CELL = re.compile(r"\|\s*([^|\n]*[^|\s])\s*\|")
_CHEER = r"(?![✖✗✘✕❌❎☒⛔❓❔❶-➓])[☀-☒♠-➓⭐⭕\U0001f300-\U0001f6aa\U0001f6ac-\U0001faff\ufe0f]"
_CHEERED = re.compile(rf"(?:{_CHEER}|\s)*(.*?)(?:{_CHEER}|\s)*", re.DOTALL)
_EXPLAINED = re.compile(
    r"\n[ \t>#]{0,12}[*_]{0,3}(?:(?:(?:brief |short )?explanation|justification|rationale|reason|note|解析"
    r"|解释|理由|说明|原因|注)"
    r"[*_]{0,3}[ \t]*[:：]|(?:because|since)\b|因为|由于)",
    re.IGNORECASE,
)
_PROSE = re.compile(r"\s*[A-Z0-9一-鿿][^\n]*(?:[^\W\d_]+\W+){3}[^\n]*[.!?。！][*_)]*\s*|\s*[一-鿿][^\n]{5,}[。！]\s*")
_OPENS_ANEW = re.compile(
    r"\b(?:or|but|however|unless|though|although|maybe|perhaps|not|alternatively)\b|n't\b|但|或|不", re.IGNORECASE
)
_FENCED = re.compile(r"(`{3,}|~{3,})[^\n`]*\n(.*?)\n?[ \t]*\1", re.DOTALL)
_LABEL = re.compile(
    r"(?:(?:so|thus|hence|therefore),?\s+)?[*_]{0,3}(?:the |my )?(?:final |correct |right )?answer[*_]{0,3}"
    r"(?:\s+is|\s*[:=])[*_]{0,3}\s*:?\s*"
    r"|(?:所以|因此|故)?,?[*_]{0,3}(?:最终|最后|正确)?的?答案[*_]{0,3}\s*"
    r"(?:(?:应该?|应当|就)?[是为]|:)[*_]{0,3}\s*:?\s*"
    r"|[*_]{0,3}(?:答|(?:最终|最后|分类|输出|计算)?结果|标签|类别|分类|情绪|情感|主题|类型|输出|结论|判断)[*_]{0,3}(?:是|为|:)[*_]{0,3}\s*"
    r"|(?:the )?(?:final )?result\s*(?:is|:)\s+"
    r"|[*_]{0,3}(?:the |final ){0,2}(?:answer|result|label|category|class(?:ification)?|sentiment|emotion"
    r"|topic|type|output"
    r"|conclusion|verdict|prediction|solution|response)[*_]{0,3}\s*(?::|=|->|→)[*_]{0,3}\s*"
    r"|[A-Za-z](?:_?\d)?\s*(?:=|∈|\\in(?![a-z]))\s*(?=[(\[{\\])"
    r"|X\s*(?:=|:|\bis\b|是|为)\s*",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"#{1,6}\s+|[-*+•>]\s+(?![\d.$€£¥])|</?answer>\s*|<!--[^<>]{0,200}-->\s*|(?:->|=>|[=:→⇒])\s*(?=[^\s=])"
    r"|\\[(\[]\s*(?!.*\\[)\]])",
    re.I,
)
_EXCLAIMED = re.compile(r"[^\W\d_]!+\Z|[*_`\"']!+\Z")
"""Behind a digit it would be a factorial."""
_TRAILING = re.compile(r"(?:\s*(?:</?answer>|</s>|<\|[a-z_]{1,20}\|>|\\\\))+$", re.IGNORECASE)
_PAIRS = ("***", "**", "__", "*", "_", "``", "`", "$$", "$", '"', "'")
_LATEX_PAIRS = (("\\(", "\\)"), ("\\[", "\\]"))


@dataclass(frozen=True, slots=True)
class Layer:
    """An answer with some of its wrappings taken off."""

    text: str
    """What is left, in canonical characters."""
    wrappings: tuple[str, ...] = ()
    """The names of what was taken off, from the outside in."""


def canonical(text: str) -> str:
    """One form for what looks alike: NFKC, plain dashes, quotes and blanks; ² as ^2, ₂ as _2, ½ as 1/2.

    A script's own comma and full stop become , and . as well. Lines stay lines.
    """
    if not text.isascii():
        text = _SLASHED.sub(lambda match: unicodedata.normalize("NFKC", f"{match[1]}/{match[2]}"), text)
        text = _RAISED.sub(lambda match: "^" + unicodedata.normalize("NFKC", match[0]), text)
        text = _LOWERED.sub(lambda match: "_" + unicodedata.normalize("NFKC", match[0]), text)
        text = _VULGAR.sub(lambda match: (match[1] and match[1] + " ") + unicodedata.normalize("NFKC", match[2]), text)
        text = unicodedata.normalize("NFKC", text.translate(_LOOKALIKES)).translate(_LOOKALIKES)
    lines = (line.strip() for line in _BLANKS.sub(" ", text.replace("\r\n", "\n")).split("\n"))
    return "\n".join(lines).strip()


def layers(answer: str) -> Iterator[Layer]:
    """An answer in canonical characters, then without its outermost wrapping, and so on inwards; never empty."""
    layer = Layer(canonical(answer))
    yield layer
    for _ in range(MOST_LAYERS):
        peeled = _peeled(layer.text)
        if peeled is None:
            return
        layer = Layer(peeled[0], (*layer.wrappings, peeled[1]))
        yield layer


def unwrapped(answer: str) -> str:
    """An answer without anything that only wraps it; itself, in canonical characters, if it is nothing else."""
    *_, last = layers(answer)
    return last.text


def plain(answer: str) -> str:
    """An answer that is expected: canonical, without quotes, emphasis and a final full stop, its brackets kept."""
    text = canonical(answer)
    for _ in range(MOST_LAYERS):
        peeled = _stop(text) or _pair(text)
        if peeled is None:
            break
        text = peeled[0]
    return text


def tidied(text: str) -> str:
    """A text without the LaTeX that only sets spaces, sizes, colours and fonts; a mark that it escapes is that mark."""
    latex = "\\" in text
    if latex or "$" in text:
        text = _TIES.sub(" ", text)
    elif "~" in text:
        text = _TILDE.sub(" ", text)
    if latex:
        for pattern, tidy in _TIDY:
            text = pattern.sub(tidy, text)
    return text


def before_explanation(text: str) -> str:
    """What stands before the explanation that ends a text, on a line that begins with "Explanation:", 解析：, "because"
    or the like. The text where there is none, or where both are longer than a line.
    """
    label = _EXPLAINED.search(text)
    first, rest = (text[: label.start()].strip(), text[label.start() :].strip()) if label else ("", "")
    return first if first and not ("\n" in first and "\n" in rest) else text


def before_prose(text: str) -> str:
    """The first line of a text that goes on in paragraphs of prose, which name no other answer; else the text."""
    first, blank, rest = text.strip().partition("\n\n")
    prose = blank and "\n" not in first and all(_PROSE.fullmatch(line) for line in rest.split("\n") if line.strip())
    return first.strip() if prose and first.strip() and not _OPENS_ANEW.search(rest) else text


def _peeled(text: str) -> tuple[str, str] | None:
    """The text without its outermost wrapping, and that wrapping's name; None if it has none."""
    for peel in _PEELS:
        taken = peel(text)
        if taken is not None and taken[0].strip() and taken[0] != text:
            return taken[0].strip(), taken[1]
    return None


def _tail(text: str) -> tuple[str, str] | None:
    match = _TRAILING.search(text[-80:])
    return (text[: len(text) - len(match[0])], "stray tag") if match else None


def _stop(text: str) -> tuple[str, str] | None:
    rest = text.rstrip(". ") if text.endswith(".") else text.rstrip(",; ") if text.endswith((",", ";")) else text
    if _EXCLAIMED.search(text):
        rest = text.rstrip("!")
    return (rest, "full stop") if rest and rest != text else None


def _tidy(text: str) -> tuple[str, str] | None:
    tidy = canonical(tidied(text))
    return (tidy, "LaTeX") if tidy != text else None


def _entity(text: str) -> tuple[str, str] | None:
    return (canonical(html.unescape(text)), "HTML") if _ENTITY.search(text) else None


def _cell(text: str) -> tuple[str, str] | None:
    match = _CELL.fullmatch(text)
    return (match[1], "table cell") if match else None


def _cheer(text: str) -> tuple[str, str] | None:
    match = None if text.isascii() else _CHEERED.fullmatch(text)
    return (match[1], "emoji") if match else None


def _explained(text: str) -> tuple[str, str] | None:
    first = before_prose(before_explanation(text)) if "\n" in text else text
    return (first, "explanation") if first != text else None


def _fence(text: str) -> tuple[str, str] | None:
    match = _FENCED.fullmatch(text)
    return (match[2], "code block") if match else None


_NAMES: dict[str, str] = {'"': "quotes", "'": "quotes", "`": "code", "``": "code", "$": "LaTeX", "$$": "LaTeX"}


def _pair(text: str) -> tuple[str, str] | None:
    for mark in _PAIRS:
        size = len(mark)
        if len(text) > 2 * size and text.startswith(mark) and text.endswith(mark) and mark not in text[size:-size]:
            return text[size:-size].strip(), _NAMES.get(mark, "emphasis")
    return None


def _latex(text: str) -> tuple[str, str] | None:
    for opening, close in _LATEX_PAIRS:
        if text.startswith(opening) and text.endswith(close) and close not in text[2:-2]:
            return text[2:-2], "LaTeX"
    match = _COMMAND.match(text)
    if match and _closes_at_end(text[match.end() - 1 :], "{", "}"):
        return text[match.end() : -1], "boxed" if "box" in match[0] else "LaTeX"
    return None


def _closes_at_end(text: str, opening: str, close: str) -> bool:
    """Whether the bracket that begins the text is closed by its last character."""
    if not text.endswith(close):
        return False
    depth = 0
    for at, char in enumerate(text):
        depth += (char == opening) - (char == close)
        if depth == 0:
            return at == len(text) - 1
    return False


def _bracket(text: str) -> tuple[str, str] | None:
    close = _BRACKETS.get(text[:1])
    if close and _closes_at_end(text, text[0], close):
        return text[1:-1], "brackets"
    return None


def _html(text: str) -> tuple[str, str] | None:
    match = _HTML.fullmatch(text)
    return (match[2], "HTML") if match else None


def _lead(text: str) -> tuple[str, str] | None:
    match = _LEADING.match(text)
    return (text[match.end() :], "list or heading mark") if match else None


def _label(text: str) -> tuple[str, str] | None:
    match = _LABEL.match(text)
    return (text[match.end() :], "label") if match else None


def _stray(text: str) -> tuple[str, str] | None:
    """Without an emphasis mark, quote or bracket that stands at one end only: its other half is outside the answer."""
    for mark in ("**", "*", "_", "`", '"', "'"):
        if text.count(mark) % 2:
            if text.endswith(mark):
                return text.removesuffix(mark), "half a wrapping"
            if text.startswith(mark):
                return text.removeprefix(mark), "half a wrapping"
    for close, opening in (("\\)", "\\("), ("\\]", "\\[")):
        if text.endswith(close) and opening not in text:
            return text.removesuffix(close), "half a wrapping"
    if text[-1:] in _OPENING and text.count(text[-1]) > text.count(_OPENING[text[-1]]):
        return text[:-1], "half a wrapping"
    if text[:1] in _BRACKETS and text.count(text[0]) > text.count(_BRACKETS[text[0]]):
        return text[1:], "half a wrapping"
    return None


_PEELS = (
    *(_explained, _tidy, _tail, _stop, _cheer, _fence, _pair, _latex, _bracket, _html, _stray, _lead, _label, _cell),
    _entity,
)
"""What takes a wrapping off, in the order in which they are tried."""
