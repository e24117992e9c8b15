"""A secret is masked in whatever disguise an echo gives it, cut or whole, and other text stays as it was."""

from __future__ import annotations

import html
import json
import math
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.records.secrets import HIDDEN, MOST_FOUND, Secrets

KEY = "sk-ab/cd+ef=gh%ij\"kl'mn\\op&<q>0123456789"

DISGUISES: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "json": json.dumps,
    "json with slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "json with signs escaped": lambda text: json.dumps(text).replace("+", "\\u002b").replace("=", "\\u003D"),
    "json escaped throughout": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "json in json": lambda text: json.dumps({"body": json.dumps({"key": text})}),
    "python": repr,
    "hex escapes": lambda text: "".join(f"\\x{ord(char):02x}" for char in text),
    "url": lambda text: quote(text, safe=""),
    "url in small letters": lambda text: quote(text, safe="").lower(),
    "form": quote_plus,
    "url twice": lambda text: quote(quote(text, safe=""), safe=""),
    "url in json": lambda text: json.dumps(quote(text)),
    "html": lambda text: html.escape(text, quote=True),
    "html by number": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "html by hex": lambda text: "".join(f"&#x{ord(char):X};" for char in text),
    "html by name": lambda text: text.replace("&", "&amp;").replace("+", "&plus;").replace("/", "&sol;"),
    "html twice": lambda text: html.escape(html.escape(text)),
    "html in json": lambda text: json.dumps(html.escape(text)),
    "hex": lambda text: text.encode().hex(),
}
WRAPPED: Mapping[str, Callable[[bytes], bytes]] = {"base64": b64encode, "base64 of a URL": urlsafe_b64encode}

SPELLED = "sk-live-Abc/12+34=56xyz"


@pytest.mark.parametrize("disguise", DISGUISES)
def test_every_disguise_is_seen_through(disguise: str) -> None:
    told = DISGUISES[disguise](KEY)
    masked = Secrets([KEY])(f"the key {told} is wrong")
    assert masked.startswith("the key ")
    assert masked.endswith(" is wrong")
    assert len(masked) < 60
    assert HIDDEN in masked
    assert Secrets([KEY]).in_answer(f"the key {told} is wrong") == masked


@pytest.mark.parametrize("encoding", WRAPPED)
@pytest.mark.parametrize("before", ["", "x", "Bearer ", "user:", '{"key": "'])
def test_base64_of_anything_that_holds_a_secret_is_masked(encoding: str, before: str) -> None:
    told = WRAPPED[encoding](f"{before}{KEY} and more".encode()).decode()
    masked = Secrets([KEY])(told)
    assert HIDDEN in masked
    assert len(masked) < len(told) - 4 * (len(KEY) // 3) + 12


@pytest.mark.parametrize("cut", range(len(KEY) // 2 + 1, len(KEY)))
def test_a_cut_secret_is_masked_as_far_as_it_goes(cut: int) -> None:
    assert Secrets([KEY])(f"key {KEY[:cut]}") == f"key {HIDDEN}"
    assert Secrets([KEY])(f"{KEY[-cut:]} key") == f"{HIDDEN} key"
    assert Secrets([KEY])(quote(KEY, safe="")[: 3 * cut]).startswith(HIDDEN)


def test_words_of_an_answer_stay() -> None:
    secrets = Secrets(["EMPTY", "sk-ant-api03-0123456789abcdefghij"], ["https://github.com/acme/app"])
    for text in ("EMPTY", "sk-ant-api03-", "sk-ant-api03-XXXX", "https://github.com/acme", "100 % of \\alpha &amp; b"):
        assert secrets.in_answer(text) == text
    assert secrets("EMPTY, empty") == f"{HIDDEN}, empty"
    assert secrets.in_answer("see https://github.com/acme/app!") == f"see {HIDDEN}!"
    assert Secrets(["abc"])("abc") == "abc"
    assert Secrets()("a") == "a"


def test_secrets_join_and_an_environment_has_those_that_its_names_tell_of() -> None:
    joined = Secrets(["first-secret"]) | Secrets([], ["second-secret"])
    assert joined("first-secret second-secret second-") == f"{HIDDEN} {HIDDEN} second-"
    environ = {"A_API_KEY": KEY, "PATH": "/usr/local/bin:/usr/bin", "B_TOKEN": "short"}
    assert Secrets.of_environment(environ)(f"{KEY} /usr/local/bin:/usr/bin short") == (
        f"{HIDDEN} /usr/local/bin:/usr/bin short"
    )


@settings(deadline=None)
@given(st.text(alphabet="ab/+=%&\"'\\<;#x25un{}2", max_size=60), st.text(alphabet="xyz \\%&", max_size=8))
def test_no_text_survives_its_own_escapes(secret: str, around: str) -> None:
    """Also a secret that looks like an escape itself; a text without one is left alone."""
    secret = f"0{secret}9K-7"
    for disguise in DISGUISES.values():
        assert secret not in Secrets([secret])(f"{around}{disguise(secret)}{around}")
    if not set(around) & set(secret):  # half of a secret is masked, too
        assert Secrets([secret])(around) == around
    assert HIDDEN in Secrets([secret])(json.dumps(secret))


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    assert Secrets([KEY])(text + "\ud83d" + KEY).endswith(HIDDEN)
    assert Secrets([text + "0123456789"])(text) is not None


PIECES = (
    *("\\", "\\a", "%41", "%25", "&amp;", "&", "&#", "\\u", "\\u0041", "&lt;", "&#x41;", "%5Cu0041&amp;#37;", "a"),
    *(KEY, KEY[:20], KEY[:10], KEY[:7] + "X", KEY[:15] + "!", KEY.upper(), "%41" * 50 + KEY, KEY[3:18] + "%41"),
)


def spent(secrets: Secrets, text: str, least: int = 3) -> float:
    """Processor seconds of masking a text; the machine is shared, so the best of several."""
    best = math.inf
    for _ in range(least):
        begun = time.process_time()
        secrets(text)
        best = min(best, time.process_time() - begun)
    return best


@pytest.mark.parametrize("piece", PIECES)
def test_time_grows_with_the_text_alone(piece: str) -> None:
    """Eight times the text takes about eight times as long; 64 times, if time grew with its square."""
    for secrets in (Secrets([KEY]), Secrets(["a" * 64 + "b"])):
        small, large = ((piece * size)[:size] for size in (25_000, 200_000))
        few = max(spent(secrets, small), 0.0005)  # below that the clock says little
        assert spent(secrets, large) < 24 * few


def test_a_text_full_of_secrets_is_masked_as_a_whole() -> None:
    assert Secrets([KEY])(f"{KEY} and so on. " * 1000) == HIDDEN
    assert Secrets([KEY])(f"{KEY} and so on. " * 20) == f"{HIDDEN} and so on. " * 20


def test_one_secret_among_many_escapes_is_found_where_it_stands() -> None:
    before, after = "%41&amp;\\u0041" * 1000, "&lt;%42" * 1000
    for disguised in DISGUISES.values():
        masked = Secrets([KEY])(before + disguised(KEY) + after)
        assert masked.startswith(before)
        assert masked.endswith(after)
        assert HIDDEN in masked


@pytest.mark.parametrize(
    "echo",
    [
        "\u200b".join(SPELLED),
        "\ufeff".join(SPELLED),
        " ".join(SPELLED),
        " ".join(f"{byte:02x}" for byte in SPELLED.encode()),
        ":".join(f"{byte:02X}" for byte in SPELLED.encode()),
    ],
)
def test_a_key_that_is_spelled_out_is_masked(echo: str) -> None:
    secrets = Secrets([SPELLED])
    assert secrets(f"wrong key {echo} again") == "wrong key *** again"
    assert secrets.in_answer(f"the key is {echo} here") == "the key is *** here"


def test_what_is_spelled_out_and_no_key_stays() -> None:
    said = "A B C at 12:30:45, a-b-c, 61:62:63 and \u200bnothing"
    assert Secrets([SPELLED])(said) == said


@pytest.mark.parametrize("joint", ["\n", " ", '", "', " | ", "\r\n\t", "-_-", "\u2028", "\\n", "&nbsp;"])
@pytest.mark.parametrize("cuts", [(9,), (4, 8, 12, 15, 19), (7, 14)])
def test_a_key_in_pieces_is_masked_in_messages(joint: str, cuts: tuple[int, ...]) -> None:
    """Each piece is too short for a part of a key."""
    pieces = [SPELLED[begin:end] for begin, end in zip((0, *cuts), (*cuts, None), strict=True)]
    masked = Secrets([SPELLED])(f"bad keys: {joint.join(pieces)}; ask again")
    assert masked.startswith("bad keys: ")
    assert masked.endswith("; ask again")
    assert HIDDEN in masked
    assert not [piece for piece in pieces if len(piece) > 5 and piece in masked]


def test_pieces_of_no_key_stay() -> None:
    secrets = Secrets([SPELLED], ["a-harmless header's value"])
    for text in ("sk-live, Abc/12 + 3", "a harmless headers value", "56xyz 34 12 Abc sk-live", "sk-live " * 99):
        assert secrets(text) == text


def test_a_text_that_holds_a_secret_in_pieces_everywhere_is_masked_whole() -> None:
    pieces = " | ".join(KEY[at : at + 3] for at in range(0, len(KEY), 3))
    assert Secrets([KEY])(f"see {pieces} here") == f"see {HIDDEN} here"
    assert Secrets([KEY])(f"{pieces} . " * MOST_FOUND) == HIDDEN


def test_escapes_that_stand_for_nothing_move_no_place() -> None:
    assert (
        Secrets([KEY])(f"&nothing; &#99999999; &#x110000; %41 {KEY} end")
        == f"&nothing; &#99999999; &#x110000; %41 {HIDDEN} end"
    )


def test_the_forms_of_long_secrets_are_what_a_reply_is_searched_for() -> None:
    forms = Secrets([KEY, "EMPTY"], ["hidden-but-harmless"]).forms
    assert {KEY, KEY.encode().hex()} <= forms
    assert all(len(form) >= 16 for form in forms)
    assert not any("EMPTY" in form or "harmless" in form for form in forms)
