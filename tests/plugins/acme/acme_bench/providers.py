"""Acme's endpoint, with the keys of `[providers.<name>]`."""

from __future__ import annotations

ACME = {
    "title": "Acme",
    "protocol": "openai",
    "base_url": "https://api.acme.example/v1",
    "key_variables": ["ACME_API_KEY"],
    "address_variables": ["ACME_BASE_URL"],
}
