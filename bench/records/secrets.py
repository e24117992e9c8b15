"""What nothing may repeat: keys, passwords and header values, in every disguise that an echo may give them."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html.entities import html5
from itertools import islice
from typing import NamedTuple
from urllib.parse import quote_plus

HIDDEN = "***"
"""What is shown in place of a secret."""
SECRET_NAME = re.compile(r"key|token|secret|passw|credential|auth|cookie|sig", re.IGNORECASE)
"""What the name of a setting, a header, a query's parameter or a body's field holds whose value is a secret."""
SHORTEST = 4
"""A shorter text is not a secret: nearly every message holds it."""
LONG = 16
"""A secret at least so long is masked in answers too; a shorter one, say EMPTY, may be a word of the answer."""
LEAST = 8
"""Fewer characters of a secret in a row are not taken for a part of it."""
MOST_FOUND = 500
"""A text that holds secrets so often is masked as a whole: finding each of them would hold the process up."""
LEVELS = 3
"""Kinds of escapes within each other that are seen through, e.g. HTML in a URL in JSON; of one kind any number."""

_ESCAPE = re.compile(
    r"%(?:25)*(?P<byte>[0-9A-Fa-f]{2})"
    r"|(?<!\\)\\++(?:u(?P<unit>[0-9A-Fa-f]{4})|u\{(?P<code>[0-9A-Fa-f]{1,6})\}|x(?P<hex>[0-9A-Fa-f]{2})|(?P<char>[^\\]))"
    r"|&(?:amp;)*(?:\#(?P<decimal>[0-9]{1,7});?|\#[xX](?P<point>[0-9A-Fa-f]{1,6});?|(?P<name>[A-Za-z][A-Za-z0-9]{1,30};))"
    r"|(?P<unseen>[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufeff]+"
    r"|(?<=(?<!\S)\S)\s(?=\S(?!\S))|(?<=(?<![^-])[^-])-(?=[^-](?![^-]))"
    r"|(?<=(?<![0-9A-Fa-f])[0-9A-Fa-f]{2})[ :](?=[0-9A-Fa-f]{2}(?![0-9A-Fa-f])))"
)
"""Escapes; and what stands between the characters of a text that was spelled out: nothing to see, blanks or dashes
between single ones, blanks or colons between bytes in hex."""
_WORDS = re.compile(r"[\W_]+")
"""What stands between the pieces of a secret that was taken apart, and between its own."""
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class _Needle(NamedTuple):
    text: str
    size: int
    """Characters of the secret that it stands for."""
    least: int
    """So many of its characters in a row are masked in messages."""
    least_in_answers: int


class Secrets:
    """The secrets of a comparison; calling it masks them in a text.

    Seen through are JSON, URL and HTML escapes, also within each other, base64 of anything that holds a secret, hex,
    and letters or bytes that are spelled out with blanks, dashes or nothing to see between them; in messages also
    pieces with any signs or blanks between them. Of a secret that was cut, half of it or 16 characters in a row are
    masked as well.
    """

    def __init__(self, secrets: Iterable[str] = (), hidden: Iterable[str] = ()) -> None:
        """`secrets` are masked whole or in part; `hidden`, which are not shown but harmless, only whole."""
        self._secrets = frozenset(text for text in secrets if len(text) >= SHORTEST)
        self._hidden = frozenset(text for text in hidden if len(text) >= SHORTEST)
        needles = {needle for text in self._secrets for needle in _needles(text)}
        joined = {_WORDS.sub("", needle.text) for needle in needles if needle.size >= LONG}
        self._joined = [
            (text, LONG) for text in sorted(joined, key=lambda text: (-len(text), text)) if len(text) >= LONG
        ]
        needles |= {_Needle(text, len(text), len(text), len(text)) for text in self._hidden - self._secrets}
        self._needles = sorted(needles, key=lambda needle: (-len(needle.text), needle))

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Secrets:
        """Every value of at least 16 characters whose variable's name says that it is a secret."""
        return cls(value for name, value in environ.items() if SECRET_NAME.search(name) and len(value) >= LONG)

    @property
    def forms(self) -> frozenset[str]:
        """Long secrets in all forms in which a reply is searched for them part by part: plain, in JSON, in base64."""
        texts = {needle.text for text in self._secrets if len(text) >= LONG for needle in _needles(text)}
        return frozenset({form for text in texts for form in (text, *_in_json(text)) if len(form) >= LONG})

    def __or__(self, other: Secrets) -> Secrets:
        return Secrets(self._secrets | other._secrets, self._hidden | other._hidden)

    def __call__(self, text: str) -> str:
        """A message with every secret masked, also in pieces; to be called before the message is cut."""
        return self._masked(text, [(n.text, n.least) for n in self._needles], self._joined)

    def in_answer(self, text: str) -> str:
        """A model's text with every long secret masked: the words of an answer may not be."""
        return self._masked(text, [(n.text, n.least_in_answers) for n in self._needles if n.size >= LONG])

    def _masked(self, text: str, needles: Sequence[tuple[str, int]], joined: Sequence[tuple[str, int]] = ()) -> str:
        if not needles:
            return text
        spans: list[tuple[int, int]] = []
        views: list[str] = []
        view: str | None = text
        while view is not None and len(views) <= LEVELS:
            hits = [*islice(_hits(view, needles), MOST_FOUND)]
            if len(hits) == MOST_FOUND:
                return HIDDEN
            for before in reversed(views) if hits else ():
                hits = _placed(before, hits)
            spans += hits
            views.append(view)
            view = _decoded(view)
        pieces = [*islice(_in_pieces(views[-1], joined), MOST_FOUND)]
        if len(pieces) == MOST_FOUND:
            return HIDDEN
        for before in reversed(views[:-1]) if pieces else ():
            pieces = _placed(before, pieces)
        spans += pieces
        return _without(text, spans) if spans else text


def _needles(secret: str) -> Iterator[_Needle]:
    """A secret in all forms that escapes do not explain."""
    size, raw = len(secret), secret.encode("utf-8", "surrogatepass")
    least = max(LEAST, min(LONG, -(-size // 2)))
    forms = {secret, raw.decode("latin-1"), quote_plus(secret, errors="replace")}
    view: str | None = secret
    while view and len(view) >= SHORTEST:
        forms.add(view)
        view = _decoded(view)
    if size >= LONG:
        forms |= {secret.lower(), secret.upper(), secret.swapcase(), secret.capitalize()}
    for form in forms:
        yield _Needle(form, size, min(least, len(form)), min(max(least, LONG), len(form)))
    if size < LEAST:
        return
    for form in {raw.hex(), raw.hex().upper(), *_in_base64(raw)}:
        part = max(2 * LEAST, min(2 * LONG, len(form) // 2))
        yield _Needle(form, size, min(part, len(form)), min(2 * LONG, len(form)))


def _in_base64(raw: bytes) -> Iterator[str]:
    """What base64 of any text that holds these bytes holds: one form for each place in a group of three."""
    for before in range(3):
        whole = 4 * ((before + len(raw)) // 3)
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(before) + raw).decode()[(0, 2, 3)[before] : whole]


def _in_json(text: str) -> Iterator[str]:
    """A text as JSON may write it."""
    plain = json.dumps(text)[1:-1]
    yield from (plain, plain.replace("/", "\\/"), json.dumps(text, ensure_ascii=False)[1:-1])


def _hits(view: str, needles: Sequence[tuple[str, int]]) -> Iterator[tuple[int, int]]:
    """Where secrets, or long parts of them, begin and end."""
    for needle, least in needles:
        at = view.find(needle)
        if at >= 0:
            blank = "\0" * len(needle)
            while at >= 0:
                yield at, at + len(needle)
                at = view.find(needle, at + len(needle))
            view = view.replace(needle, blank)
        if least < len(needle):
            yield from _parts(view, needle, least)


def _in_pieces(view: str, joined: Sequence[tuple[str, int]]) -> Iterator[tuple[int, int]]:
    """Where secrets begin and end whose letters and digits stand in a row once all else is taken out."""
    if not joined:
        return
    begins, shifts, size = [0], [0], 0
    for gap in _WORDS.finditer(view):
        size += gap.end() - gap.start()
        begins.append(gap.end() - size)
        shifts.append(size)
    for begin, end in _hits(_WORDS.sub("", view), joined):
        yield begin + shifts[bisect_right(begins, begin) - 1], end + shifts[bisect_right(begins, end - 1) - 1]


def _parts(view: str, needle: str, least: int) -> Iterator[tuple[int, int]]:
    """Parts of at least so many characters: each holds a window of half as many at a multiple of its width."""
    width = least // 2
    for offset in range(0, len(needle) - width + 1, width):
        window = needle[offset : offset + width]
        at = -1 if window in (window * 2)[1:-1] else view.find(window)  # a window that repeats itself is not a secret
        while at >= 0:
            begin, end = at, at + width
            before, after = offset, offset + width
            while begin and before and view[begin - 1] == needle[before - 1]:
                begin, before = begin - 1, before - 1
            while end < len(view) and after < len(needle) and view[end] == needle[after]:
                end, after = end + 1, after + 1
            if end - begin >= least:
                yield begin, end
            at = view.find(window, max(at + 1, end - width))


def _decoded(view: str) -> str | None:
    """A text with one level of escapes taken off; None without any."""
    known: dict[str, str] = {}

    def char(escape: re.Match[str]) -> str:
        text = escape[0]
        char = known.get(text)
        if char is None:
            char = known[text] = _char(escape)
        return char

    decoded = _ESCAPE.sub(char, view)
    return None if len(decoded) == len(view) else decoded


def _placed(view: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where parts of a decoded text begin and end in the text that it was decoded from."""
    known: dict[str, int] = {}
    begins, shifts, shift = [], [0], 0
    for escape in _ESCAPE.finditer(view):
        text = escape[0]
        less = known.get(text)
        if less is None:
            less = known[text] = len(text) - len(_char(escape))
        if less:
            begins.append(escape.start() - shift)
            shift += less
            shifts.append(shift)

    def place(at: int) -> int:
        return at + shifts[bisect_left(begins, at)]

    return [(place(begin), place(end)) for begin, end in spans]


def _char(escape: re.Match[str]) -> str:
    """The character that an escape stands for; the escape itself if it is none."""
    kind = escape.lastgroup or ""
    if kind == "unseen":
        return ""
    digits = escape[kind]
    if kind == "char":
        return _CONTROLS.get(digits, digits)
    if kind == "name":
        named = html5.get(digits, "")
        return named if len(named) == 1 else escape[0]
    code = int(digits, 10 if kind == "decimal" else 16)
    return chr(code) if code <= 0x10FFFF else escape[0]


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """A text with these parts masked, those that overlap or touch as one."""
    pieces: list[str] = []
    kept, until = 0, -1
    for begin, end in sorted(spans):
        if begin > until:
            pieces += (text[kept:begin], HIDDEN)
        kept = until = max(until, end)
    return "".join((*pieces, text[kept:]))
