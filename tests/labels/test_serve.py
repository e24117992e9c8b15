"""The page served to this machine alone: only to who has its address, each label saved at once, nothing lost."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.labels import drawn
from bench.labels.serve import MOST_BYTES, LabelServer, serving
from bench.records import read_labels
from tests.report.page import sample


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two models whose texts try to break out of the page."""
    return sample.write(tmp_path_factory.mktemp("served") / "run")


@pytest.fixture
def served(ran: Path) -> Iterator[LabelServer]:
    """A rater's page of preferences, of a run that nobody has labelled."""
    (ran / "labels.parquet").unlink(missing_ok=True)
    found = drawn(ran, "preference")
    with serving(ran, found, found.first(4), "one") as server:
        yield server


def ask(server: LabelServer, method: str = "GET", name: str = "", body: Any = None, **headers: str) -> tuple[int, str]:
    """The status and text of a reply."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5)
    own = {"Origin": f"http://127.0.0.1:{server.server_port}"} if method == "POST" else {}
    content = body if body is None or isinstance(body, bytes) else json.dumps(body)
    connection.request(method, f"/{server.token}/{name}", content, {**own, **headers})
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, text


def label(server: LabelServer, at: int, value: str) -> dict[str, Any]:
    entry = server.desk.entries[at]
    return {"id": entry.id, "value": value, "seconds": 1.5, "labelled_at": "2026-12-01T10:00:00.000Z"}


def given_in(page: str) -> dict[str, Any]:
    found = re.search(r'id="data">(.*?)</script>', page)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return dict(data["given"])


def test_each_label_is_saved_at_once_and_the_page_goes_on_from_it(served: LabelServer, ran: Path) -> None:
    status, page = ask(served)
    assert (status, given_in(page)) == (200, {})
    assert "connect-src 'self'" in page
    assert "cheap" not in page, "it is as blind as the file"
    assert ask(served, "POST", "label", label(served, 0, "a")) == (204, "")
    (row,) = read_labels(ran)
    entry = served.desk.entries[0]
    assert row.value == (1.0 if entry.other and entry.model < entry.other else 0.0)
    assert (row.rater, row.seconds, row.answers_sha256) == ("one", 1.5, entry.answers_sha256)
    assert ask(served, "POST", "label", label(served, 0, "neither"))[0] == 204
    assert [row.value for row in read_labels(ran)] == [0.5], "another label of the same replaces it"
    known = given_in(ask(served)[1])
    assert (known[entry.id]["value"], served.desk.done) == ("neither", 1)


def test_two_raters_one_after_the_other_and_never_two_writers(ran: Path) -> None:
    (ran / "labels.parquet").unlink(missing_ok=True)
    found = drawn(ran, "preference")
    for rater in ("one", "two"):
        with serving(ran, found, found.first(2), rater) as server:
            assert given_in(ask(server)[1]) == {}, "nobody sees what the other said"
            assert ask(server, "POST", "label", label(server, 0, "b"))[0] == 204
            with pytest.raises(UsageError, match="another"), serving(ran, found, found.first(2), "three"):
                pass
    assert sorted(row.rater for row in read_labels(ran)) == ["one", "two"]


def test_only_this_page_may_label(served: LabelServer, ran: Path) -> None:
    own = label(served, 0, "a")
    refused = {
        "another host's name": ask(served, Host="evil.example:80"),
        "another page": ask(served, "POST", "label", own, Origin="http://evil.example"),
        "a page without origin": ask(served, "POST", "label", own, Origin="null"),
        "too long": ask(served, "POST", "label", b"x" * (MOST_BYTES + 1)),
        "no label": ask(served, "POST", "label", b"[1"),
        "an unknown answer": ask(served, "POST", "label", {**own, "id": "other"}),
        "half a character": ask(served, "POST", "label", {**own, "id": "\ud800"}),
        "an unknown word": ask(served, "POST", "label", {**own, "value": "best"}),
        "no time": ask(served, "POST", "label", {**own, "labelled_at": "today"}),
        "another place": ask(served, "GET", "labels.parquet"),
    }
    assert {what: status for what, (status, _) in refused.items()} == {
        **dict.fromkeys(("another host's name", "another page", "a page without origin"), 403),
        "too long": 413,
        **dict.fromkeys(("no label", "an unknown answer", "half a character", "an unknown word", "no time"), 400),
        "another place": 404,
    }
    served.token, real = "guessed", served.token
    assert (ask(served)[0], real != served.token) == (200, True), "the address is the token and nothing else"
    assert read_labels(ran) == []
    assert served.server_address[0] == "127.0.0.1"


def test_a_port_that_is_taken_is_said(served: LabelServer, tmp_path: Path) -> None:
    other = sample.write(tmp_path / "run")
    found = drawn(other, "preference")
    with (
        pytest.raises(UsageError, match=r"--port \d+: cannot be taken"),
        serving(other, found, found.first(1), "one", served.server_port),
    ):
        pass
