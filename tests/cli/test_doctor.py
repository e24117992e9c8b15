"""`bench doctor` on real files and endpoints: what it finds, what it advises, and how it exits."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bench.doctor import calibration
from bench.doctor.calibration import load
from bench.records import installed_versions, this_machine
from bench.weights.catalog import catalog
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply

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


def test_a_proxy_is_named_and_a_network_in_no_proxy_is_told(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "http_proxy", endpoint.url.replace("http://", "http://user:canary-password@").removesuffix("/v1")
    )
    monkeypatch.setenv("no_proxy", "10.0.0.0/8")
    endpoint.pages, endpoint.script = lambda *_: (407, "who are you?"), lambda _: Reply(status=407, text="who?")
    (bench.folder / "bench.toml").write_text(
        '[models.one]\nmodel = "openai-api/acme/one"\nbase_url = "http://10.1.2.3/v1"\n'
    )
    code, checks = found(bench, "--send-keys-to", "http://10.1.2.3")
    assert code == 2
    network = checks["network", "one"]
    assert network["status"] == "warn"
    assert "through the proxy http://127.0.0.1:" in network["text"]
    assert "of http_proxy, as NO_PROXY's 10.0.0.0/8 is a network and names no host" in network["text"]
    assert checks["endpoint", "one"]["status"] == "fail"
    assert "http://USER:PASSWORD@HOST:PORT" in checks["endpoint", "one"]["cure"]
    assert "canary" not in json.dumps([*checks.values()])
    run = bench("run", "--limit", "1", "-y", "--send-keys-to", "http://10.1.2.3")
    assert "through the proxy http://127.0.0.1:" in " ".join((run.out + run.err).split())
    assert "canary" not in run.out + run.err


def test_a_file_of_certificates_that_is_not_there_is_named(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    assert (code, checks["network", None]["status"]) == (2, "fail")
    assert "SSL_CERT_FILE=/nowhere/ca.pem: no certificates can be read there" in checks["network", None]["text"]
    run = bench("run", "--limit", "1", "-y")
    assert (run.code, "SSL_CERT_FILE=/nowhere/ca.pem" in run.err, "Traceback" in run.err) == (2, True, False)


def test_a_certificate_that_nobody_known_has_signed_is_told_with_its_cure(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    endpoint.certify(*self_signed(bench.folder))
    endpoint.pages = listing
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    assert (code, checks["endpoint", "one"]["status"], ("request", "one") in checks) == (2, "fail", False)
    assert "CERTIFICATE_VERIFY_FAILED" in checks["endpoint", "one"]["text"]
    assert "set SSL_CERT_FILE to a PEM file that holds this authority" in checks["endpoint", "one"]["cure"]
    monkeypatch.setenv("SSL_CERT_FILE", str(bench.folder / "server.pem"))
    code, checks = found(bench)
    assert (code, checks["request", "one"]["status"]) == (0, "ok"), "the cure cures"


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback that signs itself, and its key."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl")
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=ours")
    files = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "server.key", "-out", "server.pem")
    subprocess.run(["openssl", "req", "-x509", *ec, *files], cwd=folder, check=True, capture_output=True)
    return folder / "server.pem", folder / "server.key"


def test_an_endpoint_in_trouble_is_a_warning(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.pages = lambda *_: (503, {"error": {"message": "overloaded"}})
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    assert (code, checks["endpoint", "one"]["status"]) == (0, "warn")
    assert "says HTTP 503: overloaded; nobody can tell" in checks["endpoint", "one"]["text"]


def test_a_missing_key_and_header_are_named_with_where_to_get_them(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACME_API_KEY")
    monkeypatch.delenv("TEAM_TOKEN", raising=False)
    configure(bench, endpoint, "good", 'headers = { X-Token = "$TEAM_TOKEN" }')
    with (bench.folder / "bench.toml").open("a") as file:
        file.write('key_page = "https://acme.example/keys"\n')
    result = bench("doctor")
    assert result.code == 2
    assert "fail  key       one: ACME_API_KEY is not set\n" in result.out
    assert "Get one at https://acme.example/keys." in result.out
    assert "fail  key       one: TEAM_TOKEN, for the header X-Token, is not set\n" in result.out
    (bench.folder / ".env").write_text(f"ACME_API_KEY={KEY}\nTEAM_TOKEN=t\n")
    again = bench("doctor").out
    assert "ok    key       one: ACME_API_KEY is set\n" in again
    assert "TEAM_TOKEN" not in again


def test_nobody_there_is_a_failure(bench: Bench) -> None:
    (bench.folder / "bench.toml").write_text(
        '[models.one]\nmodel = "openai-api/acme/one"\nbase_url = "http://127.0.0.1:1/v1"\n'
    )
    code, checks = found(bench)
    assert (code, checks["endpoint", "one"]["status"], ("model", "one") in checks) == (2, "fail", False)
    assert checks["endpoint", "one"]["text"].startswith("http://127.0.0.1:1/v1 does not answer (ConnectError: ")
    assert checks["key", "one"]["text"] == "ACME_API_KEY is set"
    assert checks["clock", None]["status"] == "warn"


def test_an_endpoint_that_keeps_silent_is_left(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.doctor.endpoint.VISIT_S", 0.05)

    def late(*_: object) -> tuple[int, object]:
        time.sleep(0.3)
        return 200, LIST

    endpoint.pages = late
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    assert code == 2
    assert "0.05 s" in checks["endpoint", "one"]["text"]


@pytest.mark.parametrize(("ahead_s", "words"), [(3600.0, "behind"), (-3600.0, "ahead of")])
def test_a_wrong_time_of_day_is_told(bench: Bench, endpoint: FakeEndpoint, ahead_s: float, words: str) -> None:
    endpoint.pages, endpoint.ahead_s = listing, ahead_s
    configure(bench, endpoint, "good")
    code, checks = found(bench)
    clock = checks["clock", None]
    assert (code, clock["status"]) == (0, "warn")
    assert f"s {words} every endpoint's" in clock["text"]
    assert abs(float(clock["text"].split()[5]) - 3600) < 5


def test_a_model_without_an_address_is_a_finding_among_others(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.pages = listing
    configure(bench, endpoint, "good")
    with (bench.folder / "bench.toml").open("a") as file:
        file.write('[models.two]\nmodel = "openai-api/nowhere/two"\n')
    code, checks = found(bench)
    assert (code, checks["model", "two"]["status"], checks["model", "one"]["status"]) == (2, "fail", "ok")
    assert "NOWHERE_BASE_URL" in checks["model", "two"]["text"]


def test_a_query_and_user_info_are_sent_and_not_shown(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, str]] = []

    def pages(path: str, headers: Mapping[str, str]) -> tuple[int, object]:
        seen.append((path, headers["authorization"]))
        return 404, f"no {path} for {headers['authorization']}"

    endpoint.pages = pages
    monkeypatch.delenv("ACME_API_KEY")
    address = endpoint.url.replace("http://", "http://user:canary-password@") + "?sig=canary-query"
    monkeypatch.setenv("ACME_BASE_URL", address)
    (bench.folder / "bench.toml").write_text('[models.one]\nmodel = "openai-api/acme/one"\n')
    result = bench("doctor")
    assert (result.code, seen[0][0]) == (0, "/v1/models?sig=canary-query")
    assert seen[0][1].startswith("Basic ")
    assert "canary" not in result.out


def test_weights_that_are_not_here_are_counted(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    name, entry = next(iter(catalog().items()))
    (bench.folder / "bench.toml").write_text(f'[models.tiny]\nmodel = "weights/{name}"\n')
    monkeypatch.setenv("BENCH_WEIGHTS", str(tmp_path / "cache"))
    code, checks = found(bench)
    weights = checks["weights", "tiny"]
    assert (code, weights["status"], weights["text"]) == (0, "warn", f"{name} is not here yet")
    assert weights["cure"].endswith(f"bench weights pull {name}")
    assert ("endpoint", "tiny") not in checks
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / entry.file).write_bytes(b"something else")
    assert found(bench)[1]["weights", "tiny"]["text"] == f"{name} is here with another sha256"
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10_000_000))
    code, checks = found(bench)
    assert (code, checks["disk", None]["status"]) == (2, "fail")
    assert "10 MB free" in checks["disk", None]["text"]


def test_weights_that_are_here_are_verified(bench: Bench, smollm2_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the extra `local` is not installed")
    assert smollm2_path.is_file()
    (bench.folder / "bench.toml").write_text('[models.tiny]\nmodel = "weights/smollm2-135m-instruct"\n')
    code, checks = found(bench)
    assert (code, checks["weights", "tiny"]["status"]) == (0, "ok")


def test_a_results_folder_that_cannot_be_made_fails(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.pages = listing
    configure(bench, endpoint, "good")
    code, checks = found(bench, "--results", "/proc/nowhere")
    assert (code, checks["disk", None]["status"]) == (2, "fail")
    assert checks["disk", None]["cure"] == "Choose another folder with --results."


def test_calibration_is_kept_for_later_runs(
    bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "CALLS", 4)
    monkeypatch.setattr(calibration, "ROUNDS", 1)
    endpoint.pages = listing
    configure(bench, endpoint, "good", "max_connections = 3")
    result = bench("doctor", "--calibrate")
    assert result.code == 0, result.out
    assert [line.split()[2] for line in result.out.splitlines() if " in flight: TTFT is off by " in line] == ["1", "3"]
    kept = load(bench.folder / "results", this_machine())
    assert kept is not None
    assert [each.concurrency for each in kept.measured] == [1, 3]
    assert [path.name for path in (bench.folder / "results").iterdir()] == [calibration.FILE]


def test_a_calibration_without_room_says_so(bench: Bench, endpoint: FakeEndpoint) -> None:
    configure(bench, endpoint, "good")
    result = bench("doctor", "--calibrate", "--results", "/proc/nowhere")
    assert result.code == 2
    assert result.err.startswith("Error: /proc/nowhere: cannot be written (")


@pytest.mark.usefixtures("sandbox")
def test_the_sandboxes_are_attacked_on_request(bench: Bench, endpoint: FakeEndpoint) -> None:
    endpoint.pages = listing
    configure(bench, endpoint, "good")
    result = bench("doctor", "--sandbox")
    assert result.code == 0
    assert "ok    sandbox   attacks on every sandbox:\n" in result.out
    assert "  HELD   open a network socket" in result.out


@pytest.mark.parametrize("content", ["A canary-line\n", "=canary\n"])
def test_an_unreadable_dotenv_ends_it_without_its_content(bench: Bench, endpoint: FakeEndpoint, content: str) -> None:
    configure(bench, endpoint, "good")
    (bench.folder / ".env").write_text(content)
    result = bench("doctor")
    assert (result.code, "Traceback" in result.err) == (2, False)
    assert ".env:1: cannot be read" in result.err
    assert "canary" not in result.err + result.out
