"""Which names say that a value is a secret."""

from __future__ import annotations

import pytest

from bench.providers.address import split
from bench.records import SECRET_NAME

SECRET = (
    "api_key", "X-Api-Key", "access_token", "client_secret", "password", "passwd", "credentials", "Authorization",
    "oauth", "Cookie", "X-Amz-Signature", "sig",
)  # fmt: skip


@pytest.mark.parametrize("name", SECRET)
def test_the_name_of_a_secret_is_known(name: str) -> None:
    assert SECRET_NAME.search(name)
    assert "query_sha256" not in split(f"https://host/v1?{name}=canary").identity


@pytest.mark.parametrize("name", ["api-version", "region", "effort", "X-Team"])
def test_other_names_are_not_secrets(name: str) -> None:
    assert not SECRET_NAME.search(name)
    assert "query_sha256" in split(f"https://host/v1?{name}=2026").identity
