"""Every text of a report has its translation, with the same values in it, and the files in the package are of them."""

from __future__ import annotations

import string

import pytest

pytest.importorskip("babel", reason="the catalogues are checked with Babel, which requirements.lock has")

from bench.language import ENGLISH, LANGUAGES, tr
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
    """Each value's name and format; words that go by a number are English alone."""
    found = string.Formatter().parse(text)
    return {(name, form or "") for _, name, form, _ in found if name is not None and "|" not in (form or "")}


def test_words_go_by_their_number() -> None:
    text = "{n} of {all} {all:answer|answers} {n:was|were} {share:.1f} % right"
    assert tr(text, n=1, all=2, share=5) == "1 of 2 answers was 5.0 % right"
    assert tr(text, n=0, all=1, share=5) == "0 of 1 answer were 5.0 % right"
    for marked in catalogue.texts():
        forms = [form or "" for _, name, form, _ in string.Formatter().parse(marked) if name is not None]
        assert all(form.count("|") <= 1 for form in forms), marked


def test_a_value_that_is_left_out_is_seen() -> None:
    assert fields("{n:,} of {all} items") != fields("{n:,} 道题")
    assert fields("{share:.1f} %") != fields("{share} %")
