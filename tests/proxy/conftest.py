"""A scripted endpoint, and a proxy before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_endpoint import FakeEndpoint, Reply
from tests.proxy.running import Running, running


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 500}}
    with FakeEndpoint(lambda _: Reply(text="It is 4.", usage=usage)) as running_endpoint:
        yield running_endpoint


@pytest.fixture
def proxy(tmp_path: Path, endpoint: FakeEndpoint) -> Iterator[Running]:
    with running(tmp_path, endpoint) as started:
        yield started
