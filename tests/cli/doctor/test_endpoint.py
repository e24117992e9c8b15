"""`bench doctor` on real endpoints: what the list of models and a small request tell."""

from __future__ import annotations

import json

import pytest

from bench.records import installed_versions
from tests.cli.conftest import Bench
from tests.cli.doctor.conftest import LIST, OF_A_MODEL, configure, found, listing
from tests.fake_endpoint import FakeEndpoint, Reply


@pytest.mark.parametrize("model", ["good", "alias"])
def test_nothing_is_wrong(bench: Bench, endpoint: FakeEndpoint, model: str) -> None:
    endpoint.pages = listing
    configure(bench, endpoint, model)
    code, checks = found(bench)
    assert code == 0
    assert {what for what, _ in checks} == {"versions", "clock", "sandbox", "disk", *OF_A_MODEL}
    assert (checks["key", "one"]["status"], checks["key", "one"]["text"]) == ("ok", "ACME_API_KEY is set")
    assert checks["endpoint", "one"]["text"].startswith(f"{endpoint.url} answers in 0.")
    assert (checks["model", "one"]["status"], checks["model", "one"]["text"]) == ("ok", f"{model} is there")
    assert "within 5 s of an endpoint's" in checks["clock", None]["text"]
    assert f"claimbench {installed_versions()['claimbench']}" in checks["versions", None]["text"]
    [request] = endpoint.requests
    assert (request.body["model"], request.body["max_tokens"], request.body["stream"]) == (model, 16, True)
    assert "a small request is answered in 0." in checks["request", "one"]["text"]
    assert "(tokens 11 + 7, cost unknown)" in checks["request", "one"]["text"]
    assert not (bench.folder / "results").exists()
    assert ("request", "one") not in found(bench, "--no-request")[1]
    assert len(endpoint.requests) == 1


def test_a_list_that_lacks_the_model_fails_and_names_a_similar_one(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.pages = listing
    endpoint.script = lambda _: Reply(status=404, text="no model claude-opus-5-6")
    configure(bench, endpoint, "claude-opus-5-6")
    code, checks = found(bench)
    assert (code, checks["model", "one"]["status"]) == (2, "fail")
    assert checks["model", "one"]["text"] == "claude-opus-5-6 is none of the 3 models it lists"
    assert checks["model", "one"]["cure"] == "Check its name; it lists e.g. claude-opus-5-5."


def test_a_server_of_ones_own_may_answer_to_any_name(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.pages = lambda path, _: (200, LIST) if path == "/v1/models" else (404, "nothing here")
    bench.configure(endpoint, "zzz")
    code, checks = found(bench)
    assert (code, checks["model", "zzz"]["status"]) == (0, "warn")
    assert checks["model", "zzz"]["cure"] == "Check its name; it lists e.g. good, claude-opus-5-5, other."


@pytest.mark.parametrize(
    ("status", "page"),
    [(404, "no"), (405, "no"), (200, "<html>"), (200, {"data": 1}), (200, [1]), (200, "[" * 100_000)],
)
def test_an_endpoint_without_a_list_cannot_tell(
    bench: Bench, endpoint: FakeEndpoint, status: int, page: object
) -> None:
    endpoint.pages = lambda *_: (status, page)
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    assert (code, checks["model", "one"]["status"]) == (0, "warn")
    assert f"lists no models (HTTP {status}): nobody can tell whether good is there" in checks["model", "one"]["text"]
    assert "base_url (it often ends in /v1)" in checks["model", "one"]["cure"]


def test_a_refused_key_fails_in_the_vendors_words_without_the_key(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.pages, endpoint.script = listing, lambda _: Reply(status=401, text="wrong key")
    configure(bench, endpoint, "good")
    monkeypatch.setenv("ACME_API_KEY", "canary-of-another")
    code, checks = found(bench)
    assert (code, checks["endpoint", "one"]["status"]) == (2, "fail")
    assert checks["endpoint", "one"]["text"] == f"{endpoint.url} says HTTP 401: wrong key: Bearer ***"
    assert checks["endpoint", "one"]["cure"].startswith("Check the key")
    assert checks["endpoint", "one"]["cure"].endswith("The key in ACME_API_KEY was sent.")


@pytest.mark.parametrize("model", ["good", "unlisted"])
@pytest.mark.parametrize("status", [401, 403, 200, 302])
def test_a_small_request_decides_where_the_list_of_models_is_refused(
    bench: Bench, endpoint: FakeEndpoint, status: int, model: str
) -> None:
    page = LIST if status == 200 else {"error": {"message": "this key may not list models"}}
    endpoint.pages = lambda path, _: (status, page) if path.endswith("/models") else (404, "no")
    configure(bench, endpoint, model)
    what = "model" if status == 200 else "endpoint"
    code, checks = found(bench)
    assert (code, checks["request", "one"]["status"], len(endpoint.requests)) == (0, "ok", 1)
    assert checks[what, "one"]["status"] == ("ok" if (status, model) == (200, "good") else "warn")
    if checks[what, "one"]["status"] == "warn":
        assert "; a small request is answered all the same" in checks[what, "one"]["text"]
        unsent, checks = found(bench, "--no-request")
        assert (unsent, checks[what, "one"]["status"]) == (2, "fail"), "nothing else was asked"
    endpoint.script = lambda _: Reply(status=401, text="wrong key")
    code, checks = found(bench)
    assert (code, checks["request", "one"]["status"]) == (2, "fail")


@pytest.mark.parametrize(
    ("headers", "text", "run"),
    [
        ({}, "Too many requests", "a run now is throttled: it waits out its limit, asks less at once, and stops"),
        ({"Retry-After": "20"}, "Slow down", "a run now is throttled: it waits out 20 s"),
        ({"Retry-After": "3600"}, "Slow down", "a run stops there, as it waits 120 s at most"),
    ],
)
def test_a_rate_limit_says_what_a_run_would_do(
    bench: Bench, endpoint: FakeEndpoint, headers: dict[str, str], text: str, run: str
) -> None:
    endpoint.pages, endpoint.script = listing, lambda _: Reply(status=429, text=text, headers=headers)
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    assert (code, checks["request", "one"]["status"], len(endpoint.requests)) == (0, "warn", 1)
    assert f"HTTP 429: {text}" in checks["request", "one"]["text"]
    assert run in checks["request", "one"]["text"]
    assert "-j" in checks["request", "one"]["cure"]


def test_an_address_copied_whole_is_named_before_anything_is_asked(bench: Bench, endpoint: FakeEndpoint) -> None:
    (bench.folder / "bench.toml").write_text(
        f'[models.one]\nmodel = "openai-api/acme/one"\nbase_url = "{endpoint.url}/chat/completions"\n'
    )
    result = bench("doctor")
    assert result.code == 2
    assert "bench.toml:3: base_url must end before /chat/completions, which is added" in result.err
    assert not endpoint.requests


COUNTED = " ".join(f"n{n}" for n in range(9))
WHOLE = json.dumps(
    {
        "object": "chat.completion",
        "choices": [{"message": {"role": "assistant", "content": "one, two"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7},
    }
)
SAYS = {
    "wrong path": (Reply(status=404, text="no such path"), "HTTP 404: no such path", "base_url (it often ends in /v1)"),
    "wrong model": (Reply(status=400, text="There is no model named good here"), "HTTP 400", "Check the model's name"),
    "wrong key": (Reply(status=401, text="bad key"), "HTTP 401: bad key", "The key in ACME_API_KEY was sent."),
    "redirect": (
        Reply(status=307, headers={"Location": "https://elsewhere.example/v1?sig=canary"}),
        "HTTP 307: redirects to https://elsewhere.example/v1",
        "no redirect is followed",
    ),
    "spent budget": (Reply(status=422, text="budget_exceeded"), "budget_exceeded", "spending limit"),
    "no stream_options": (
        Reply(status=400, text="Unrecognized field stream_options"),
        "stream_options",
        "Set stream_options = false",
    ),
}


@pytest.mark.parametrize("what", SAYS)
def test_a_small_request_finds_what_a_list_of_models_cannot_tell(
    bench: Bench, endpoint: FakeEndpoint, what: str
) -> None:
    reply, said, cure = SAYS[what]
    endpoint.pages, endpoint.script = listing, lambda _: reply
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    assert (code, checks["request", "one"]["status"], checks["model", "one"]["status"]) == (2, "fail", "ok")
    assert said in checks["request", "one"]["text"]
    assert cure in checks["request", "one"]["cure"]
    assert "canary" not in json.dumps([*checks.values()])
    assert len(endpoint.requests) == 1, "asked once, and no more"


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Reply(text=COUNTED, together=20), "stream", "pieces of the answer came at once"),
        (Reply(usage=None), "tokens", "reports no token counts"),
        (Reply(whole=WHOLE), "stream", "the endpoint did not stream, though a stream was asked for"),
        (Reply(status=503, text="overloaded"), "request", "HTTP 503: overloaded; a run now asks each call again"),
    ],
)
def test_a_small_request_warns_of_what_a_run_can_bear(
    bench: Bench, endpoint: FakeEndpoint, reply: Reply, kind: str, words: str
) -> None:
    endpoint.pages, endpoint.script = listing, lambda _: reply
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    assert (code, checks[kind, "one"]["status"]) == (0, "warn")
    assert words in checks[kind, "one"]["text"]


def test_an_endpoint_in_trouble_is_a_warning(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.pages = lambda *_: (503, {"error": {"message": "overloaded"}})
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    assert (code, checks["endpoint", "one"]["status"]) == (0, "warn")
    assert "says HTTP 503: overloaded; nobody can tell" in checks["endpoint", "one"]["text"]
