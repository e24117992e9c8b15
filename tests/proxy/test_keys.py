"""No key of a vendor's comes through the proxy, whatever its reply does with it."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.proxy.client import Room
from bench.proxy.veil import Veil
from bench.records import Secrets
from tests.engine.loopback import CHUNKED, chunk, replying
from tests.proxy.between import ANSWER, VENDOR, between, post, sized


def forms() -> list[bytes]:
    """The key as a reply may hold it."""
    raw = VENDOR.encode()
    urls = quote_plus(VENDOR).encode()
    return [raw, raw.replace(b"/", rb"\/"), urls, base64.b64encode(b"Bearer: " + raw), raw.hex().encode()]


@pytest.mark.parametrize("status", [b"200 OK", b"401 No"])
@pytest.mark.parametrize("name", [b"X-Echo", b"Request-Id", b"Set-Cookie", b"X-" + b"a"])
def test_a_key_in_a_header_stays_here(tmp_path: Path, status: bytes, name: bytes) -> None:
    reply = sized(ANSWER, status, name + b": a=" + VENDOR.encode(), b"Location: https://example.org/", b"X-Kept: 5")

    async def run() -> None:
        async with between(tmp_path, replying([reply])) as proxy:
            seen = await proxy.ask()
            assert VENDOR not in str(seen.headers)
            assert "location" not in seen.headers
            assert seen.headers["x-kept"] == "5"
            assert VENDOR not in str(await proxy.settled())

    asyncio.run(run())


@pytest.mark.parametrize("form", range(5))
@pytest.mark.parametrize("cut", [1, 7, 10**6])
def test_a_key_in_an_answer_stays_here(tmp_path: Path, form: int, cut: int) -> None:
    secret = forms()[form]
    events = (
        b'data: {"model": "' + secret + b'", "choices": [{"delta": {"content": "a"}}]}\n\n'
        b'data: {"error": {"message": "bad key ' + secret + b'"}}\n\n: ' + secret + b"\n\n"
    )
    pieces = [chunk(events[at : at + cut]) for at in range(0, len(events), cut)]

    async def run() -> None:
        async with between(tmp_path, replying([CHUNKED, *pieces, b"0\r\n\r\n"])) as proxy:
            seen = await proxy.ask()
            assert not [each for each in forms() if each in seen.content]
            assert seen.content.count(b"***") == 3
            entry = await proxy.settled()
            assert VENDOR not in str(entry)
            assert secret.decode() not in str(entry)

    asyncio.run(run())


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from([*"sk-a", "sk", "sk-key", "key", "sk-keykey"]), max_size=12))
def test_nothing_but_keys_is_changed(parts: list[str]) -> None:
    veil = Veil(["sk-key", "kkk"])
    passed = b"".join(veil(part.encode()) for part in parts) + veil.rest()
    whole = Veil(["sk-key", "kkk"])
    assert passed == whole("".join(parts).encode()) + whole.rest()
    assert b"sk-key" not in passed
    assert b"kkk" not in passed
    assert Veil([])(b"sk-key") == b"sk-key"


def test_short_secrets_are_words() -> None:
    assert not Secrets(["EMPTY"], ["a harmless header's value"]).forms
    assert VENDOR in Secrets([VENDOR]).forms


@pytest.mark.parametrize("token", ["", "cb-" + "0" * 32, "\xe9\xff", VENDOR])
def test_nothing_is_kept_of_a_strangers_request(tmp_path: Path, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []
    monkeypatch.setattr(Room, "take", lambda _self, size: kept.append(size))

    async def run() -> None:
        async with between(tmp_path, replying()) as proxy:
            body = b"x" * 2**20
            seen = await proxy.raw(
                post(token, b"Content-Length: %d" % (4 * len(body)), b"Connection: close"), *[body] * 4
            )
            assert seen.startswith(b"HTTP/1.1 401")
            assert not kept
            assert not proxy.troubles

    asyncio.run(run())
