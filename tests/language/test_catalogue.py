"""Every text of a report has its translation, with the same values in it, and the files in the package are of them."""

from __future__ import annotations

import string

import pytest

pytest.importorskip("babel", reason="the catalogues are checked with Babel, which requirements.lock has")

from bench.language import ENGLISH, LANGUAGES
from tests.language import catalogue

OTHERS = [language for language in LANGUAGES if language != ENGLISH]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    known = {str(message.id): str(message.string) for message in catalogue.read(language) if message.id}
    assert set(known) == set(catalogue.texts()), "run `python -m tests.language.catalogue`"
    assert not [text for text, shown in known.items() if not shown.strip()]


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_values_of_the_text(language: str) -> None:
    for message in catalogue.read(language):
        if message.id:
            assert fields(str(message.id)) == fields(str(message.string)), message.id


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_loaded_is_made_of_the_catalogue(language: str) -> None:
    path = catalogue.translations(language).with_suffix(".mo")
    assert path.read_bytes() == catalogue.compiled(catalogue.read(language))


def fields(text: str) -> set[tuple[str, str]]:
    """Each value's name and format."""
    return {(name, form or "") for _, name, form, _ in string.Formatter().parse(text) if name is not None}


def test_a_value_that_is_left_out_is_seen() -> None:
    assert fields("{n:,} of {all} items") != fields("{n:,} 道题")
    assert fields("{share:.1f} %") != fields("{share} %")
