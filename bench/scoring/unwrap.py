"""Takes off what merely wraps an answer: emphasis, quotes, brackets, LaTeX, labels, full stops, of every script.

One way for all: inside the `<answer>` tag and outside it, for every kind of item. Nothing here knows what is right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MOST_LAYERS = 16
"""Wrappings inside one another that are taken off; what is wrapped more often is not an answer."""

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉₊₋"
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
_COMMANDS = r"boxed|fbox|text|textbf|textit|texttt|mathrm|mathbf|mathit|mathsf|mathtt|operatorname|emph|underline"
_COMMAND = re.compile(rf"\\(?:{_COMMANDS})\s*\{{")
_HTML = re.compile(
    r"<(b|strong|i|em|code|u|p|span|mark|answer|final_answer|final)>(.*)</\1>", re.DOTALL | re.IGNORECASE
)
_FENCED = re.compile(r"(`{3,}|~{3,})[^\n`]*\n(.*?)\n?[ \t]*\1", re.DOTALL)
_LABEL = re.compile(
    r"(?:(?:so|thus|hence|therefore),?\s+)?[*_]{0,3}(?:the |my )?(?:final |correct |right )?answer[*_]{0,3}"
    r"(?:\s+is|\s*[:=])[*_]{0,3}\s*:?\s*"
    r"|(?:所以|因此|故)?,?[*_]{0,3}(?:最终|最后|正确)?的?答案[*_]{0,3}\s*"
    r"(?:(?:应该?|应当|就)?[是为]|:)[*_]{0,3}\s*:?\s*"
    r"|答:\s*|(?:最终|最后)?结果(?:是|为|:)\s*|(?:the )?(?:final )?result\s*(?:is|:)\s+"
    r"|X\s*(?:=|:|\bis\b|是|为)\s*",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"#{1,6}\s+|[-*+•>]\s+(?![\d.$€£¥])|\\displaystyle\s*|</?answer>\s*|\\[(\[]\s*(?!.*\\[)\]])", re.I
)
_TRAILING = re.compile(r"(?:\s*(?:</?answer>|</s>|<\|[a-z_]{1,20}\|>|\\\\))+$", re.IGNORECASE)
_PAIRS = ("***", "**", "__", "*", "_", "``", "`", "~~", "$$", "$", '"', "'")
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


_BLOCKS = {"```": "```", "~~~": "~~~", "$$": "$$", "\\]": "\\["}
"""The line that ends a block of code or mathematics -> what its first line begins with."""


def last_line(text: str) -> str:
    """The last line of a text; where it only ends a block, the whole block."""
    lines = text.split("\n")
    begins = _BLOCKS.get(lines[-1].strip())
    if begins is not None:
        for at in range(len(lines) - 2, -1, -1):
            if lines[at].strip().startswith(begins):
                return "\n".join(lines[at:])
    return lines[-1]


def begun_block(text: str, start: int) -> str | None:
    """The block whose first line begins at a place of a text; None if none does, or it does not end."""
    first, *lines = text[start:].split("\n")
    for ends, begins in _BLOCKS.items():
        if re.fullmatch(re.escape(begins) + r"[\w+-]*", first.strip()):
            at = next((n for n, line in enumerate(lines) if line.strip() == ends), None)
            return None if at is None else "\n".join([first.strip(), *lines[: at + 1]])
    return None


def _peeled(text: str) -> tuple[str, str] | None:
    """The text without its outermost wrapping, and that wrapping's name; None if it has none."""
    for peel in (_tail, _stop, _fence, _pair, _latex, _bracket, _html, _stray, _lead, _label):
        taken = peel(text)
        if taken is not None and taken[0].strip() and taken[0] != text:
            return taken[0].strip(), taken[1]
    return None


def _tail(text: str) -> tuple[str, str] | None:
    match = _TRAILING.search(text[-80:])
    return (text[: len(text) - len(match[0])], "stray tag") if match else None


def _stop(text: str) -> tuple[str, str] | None:
    rest = text.rstrip(". ")
    return (rest, "full stop") if rest and rest != text and text.endswith(".") else None


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


Compare = Callable[[str], bool]
"""Whether a text, one layer of an answer, is the right one."""


def right_layer(answer: str, compare: Compare) -> Layer | None:
    """The outermost layer of an answer that is right; None if none is."""
    return next((layer for layer in layers(answer) if compare(layer.text)), None)
