"""Addresses: their secret parts are sent, and neither shown nor part of what decides an answer."""

from __future__ import annotations

import pytest

from bench.providers.address import Address, expanded, shown, split


@pytest.mark.parametrize(
    ("url", "address", "seen"),
    [
        ("https://host/v1", Address("https://host/v1"), "https://host/v1"),
        ("https://host:8443/v1//", Address("https://host:8443/v1"), "https://host:8443/v1"),
        ("https://host", Address("https://host"), "https://host"),
        ("https://me:p%40ss@host/v1", Address("https://host/v1", "", "me:p@ss"), "https://***@host/v1"),
        ("https://host/v1/?key=abc&v=2", Address("https://host/v1", "key=abc&v=2"), "https://host/v1?***"),
        ("http://[::1]:80/v1?v=2", Address("http://[::1]:80/v1", "v=2"), "http://[::1]:80/v1?***"),
    ],
)
def test_an_address_in_its_parts(url: str, address: Address, seen: str) -> None:
    assert split(url) == address
    assert shown(url) == seen


def test_user_info_is_sent_as_basic_authorization() -> None:
    assert split("https://me:p%40ss@host").headers == {"Authorization": "Basic bWU6cEBzcw=="}
    assert split("https://host").headers == {}


def test_every_form_of_a_secret_is_known() -> None:
    found = split("https://me:p%40ss@host/v1?key=a%20b&empty=").secrets
    assert found >= {"me:p@ss", "p@ss", "bWU6cEBzcw==", "a b", "key=a%20b&empty="}


def test_a_version_in_the_query_decides_the_answer_and_a_key_does_not() -> None:
    plain = split("https://host/v1").identity
    assert plain == {"base_url": "https://host/v1"}
    assert split("https://me:pass@host/v1?key=abc&X-Sig=1").identity == plain
    one, two = (split(f"https://host/v1?api-version={n}&api_key={n}").identity for n in (1, 2))
    assert one != two
    assert one == split("https://host/v1?api_key=9&api-version=1").identity


def test_headers_from_the_environment() -> None:
    headers = {"X-Team": "search", "X-Api-Key": "$KEY", "X-None": "$NOT_SET"}
    assert expanded(headers, {"KEY": "k"}) == {"X-Team": "search", "X-Api-Key": "k", "X-None": ""}
