"""Routes for a gateway: its names do not meet, and nothing of a stranger's run is looked up where it is loaded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bench.errors import UsageError
from bench.traffic.routes import FORMS, routes


def test_a_fallback_has_a_name_of_its_own() -> None:
    kinds = ("reply", "reply-before", "sort")
    evidence: dict[str, Any] = {kind: {"why": "a word"} for kind in kinds}
    made = FORMS["litellm"](dict.fromkeys(kinds, "a/small"), dict.fromkeys(kinds, "b/big"), evidence)
    names = [each["model_name"] for each in made["model_list"]]
    assert len(set(names)) == len(names) == 6
    big = {each["model_name"] for each in made["model_list"] if each["litellm_params"]["model"] == "b/big"}
    assert {other for each in made["router_settings"]["fallbacks"] for [other] in each.values()} == big


@pytest.mark.parametrize("kind", ["os.environ/OPENAI_API_KEY", "oidc/google/http://evil", "sort"])
def test_nothing_is_looked_up_by_the_gateway(kind: str) -> None:
    why = "a word" if kind.startswith("oidc") else "see os.environ/OPENAI_API_KEY"
    evidence: dict[str, Any] = {kind: {"why": [why]}}
    with pytest.raises(UsageError, match="looked up by the gateway"):
        FORMS["litellm"]({kind: "a/small"}, {kind: "b/big"}, evidence)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("use", ["small", "big"])
@pytest.mark.parametrize(
    "name",
    [
        "os.environ/OPENAI_API_KEY",
        "OS.environ/A",
        "oidc/env/A",
        "http://evil/v1",
        "${HOME}",
        "!!python/x",
        "a//b",
        "",
        "a b",
    ],
)
def test_a_models_name_is_one(name: str, use: str, form: str) -> None:
    verdict: Any = SimpleNamespace(name="sort", use="small", baseline="big", verdict="supported", saving=None)
    models = {"small": SimpleNamespace(model="a/small:free"), "big": SimpleNamespace(model="b/big-2026-01-01")}
    models[use] = SimpleNamespace(model=name)
    found: Any = SimpleNamespace(slices=[verdict], run="1")
    record: Any = SimpleNamespace(models=models)
    with pytest.raises(UsageError, match="which no gateway may be given"):
        routes(found, record, form)
