"""What the tests of `bench doctor` share: a vendor whose key is needed, and the checks that were printed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint

KEY = "canary-doctor-key"
OF_A_MODEL = ("key", "endpoint", "model", "request")
LIST = {"data": [{"id": "good"}, {"id": "claude-opus-5-5"}, {"id": "other"}]}


def listing(path: str, headers: Mapping[str, str]) -> tuple[int, object]:
    """A vendor's list of models; "alias" is in no list."""
    if headers.get("authorization") != f"Bearer {KEY}":
        return 401, {"error": {"message": f"wrong key: {headers.get('authorization')}"}}
    if path.endswith("/models"):
        return 200, LIST
    return (200, {"id": "other"}) if path.endswith("/models/alias") else (404, {"error": {"message": "no such model"}})


def configure(bench: Bench, endpoint: FakeEndpoint, model: str, extra: str = "") -> None:
    """One model of a vendor whose key is needed."""
    (bench.folder / "bench.toml").write_text(
        f'[models.one]\nmodel = "acme/{model}"\n{extra}\n[providers.acme]\nkey_needed = true\n'
        f'regions = {{ here = "{endpoint.url}" }}\nregion = "here"\n'
    )


def found(bench: Bench, *options: str) -> tuple[int, dict[tuple[str, str | None], dict[str, str]]]:
    """Exit code, and the checks by kind and model; the last of a kind counts."""
    result = bench("doctor", "--json", *options)
    assert result.err == ""
    assert KEY not in result.out
    return result.code, {(check["what"], check["model"]): check for check in json.loads(result.out)}


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    """Answers "ok" to whatever it is asked."""
    with FakeEndpoint() as running:
        yield running


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ACME_BASE_URL", raising=False)
    monkeypatch.setenv("ACME_API_KEY", KEY)
