"""Replaces keys, passwords and personal data in texts."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from bench.traffic.redact import PERSONAL, SECRETS, Recogniser

_MARK = re.compile(r"<[A-Z_]+_\d+>\S{0,3}")
"""What another recogniser put in place."""
_SPARSE = 64
"""Characters for each hint from which looking near hints alone takes less time."""


class Redactor:
    """Replaces what its recognisers find by typed surrogates, e.g. <EMAIL_3>: the same for the same text."""

    def __init__(self, recognisers: Iterable[Recogniser] = (*SECRETS, *PERSONAL), words: Iterable[str] = ()) -> None:
        """`words` are texts of the user's own to be replaced wherever they stand, whatever their case."""
        listed = sorted((re.escape(word) for word in words if word.strip()), key=len, reverse=True)
        theirs = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(listed)})(?!\w)")
        self._recognisers = [*([Recogniser(name="WORD", pattern=theirs)] if listed else ()), *recognisers]
        self._numbers: dict[bytes, int] = {}
        self.replaced: Counter[str] = Counter()
        """How often each kind was replaced."""

    def __call__(self, text: str) -> str:
        """The text with surrogates."""
        low = text.lower()
        for each in self._recognisers:
            plain = text if each.cased else low
            if each.hints and not any(map(plain.__contains__, each.hints)):
                continue
            if each.needs and not each.needs.search(text):
                continue
            left = self._without(each, text, plain)
            text, low = left, low if left is text else left.lower()
        return text

    def _without(self, each: Recogniser, text: str, plain: str) -> str:
        """The text without what one recogniser finds; looked for near its hints alone where that says it all.

        `plain` is the text in the case of the hints.
        """
        replace = partial(self._surrogate, each)
        if each.back is None or len(plain) != len(text):  # the lower case of some letters is two
            return each.pattern.sub(replace, text)
        places = sorted({place for hint in each.hints for place in _places(hint, plain)})
        if len(places) * _SPARSE > len(text):
            return each.pattern.sub(replace, text)
        pieces, done, tried = [], 0, 0
        for place in places:
            for begin in range(max(tried, place - each.back), place + 1):
                if found := each.pattern.match(text, begin):
                    pieces += [text[done:begin], replace(found)]
                    done = tried = found.end()
                    break
            tried = max(tried, place + 1)
        return "".join([*pieces, text[done:]]) if pieces else text

    def values(self, value: Any) -> Any:
        """A JSON value with surrogates in its texts, names and numbers, and for what a text before it had replaced."""
        if isinstance(value, dict):
            return {self._whole(name): self.values(each) for name, each in value.items()}
        if isinstance(value, list):
            return [*map(self.values, value)]
        if isinstance(value, bool) or value is None:
            return value
        said = self._whole(str(value))
        return value if said == str(value) else said

    def _whole(self, text: str) -> str:
        """A text that stands alone: what made it a secret may stand elsewhere."""
        for each in self._recognisers:
            if (number := self._numbers.get(_key(each, text))) is not None:
                self.replaced[each.name] += 1
                return f"<{each.name}_{number}>"
        return self(text)

    def _surrogate(self, each: Recogniser, match: re.Match[str]) -> str:
        named = "value" in each.pattern.groupindex
        found = match["value"] if named else match[0]
        if not each.holds(found) or _MARK.fullmatch(found):
            return match[0]
        number = self._numbers.setdefault(_key(each, found), len(self._numbers) + 1)
        self.replaced[each.name] += 1
        mark = f"<{each.name}_{number}>"
        return match[0].replace(found, mark) if named else mark


def _places(hint: str, text: str) -> Iterator[int]:
    place = text.find(hint)
    while place >= 0:
        yield place
        place = text.find(hint, place + 1)


def _key(each: Recogniser, found: str) -> bytes:
    """What stands for a text that was replaced."""
    return hashlib.blake2b(f"{each.name}\0{found}".encode(errors="surrogatepass"), digest_size=12).digest()
