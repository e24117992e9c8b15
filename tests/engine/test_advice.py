"""When an endpoint that turns a call away wants to be asked again: every header and every phrase."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.engine.advice import reset_s, retry_after_s, should_retry, words_after_s

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": format_datetime(AT + timedelta(seconds=40), usegmt=True)}, 40.0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:20 -0000"}, 20.0),
        ({"retry-after": format_datetime(AT - timedelta(hours=1), usegmt=True)}, 0.0),
        ({"retry-after": "1m30s"}, 90.0),
        ({"llm_provider-retry-after": "7"}, 7.0),
        ({"llm_provider-retry-after-ms": "700"}, 0.7),
        ({"x-retry-after": "8"}, 8.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "x", "retry-after": "2"}, 2.0),
    ],
)
def test_every_form_of_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, AT) == seconds


@given(st.text())
def test_no_header_raises(text: str) -> None:
    found = retry_after_s({"retry-after": text, "retry-after-ms": text}, AT)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("value", "meant"), [("true", True), ("True", True), ("false", False), ("maybe", None), (None, None)]
)
def test_x_should_retry(value: str | None, meant: bool | None) -> None:
    assert should_retry({} if value is None else {"x-should-retry": value}) is meant


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"}, 90.0),
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "1m30s"}, None),
        (
            {
                "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms",
                "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6s",
            },
            6.0,
        ),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": (AT + timedelta(seconds=30)).isoformat(),
            },
            30.0,
        ),
        ({"llm_provider-x-ratelimit-remaining-tokens": "0", "llm_provider-x-ratelimit-reset-tokens": "2s"}, 2.0),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "11"}, 11.0),
        ({"X-RateLimit-Reset": str(int((AT.timestamp() + 12) * 1000))}, 12.0),
        ({"x-rate-limit-reset": str(int(AT.timestamp()) + 13)}, 13.0),
        ({"x-ratelimit-reset": "soon"}, None),
    ],
)  # fmt: skip
def test_limits_that_are_used_up(headers: dict[str, str], seconds: float | None) -> None:
    assert reset_s(headers, AT) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("Rate limit reached. Please try again in 20s.", 20.0),
        ("Limit 30000, Used 29000. Please try again in 1.5s. Visit https://x", 1.5),
        ("Please try again in 7m12s.", 432.0),
        ("try again in 6ms", 0.006),
        ("Please retry after 30 seconds.", 30.0),
        ("You can retry in 2 minutes", 120.0),
        ("Please wait 5 seconds before you ask", 5.0),
        ("Limit: 3 requests per 60 seconds", None),
        ("try again later", None),
        ("retry with model 5", None),
    ],
)
def test_words_that_name_a_pause(words: str, seconds: float | None) -> None:
    assert words_after_s(words) == pytest.approx(seconds)


@given(st.text("0123456789.-: smhMinutretyagw", max_size=40))
def test_no_text_raises(text: str) -> None:
    for seconds in (words_after_s(f"try again in {text}"), reset_s({"ratelimit-reset": text}, AT)):
        assert seconds is None or seconds >= 0
