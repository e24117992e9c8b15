"""Canaries in every place where a secret may stand, driven through every way to fail: none comes out anywhere."""

from __future__ import annotations

import html
import json
import sqlite3
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from urllib.parse import quote, unquote

import pandas as pd
import pytest

from tests.cli.conftest import Bench, bench
from tests.fake_endpoint import DROP, FakeEndpoint, Reply, Request
from tests.sampling import sampled

pytestmark = pytest.mark.charts

__all__ = ["bench"]

KEY, HEADER = 'sk-can/ary+key=01%2B"23456789', 'canary/header+01=%5C"23456789'
USER, PASSWORD, QUERY = "canary-user-01234", "canary/pass+word", "canary/query+56789"
BASIC = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
SECRETS = (KEY, HEADER, f"{USER}:{PASSWORD}", PASSWORD, QUERY, BASIC)
ESCAPED: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text)[1:-1].replace("/", "\\/").replace("+", "\\u002b"),
    lambda text: quote(text, safe=""),
    lambda text: quote(quote(text, safe=""), safe=""),
    lambda text: html.escape(text).replace("+", "&#43;").replace("/", "&#x2F;"),
    lambda text: b64encode(text.encode()).decode().rstrip("="),
)
"""What an echo may make of a secret."""
CANARIES = {USER, *(escape(secret) for secret in SECRETS for escape in ESCAPED)}
CANARIES |= {canary[: max(9, len(canary) // 2 + 1)] for canary in CANARIES if len(canary) > 9}


def disguised(text: str) -> str:
    """The secrets in a text, each in every disguise."""
    return " ".join(escape(secret) for secret in SECRETS for escape in ESCAPED if secret in text)


def said(path: str, headers: Mapping[str, str]) -> str:
    """All that an endpoint was told and can repeat, also in plain words what came encoded."""
    decoded = f"{USER} {PASSWORD} {QUERY}" if BASIC in headers.get("authorization", "") else ""
    told = f"{path} {dict(headers)} {decoded}"
    return f"{told} {disguised(' '.join((told, *headers.values(), unquote(path))))}"


FAILURES: Mapping[str, Callable[[str], Reply]] = {
    "unauthorized": lambda told: Reply(status=401, text=f"wrong key: {told}"),
    "unpaid": lambda told: Reply(status=402, text=f"no balance for {told}"),
    "unknown": lambda told: Reply(status=404, text=f"no such model for {told}"),
    "hurried": lambda told: Reply(status=429, text=f"rate limit of {told}", headers={"Retry-After": "0"}),
    "spent": lambda told: Reply(status=429, text=f"insufficient_quota of {told}"),
    "wrong": lambda told: Reply(status=400, text=f"bad request {told}"),
    "refused": lambda told: Reply(status=400, text=f"data_inspection_failed {told}"),
    "broken": lambda told: Reply(status=500, text=f"{'x' * 280} {told}"),
    "cut short": lambda told: Reply(status=500, text=f"{'x' * 285} {quote(KEY)} {told}"),
    "moved": lambda told: Reply(status=302, text=told, headers={"Location": f"http://127.0.0.1:1/?{KEY}{QUERY}"}),
    "dropped": lambda _told: DROP,
    "cut": lambda told: Reply(text=told, events=2, end="drop"),
    "unended": lambda told: Reply(text=told, end="silent"),
    "malformed": lambda told: Reply(raw_events=(f'{{"choices": {told}',)),
    "misshapen": lambda told: Reply(raw_events=(json.dumps({"choices": [told], "type": told}),)),
    "told late": lambda told: Reply(text=f"error with {told}", events=1, end="error"),
    "told at once": lambda told: Reply(text=f"error with {told}", events=0, end="error", error={"code": KEY}),
    "said": lambda told: Reply(text=f"<answer>{told}</answer>", served_model=told, headers={"x-request-id": told}),
    "thought": lambda told: Reply(text="4", reasoning=told, headers={"request-id": KEY}),
    "finished": lambda told: Reply(text="4", finish_reason=told),
    "split": lambda told: Reply(text=told, split=3),
}
"""A model's name -> what its endpoint does, given all that it could repeat."""


def way(request: Request) -> str:
    """Its model's name without the vendor's."""
    return str(request.body["model"].partition("_")[0].replace("-", " "))


SOME = ("unauthorized", "unpaid", "cut", "malformed", "told late", "said", "finished")
VENDORS = {
    "keyed": ("openai-api", tuple(FAILURES)),
    "addressed": ("openai-api", SOME),
    "claude": ("anthropic-api", SOME),
}
"""Vendor -> its protocol, and the ways in which its models fail."""


class Pages:
    """What `bench doctor` gets: a failure of every kind, in turn, that repeats all it was told."""

    def __init__(self) -> None:
        self._turn = count()

    def __call__(self, path: str, headers: Mapping[str, str]) -> tuple[int, object]:
        told = said(path, headers)
        kinds: list[tuple[int, object]] = [
            (status, {"error": {"message": told}}) for status in (401, 402, 403, 404, 429, 500, 503)
        ]
        kinds += [(200, told), (200, {"data": [{"id": told}]}), (401, f"{'x' * 280} {told}")]
        return kinds[next(self._turn) % len(kinds)]


@pytest.fixture
def echoing() -> Iterator[FakeEndpoint]:
    """Repeats whatever it is sent, in the way that the model's name says."""

    def script(request: Request) -> Reply:
        return FAILURES[way(request)](said(request.path, request.headers))

    with FakeEndpoint(script) as endpoint:
        endpoint.pages = Pages()
        yield endpoint


def configure(bench: Bench, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch, ways: Sequence[str]) -> int:
    """Models that fail in these ways, and two whose endpoints cannot be reached; returns how many."""
    secret = f"{USER}:{quote(PASSWORD, safe='')}@"
    tables = ['[run]\nsuites = ["reasoning"]\nlimit = 1\n']
    for vendor, (provider, names) in VENDORS.items():
        for name in (name.replace(" ", "-") for name in ways if name in names):
            tables.append(
                f'[models.{vendor}-{name}]\nmodel = "{provider}/{vendor}/{name}_{vendor}"\n'
                'headers = { X-Team-Token = "$TEAM_TOKEN" }\n'
            )
    tables += [f'[models.{vendor}]\nmodel = "openai-api/{vendor}/x"\n' for vendor in ("tls", "nobody")]
    (bench.folder / "bench.toml").write_text("\n".join(tables))
    (bench.folder / ".env").write_text(f"KEYED_API_KEY='{KEY}'\nCLAUDE_API_KEY='{KEY}'\nTEAM_TOKEN='{HEADER}'\n")
    addresses = {
        "KEYED": endpoint.url,
        "CLAUDE": endpoint.url,
        "ADDRESSED": f"{endpoint.url.replace('://', f'://{secret}')}?sig={quote(QUERY, safe='')}",
        "TLS": f"{endpoint.url.replace('http://', f'https://{secret}')}?sig={quote(QUERY, safe='')}",
        "NOBODY": f"http://{secret}127.0.0.1:1/v1?sig={quote(QUERY, safe='')}",
    }
    for vendor, address in addresses.items():
        monkeypatch.setenv(f"{vendor}_BASE_URL", address)
        monkeypatch.delenv(f"{vendor}_API_KEY", raising=False)
    return len(tables) - 1


def leaks(folder: Path) -> list[tuple[str, str]]:
    """Where a canary stands in what was kept, also inside of databases and compressed tables."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in ("bench.toml", ".env"):
            content = path.read_bytes() + _inside(path)
            found += [(str(path), canary) for canary in CANARIES if canary.encode() in content]
    return found


def _inside(path: Path) -> bytes:
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv().encode()
    if path.suffix != ".db":
        return b""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        content = "\n".join(db.iterdump()).encode()
    db.close()
    return content


def spoken(text: str) -> list[str]:
    """The canaries in a command's output, which may be wrapped."""
    joined = "".join(text.split())
    return [canary for canary in CANARIES if canary in text or canary in joined]


GROUPS = [list(FAILURES)[at::5] for at in range(5)]


@pytest.mark.parametrize("ways", sampled(GROUPS, 1), ids=["-".join(group).replace(" ", "_") for group in GROUPS])
@pytest.mark.slow
def test_no_way_to_fail_lets_a_secret_out(
    bench: Bench, echoing: FakeEndpoint, monkeypatch: pytest.MonkeyPatch, ways: list[str]
) -> None:
    models = configure(bench, echoing, monkeypatch, ways)
    results = [bench("run", "--latency-probe", "1", "--yes")]
    assert results[0].code == 5, results[0].err
    sent = {value for request in echoing.requests for value in request.headers.values()}
    assert {f"Bearer {KEY}", HEADER, f"Basic {BASIC}"} <= sent, "every secret was really sent"
    assert any(quote(QUERY, safe="") in request.path for request in echoing.requests)
    assert {way(request) for request in echoing.requests} == set(ways)
    (run,) = (bench.folder / "results").glob("*/run.json")
    assert {"tls", "nobody"} <= json.loads(run.read_text())["stopped"].keys()
    answers = pd.read_parquet(run.parent / "answers.parquet")
    assert len(answers) == models
    kept = answers[["answer", "reasoning", "error", "finish_reason"]].fillna("").agg(" ".join, axis=1)
    masked = answers["model"][kept.str.contains("***", regex=False)]
    assert len(masked) >= models - 4, "what was repeated is masked, not lost"
    results += [bench(*words.split()) for words in (
        "report --json", "score", "list models", "list runs", "run --dry-run", "doctor", "doctor --json",
    )]  # fmt: skip
    assert [result.err for result in results if "Traceback" in result.err] == []
    assert [spoken(result.out + result.err) for result in results] == [[]] * len(results)
    assert leaks(bench.folder) == []


def test_the_search_itself_finds_what_is_there(tmp_path: Path) -> None:
    pd.DataFrame({"a": [KEY, HEADER] * 50}).to_parquet(tmp_path / "a.parquet")
    (tmp_path / "log").write_text(f"x{PASSWORD}x")
    with sqlite3.connect(tmp_path / "j.db") as db:
        db.execute("CREATE TABLE t (x)")
        db.execute("INSERT INTO t VALUES (?)", (BASIC,))
    db.close()
    assert {(Path(path).name, canary) for path, canary in leaks(tmp_path)} >= {
        ("a.parquet", KEY), ("a.parquet", HEADER), ("log", PASSWORD), ("j.db", BASIC)
    }  # fmt: skip
    assert KEY in spoken(f"{KEY[:5]}\n{KEY[5:]}")
    assert len(spoken(disguised(KEY))) >= 2 * len(ESCAPED) - 2


def test_a_killed_run_leaves_no_secret_in_the_journals_log(
    bench: Bench, echoing: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(bench, echoing, monkeypatch, ["unauthorized", "said"])
    script, hanging = echoing.script, threading.Event()

    def last(request: Request) -> Reply:
        if len(echoing.requests) >= 5:
            hanging.set()
        return Reply(text="<answer>", end="hang") if way(request) == "said" else script(request)

    echoing.script = last
    command = [sys.executable, "-m", "bench", "run", "--yes", "-j", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        in_flight = hanging.wait(120)
        time.sleep(0.5)  # what was answered before is journalled
        process.kill()
        out, _ = process.communicate()
    assert in_flight, out.decode()
    log = bench.folder / "results" / "journal.db-wal"
    assert log.stat().st_size > 1000
    assert b"***" in log.read_bytes()
    assert spoken(out.decode()) == []
    assert leaks(bench.folder) == []


@pytest.mark.parametrize(
    "line",
    [
        f'api_key = "{KEY}"',
        f'headers = {{ X-Api-Key = "{HEADER}" }}',
        f'headers = {{ "X Team" = "{HEADER}" }}',
        f'base_url = "http://{USER}:{quote(PASSWORD, safe="")}@127.0.0.1:1/v1"',
        f'base_url = "http://127.0.0.1:1/v1?api_key={quote(QUERY, safe="")}"',
        f'base_url = "127.0.0.1:1/v1?api_key={quote(QUERY, safe="")}"',
        f'key_variables = "{KEY}"',
    ],
)
@pytest.mark.parametrize("command", ["run", "doctor", "list models"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(bench: Bench, line: str, command: str) -> None:
    (bench.folder / "bench.toml").write_text(f'[models.one]\nmodel = "openai-api/acme/one"\n{line}\n')
    result = bench(*command.split())
    assert (result.code, result.err[:6]) == (2, "Error:")
    assert "bench.toml:3" in result.err
    assert spoken(result.out + result.err) == []


@pytest.mark.parametrize("content", [f"ACME_API_KEY {KEY}\n", f"={KEY}\n", f"A='{KEY}\n"])
@pytest.mark.parametrize("command", ["run", "doctor", "list models"])
def test_an_unreadable_dotenv_is_not_quoted(bench: Bench, content: str, command: str) -> None:
    (bench.folder / "bench.toml").write_text('[models.one]\nmodel = "openai-api/acme/one"\n')
    (bench.folder / ".env").write_text(content)
    result = bench(*command.split())
    assert result.code == 2
    assert ".env:1: cannot be read" in result.err
    assert spoken(result.out + result.err) == []


def test_a_key_that_cannot_be_sent_is_not_repeated(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    (bench.folder / "bench.toml").write_text(
        '[models.one]\nmodel = "openai-api/acme/one"\nbase_url = "http://127.0.0.1:1/v1"\n'
    )
    monkeypatch.setenv("ACME_API_KEY", f"{KEY}\n{HEADER}")
    for command in ("run", "doctor"):
        result = bench(command)
        assert result.code == 2
        assert "ACME_API_KEY holds a blank, a line break" in result.out + result.err
        assert spoken(result.out + result.err) == []


def test_no_error_quotes_a_key_of_the_environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one of a command that asks nobody, and one that nobody expected."""
    monkeypatch.setenv("SOME_API_KEY", KEY)
    (bench.folder / "x.csv").write_text(f"item,model,score\n1,a,{KEY}\n")
    for words in (("import", "csv", "x.csv"), ("report", KEY), ("run", "-m", f"a/{quote(KEY, safe='')}")):
        result = bench(*words)
        assert result.code == 2
        assert spoken(result.out + result.err) == [], words

    def unexpected(*_: object) -> None:
        raise KeyError(KEY)

    monkeypatch.setattr("bench.cli.list.load_config", unexpected)
    result = bench("list", "models")
    assert result.code == 1
    assert "KeyError: '***'" in result.err
