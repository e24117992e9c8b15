"""Words of our own families in further languages, one file a language, so that a reader of it reads one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bench.suites.reasoning.family import Render
from bench.suites.reasoning.translations import arabic, indonesian, spanish

WORDS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "es": spanish.WORDS,
    "ar": arabic.WORDS,
    "id": indonesian.WORDS,
}
"""By language and family."""
CLOSINGS: Mapping[str, str] = {"es": spanish.CLOSING, "ar": arabic.CLOSING, "id": indonesian.CLOSING}
"""The last line of every prompt, by language."""


def renders(family: str, text: Callable[..., str]) -> dict[str, Render]:
    """A family's question in each of these languages, given what makes it of an instance and `words`."""
    return {language: partial(text, words=words[family]) for language, words in WORDS.items()}
