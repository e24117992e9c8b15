"""What is not for everybody is sent to nobody who may not have it: refused before any socket, and written down."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests import runjson
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

ITEMS = [{"id": f"i{n}", "prompt": f"What is {n} + 1?", "number": n + 1} for n in range(4)]


@pytest.fixture
def asked() -> Iterator[FakeEndpoint]:
    def script(request: Request) -> Reply:
        return Reply(text=str(int(request.prompt.split()[2]) + 1))

    with FakeEndpoint(script) as running:
        yield running


@pytest.fixture
def own(bench: Bench, asked: FakeEndpoint) -> Bench:
    """A task of one's own, and two models."""
    (bench.folder / "mine.jsonl").write_text("\n".join(map(json.dumps, ITEMS)))
    bench.configure(asked, "a", "b")
    assert bench("tasks", "new", "mine", "--from", "mine.jsonl").code == 0
    return bench


def stated(bench: Bench, more: dict[str, str], of: str) -> None:
    """Adds lines to the models' tables, and a class to the task."""
    text = (bench.folder / "bench.toml").read_text().partition("[data")[0]
    for label, lines in more.items():
        head = f"[models.{label}]\n"
        text = text.replace(head, f"{head}{lines}\n")
    (bench.folder / "bench.toml").write_text(f'{text}\n[data.mine]\nclass = "{of}"\n')


def test_a_task_has_the_class_of_the_suites_that_hold_it(own: Bench, asked: FakeEndpoint) -> None:
    """Under its own name, too: whoever may not read the suite may not read a part of it."""
    stated(own, {}, "internal")
    for name in ("mine", "starter", "coding"):
        text = (own.folder / "bench.toml").read_text().partition("[data")[0]
        (own.folder / "bench.toml").write_text(f'{text}\n[data.{name}]\nclass = "restricted"\n')
        part = {"mine": "mine", "starter": "starter_short", "coding": "coding_fix"}[name]
        refused = own("run", "-t", part, "--dry-run")
        assert (refused.code, f"{part} is restricted data" in " ".join(refused.err.split())) == (2, True), refused.err
    assert asked.requests == []


def test_internal_data_go_only_where_that_is_stated(own: Bench, asked: FakeEndpoint) -> None:
    stated(own, {"a": 'allows = ["internal"]\nretention_days = 30'}, "internal")
    refused = own("run", "-t", "mine", "--limit", "all")
    assert refused.code == 2
    assert "mine is internal data, and nothing says that 'b' at 127.0.0.1 may receive it" in " ".join(
        refused.err.split()
    )
    assert own("run", "-t", "mine", "--dry-run").code == 2
    assert asked.requests == []
    done = own("run", "-t", "mine", "-m", "a", "--limit", "all")
    assert done.code == 0, done.err
    (received,) = runjson.content(own.run_folder)["received"].items()
    assert (received[0], {key: value for key, value in received[1].items() if value is not None}) == (
        "a",
        {
            "host": "127.0.0.1",
            "allows": ["internal"],
            "retention_days": 30,
            "items": {"mine": 4},
            "classes": {"mine": "internal"},
        },
    )


def test_restricted_data_go_only_where_nothing_is_trained_on_them(own: Bench, asked: FakeEndpoint) -> None:
    stated(own, {"a": 'allows = ["restricted"]', "b": 'allows = ["restricted"]\ntrains_on_data = false'}, "restricted")
    refused = own("run", "-t", "mine", "--limit", "all")
    assert "'a' at 127.0.0.1 may train on it as far as is known" in " ".join(refused.err.split())
    assert asked.requests == []
    assert own("run", "-t", "mine", "-m", "b", "--limit", "all").code == 0


def test_a_class_is_checked_with_its_line(own: Bench) -> None:
    stated(own, {}, "secret")
    assert "class must be one of public, internal, restricted" in own("run", "-t", "mine").err
    text = (own.folder / "bench.toml").read_text().replace("data.mine", "data.mime").replace("secret", "internal")
    (own.folder / "bench.toml").write_text(text)
    unknown = own("run", "-t", "mine")
    assert "unknown suite or task 'mime'" in unknown.err
    assert "Did you mean 'mine'" in unknown.err


def test_items_from_a_log_are_internal_unless_it_is_stated(own: Bench, asked: FakeEndpoint) -> None:
    said = {
        "tag": None,
        "kind": "single",
        "model": "gpt-5",
        "check": "none",
        "weight": 1,
        "heaviest": 1,
        "certain": False,
    }
    (own.folder / "log.jsonl").write_text("\n".join(json.dumps({**item, "traffic": said}) for item in ITEMS))
    assert own("tasks", "new", "log", "--from", "log.jsonl").code == 0
    refused = own("run", "-t", "log", "-m", "a", "--limit", "all")
    words = " ".join(refused.err.split())
    assert (refused.code, "log was sampled from a log and counts as internal data" in words) == (2, True), words
    assert 'Add to bench.toml [data.log] class = "public"' in words
    assert asked.requests == []
    config = (own.folder / "bench.toml").read_text()
    (own.folder / "bench.toml").write_text(config.replace("[models.a]\n", '[models.a]\nallows = ["internal"]\n'))
    assert own("run", "-t", "log", "-m", "a", "--limit", "all").code == 0
    assert runjson.content(own.run_folder)["received"]["a"]["classes"] == {"log": "internal"}
    (own.folder / "bench.toml").write_text(config + '\n[data.log]\nclass = "public"\n')
    assert own("run", "-t", "log", "-m", "b", "--limit", "all").code == 0
    (own.folder / "bad.jsonl").write_text(json.dumps({**ITEMS[0], "traffic": {**said, "weight": 0}}))
    bad = own("tasks", "new", "bad", "--from", "bad.jsonl")
    assert (bad.code, "bad.jsonl:1" in bad.err, "weight must be a number above 0" in bad.err) == (2, True, True)
