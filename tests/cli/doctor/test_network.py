"""`bench doctor` on the way to an endpoint: keys, proxies, certificates, silence, a wrong time of day."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Bench
from tests.cli.doctor.conftest import KEY, LIST, configure, found, listing
from tests.fake_endpoint import FakeEndpoint, Reply


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
