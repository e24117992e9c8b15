"""The language of a report: English as it is written in the code, or its translation in the catalogue beside this file.

A text is marked where it is written, its values as named fields, so that a translation can put them in another order.
"""

from __future__ import annotations

import gettext
import string
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

ENGLISH = "en"
LANGUAGES = (ENGLISH, "zh")
"""What a report can be written in; each but English has a catalogue, `<language>/LC_MESSAGES/claimbench.mo`."""
FOLDER = Path(__file__).parent
DOMAIN = "claimbench"
_CHOSEN: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """The language that texts are written in now, one of LANGUAGES."""
    return _CHOSEN.get()


@contextmanager
def writing(chosen: str) -> Iterator[None]:
    """Texts that are made meanwhile are in this language. KeyError if there is no such language."""
    if chosen not in LANGUAGES:
        raise KeyError(chosen)
    token = _CHOSEN.set(chosen)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def tr(text: str, /, **fields: object) -> str:
    """The text in the language of now, its fields filled in as `str.format` does; without fields, as it is.

    A field that is a member of an enum is a word, and translated too. `{n:answer was|answers were}` is the first for a
    field of 1, else the second: words go by the number, also in texts that cannot be put together of `counted`.
    """
    chosen = language()
    if chosen == ENGLISH:
        if fields and "|" in text:
            return _COUNTING.vformat(text, (), fields)
        return text.format(**fields) if fields else text
    shown = _catalogue(chosen).gettext(text) if text else text
    words = {name: tr(str(value)) if isinstance(value, StrEnum) else value for name, value in fields.items()}
    return shown.format(**words) if words else shown


class _Counting(string.Formatter):
    """`str.format`, with words for one and for many where a field's form has a bar."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return one if value == 1 else many
        formatted: str = super().format_field(value, format_spec)
        return formatted


_COUNTING = _Counting()


def tr_later(text: str) -> str:
    """A text that `tr` is given where it is shown: of a constant, which is made before a language is chosen."""
    return text


def counted(number: int, what: str, one: str = "", many: str = "") -> str:
    """A number, what it counts and perhaps a verb for one and for many, in English: "1 call is", "2 calls are"."""
    verb = one if number == 1 else many
    return f"{number} {what}{'' if number == 1 else 's'}" + (f" {verb}" if verb else "")


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(chosen: str) -> gettext.NullTranslations:
    with (FOLDER / chosen / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)
