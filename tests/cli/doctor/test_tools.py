"""`bench doctor --tools`: its table, its files, its exit code, and what it says of bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Bench
from tests.doctor.tooled import Fault, Strict
from tests.fake_endpoint import FakeEndpoint
from tests.reference.test_schemas import mistakes


@pytest.fixture
def two(bench: Bench) -> Iterator[tuple[FakeEndpoint, FakeEndpoint]]:
    """Two endpoints: one of them allows one call a turn."""
    with FakeEndpoint(Strict()) as old, FakeEndpoint(Strict(Fault.SERIAL)) as new:
        models = ((old, "anthropic-api/acme/a", "old"), (new, "openai-api/acme/b", "new"))
        (bench.folder / "bench.toml").write_text(
            "\n".join(f'[models.{name}]\nmodel = "{model}"\nbase_url = "{at.url}"' for at, model, name in models)
        )
        yield old, new


@pytest.mark.usefixtures("two")
def test_two_endpoints_side_by_side(bench: Bench) -> None:
    done = bench("doctor", "--tools", "old,new", "-o", "tools.html")
    assert done.code == 0, done.err
    assert "| Can a turn hold several calls? | yes | one ! | yes |" in done.out
    assert "## What your code must change: from old to new" in done.out
    assert "new, parallel calls one: Count on one call a turn" in done.out
    assert "new: probe 1 of 34, tools accepted" in done.err
    assert "wrote tools.html" in done.out
    assert "<details>" in (bench.folder / "tools.html").read_text()
    assert not (bench.folder / "results").exists()


@pytest.mark.usefixtures("two")
def test_all_models_as_json(bench: Bench) -> None:
    done = bench("doctor", "--json", "-o", "tools.md", "--tools")
    printed = json.loads(done.out)
    assert [model["model"] for model in printed["models"]] == ["old", "new"]
    assert len(printed["changes"]) == 1
    assert mistakes("tools", printed) == []
    assert (bench.folder / "tools.md").read_text().startswith("## What each endpoint does with tools")


def test_an_endpoint_without_tools_ends_with_2(bench: Bench, two: tuple[FakeEndpoint, FakeEndpoint]) -> None:
    two[1].script = Strict(Fault.NO_TOOLS)
    done = bench("doctor", "--tools", "new")
    assert done.code == 2
    assert "| Is a request with tools answered? | rejected !! |" in done.out
    assert len(two[1].requests) == 2, "without tools, and with one"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--tools", "odl"), "no model 'odl'"),
        (("--tools", "old", "-o", "tools.txt"), "must end in .md, .html, .json"),
        (("-o", "tools.md"), "-o belongs to --tools"),
    ],
)
def test_bad_input_is_one_line(
    bench: Bench, two: tuple[FakeEndpoint, FakeEndpoint], options: tuple[str, ...], words: str
) -> None:
    done = bench("doctor", *options)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1
    assert not [*two[0].requests, *two[1].requests]
