"""Where one side of every claim never answers, the other is not paid for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

CLAIM = """
[claims.enough]
candidate = "good"
baseline = "dead"
worse_by = 0.05
"""


@pytest.fixture
def asked(bench: Bench, endpoint: FakeEndpoint) -> FakeEndpoint:
    """Six items of two models, of which one's key is refused, and one claim about both."""
    bench.configure(endpoint, "good", "dead", limit=6)
    file = bench.folder / "bench.toml"
    file.write_text(file.read_text() + CLAIM)
    sound = endpoint.script

    def script(request: Request) -> Reply:
        if request.body["model"] == "dead":
            return Reply(status=401, text="no such key")
        return replace(sound(request), delay_s=0.05)

    endpoint.script = script
    return endpoint


def of(endpoint: FakeEndpoint, model: str) -> int:
    return sum(request.body["model"] == model for request in endpoint.requests)


def test_the_other_side_stops_after_its_first_call_and_says_why(bench: Bench, asked: FakeEndpoint) -> None:
    ended = bench("run", "-j", "1")
    assert ended.code == 5
    assert of(asked, "good") <= 1
    said = "good was stopped: every claim about it needs dead, which does not answer; --keep-going asks it nevertheless"
    assert said in " ".join((ended.err + ended.out).split())
    assert "Continue with: bench run -j 1" in " ".join(ended.out.split())


def test_keep_going_asks_it_nevertheless(bench: Bench, asked: FakeEndpoint) -> None:
    assert bench("run", "--keep-going").code == 5
    assert of(asked, "good") == 6


def test_a_model_of_another_claim_goes_on(bench: Bench, asked: FakeEndpoint) -> None:
    file = bench.folder / "bench.toml"
    other = f'[models.fine]\nmodel = "openai-api/acme/fine"\nbase_url = "{asked.url}"\n'
    alone = other + CLAIM.replace("enough", "too").replace('"dead"', '"fine"')
    file.write_text(file.read_text() + alone)
    bench("run")
    assert (of(asked, "good"), of(asked, "fine")) == (6, 6)


def test_a_model_that_answered_and_failed_later_stops_nobody(bench: Bench, asked: FakeEndpoint) -> None:
    dead = asked.script

    def later(request: Request) -> Reply:
        if request.body["model"] == "dead" and of(asked, "dead") < 3:
            return Reply(text="```python\nx = 1\n```")
        return dead(request)

    asked.script = later
    bench("run", "-j", "1")
    assert of(asked, "good") == 6
