"""The proxy's pure parts: single fields changed and every other byte kept, budgets, routes, and the environment."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.errors import UsageError
from bench.proxy.agent import environment
from bench.proxy.keys import KeyRing, ProxyKey
from bench.proxy.listen import listening
from bench.proxy.purse import Purse
from bench.proxy.rewrite import fields, rewritten
from bench.proxy.route import Route, RouteKind, own_host, route
from bench.records import Secrets

TEXTS = st.sampled_from(["a", "model", '"', "\\", "{,}", "é", "\u2028"])
PLAIN: st.SearchStrategy[Any] = st.none() | st.integers() | TEXTS
VALUES = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(TEXTS, PLAIN, max_size=2)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), VALUES, st.sampled_from([None, 0, 2]), st.data())
def test_other_fields_keep_their_bytes(
    body: dict[str, Any], value: Any, indent: int | None, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([*body, "model"]))
    text = json.dumps(body, indent=indent, ensure_ascii=data.draw(st.booleans()))
    expected = {**body, name: value}
    if value is None:
        del expected[name]
    changed = rewritten(text, {name: value})
    assert json.loads(changed) == expected
    before = {each.name: text[each.begin : each.end] for each in fields(text)}
    after = {each.name: changed[each.begin : each.end] for each in fields(changed)}
    assert {n: t for n, t in after.items() if n != name} == {n: t for n, t in before.items() if n != name}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a"}', '{"a": 1', '{"a": 1,}', '{"a": 1} {}', "{1: 2}", '{"a": ' + "[" * 10**5]
)
def test_what_is_no_object_is_not_rewritten(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 json's own words or ours
        rewritten(text, {"a": 2})


def test_a_field_that_stands_there_twice_is_not_rewritten() -> None:
    with pytest.raises(ValueError, match="twice"):
        rewritten('{"model": "a", "model": "b"}', {"model": "c"})
    assert rewritten('{"a": 1, "a": 2}', {"model": "c"}) == '{"model":"c","a": 1, "a": 2}'
    assert rewritten(" { } ", {"model": "c"}) == ' {"model":"c" } '


def test_what_is_set_aside_counts() -> None:
    purse, key = Purse(Decimal(5)), ProxyKey(name="a", budget_usd=Decimal(3), calls=4)
    assert purse.admit(key, Decimal(2)) is None
    refused = purse.admit(key, Decimal(2))
    assert refused
    assert "of key 'a', 3 USD, does not hold this call: 2 are spent or set aside, and it may cost 2" in refused
    purse.settle("a", Decimal(2), Decimal("0.5"))
    assert purse.admit(key, Decimal("2.5")) is None
    purse.settle("a", Decimal("2.5"), None)  # unknown: what was set aside stays
    assert purse.taken("a") == 3
    other = ProxyKey(name="b")
    assert purse.admit(other, Decimal(3)) == (
        "the budget of all keys, 5 USD, does not hold this call: 3.0 are spent or set aside, and it may cost 3"
    )
    assert purse.admit(other, Decimal(2)) is None
    assert "is not known, and there is a budget" in str(purse.admit(other, None))
    assert Purse().admit(other, None) is None
    assert purse.admit(key, Decimal(0)) is None
    assert purse.admit(key, Decimal(0)) is None
    assert purse.admit(key, Decimal(0)) == "the 4 calls of key 'a' are used up"


@pytest.mark.parametrize(
    ("method", "target", "headers", "expected"),
    [
        ("POST", "/k/t1/v1/messages?beta=true", {}, (RouteKind.CALL, "anthropic", "t1")),
        ("POST", "/v1/messages", {"x-api-key": "t1"}, (RouteKind.CALL, "anthropic", "t1")),
        ("POST", "/k/t1/v1/chat/completions", {"authorization": "Bearer t2"}, (RouteKind.CALL, "openai", "t1")),
        ("POST", "/chat/completions", {"authorization": "Bearer t1"}, (RouteKind.CALL, "openai", "t1")),
        ("POST", "/v1/messages/count_tokens", {"x-api-key": "t1"}, (RouteKind.COUNT, "anthropic", "t1")),
        ("GET", "/v1/models", {"anthropic-version": "1"}, (RouteKind.MODELS, "anthropic", "")),
        ("HEAD", "/api/hello", {}, (RouteKind.HELLO, "openai", "")),
        ("GET", "/k/t1/", {}, (RouteKind.HELLO, "openai", "t1")),
        ("POST", "/v1/files", {}, (RouteKind.NOTHING, "openai", "")),
        ("GET", "/v1/messages", {}, (RouteKind.NOTHING, "anthropic", "")),
        ("POST", "/k/../v1/messages", {}, (RouteKind.CALL, "anthropic", "..")),
    ],
)
def test_what_a_path_asks_for(method: str, target: str, headers: dict[str, str], expected: tuple[Any, ...]) -> None:
    assert route(method, target, headers) == Route(*expected)


def test_only_this_machine_is_named() -> None:
    assert [*map(own_host, ("127.0.0.1:80", "localhost", "LOCALHOST:1", "[::1]:5", "[::1]"))] == [True] * 5
    assert [*map(own_host, ("", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1:80"))] == [False] * 4


def test_keys_are_found_by_their_token_alone() -> None:
    ring, key = KeyRing(), ProxyKey(name="a")
    assert ring.add(key) is key
    assert len(key.token) == 35
    assert key.token not in repr(key)
    assert (ring.find(key.token), ring.find("a"), ring.find("")) == (key, None, None)
    with pytest.raises(Exception, match="two keys are called 'a'"):
        ring.add(ProxyKey(name="a"))


def test_a_client_gets_no_vendors_key() -> None:
    before = {"PATH": "/bin", "ANTHROPIC_API_KEY": "sk-a", "DEEPSEEK_API_KEY": "sk-d", "MINE": "sk-m", "HOME": "/h"}
    after = environment(before, "http://127.0.0.1:5", "cb-1", "m", {"MINE"})
    assert not {value for value in after.values() if value.startswith("sk-")}
    assert (after["PATH"], after["HOME"]) == ("/bin", "/h")
    assert (after["ANTHROPIC_BASE_URL"], after["ANTHROPIC_API_KEY"]) == ("http://127.0.0.1:5/k/cb-1", "cb-1")
    assert (after["OPENAI_BASE_URL"], after["OPENAI_MODEL"]) == ("http://127.0.0.1:5/k/cb-1/v1", "m")


def test_a_client_gets_no_copy_of_a_key_and_reaches_the_proxy_directly() -> None:
    elsewhere = (
        *("ANTHROPIC_CUSTOM_HEADERS", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_BEDROCK", "ANTHROPIC_AUTH_TOKEN"),
        *("AZURE_OPENAI_API_KEY", "GOOGLE_API_KEY", "AWS_BEARER_TOKEN_BEDROCK", "ACME_BASE_URL", "GROQ_API_KEY"),
    )
    before = {"COPY": "Bearer sk-mine-0123456789abcdef", "HTTP_PROXY": "http://p", "no_proxy": "example.org"}
    before |= dict.fromkeys(elsewhere, "x")
    after = environment(before, "http://127.0.0.1:5", "cb-1", "m", (), Secrets(["sk-mine-0123456789abcdef"]))
    assert not {"COPY", *elsewhere} & {*after}
    assert after["HTTP_PROXY"] == "http://p"
    assert after["NO_PROXY"] == after["no_proxy"] == "example.org,127.0.0.1,localhost"


@pytest.mark.parametrize("folder", ["short", "a" * 60 + "/" + "b" * 60])
def test_a_socket_that_somebody_listens_at_is_left_alone(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "p.sock"
    path.parent.mkdir(parents=True)

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def listen() -> None:
        async with listening(f"unix:{path}", hang_up):
            with pytest.raises(UsageError, match="another process listens there"):
                async with listening(f"unix:{path}", hang_up):
                    pass
        async with listening(f"unix:{path}", hang_up):
            pass

    asyncio.run(listen())
