"""What a call shows of who asks is told without any secret."""

from __future__ import annotations

import pytest

from bench.providers import credential, resolve
from bench.records import RemoteModel

KEY = "canary-0123456789"


@pytest.mark.parametrize(
    ("entry", "environ", "told"),
    [
        ({}, {"FAKE_API_KEY": KEY}, "The key in FAKE_API_KEY was sent."),
        ({}, {}, "No key was sent: FAKE_API_KEY is not set."),
        ({"headers": {"X-Token": "$TEAM"}}, {"TEAM": KEY}, "The header X-Token of bench.toml was sent."),
        ({"headers": {"X-Team": "a"}}, {}, "No key was sent: FAKE_API_KEY is not set."),
        ({"base_url": f"http://me:{KEY}@h.example/v1"}, {}, "The user and password of its address were sent."),
    ],
)
def test_what_is_shown_of_who_asks(entry: dict[str, object], environ: dict[str, str], told: str) -> None:
    model = RemoteModel("m", "openai-api/fake/m", **{"base_url": "http://h.example/v1", **entry})  # type: ignore[arg-type]
    assert credential(resolve(model, environ), environ) == told
