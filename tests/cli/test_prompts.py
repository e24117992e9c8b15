"""A candidate's own prompts: tried on items that no verdict uses, recorded, told, paid once, checked and resumed."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench import IncompleteError, SilentWatcher, Terms, UsageError, execute, load, prepare, read_tasks
from bench.config import read
from bench.records import read_record, read_rows
from bench.run import Result
from bench.run.prompts import draw
from tests import runjson
from tests.cli.conftest import Bench
from tests.fake_endpoint import FakeEndpoint, Reply, Request

ITEMS = [
    {"id": f"i{n}", "prompt": f"What is {n} + 1?", "number": n + 1, "cluster": f"session-{n // 2}"} for n in range(60)
]
CLAIM = '\n[claims.work]\ncandidate = "cheap"\nbaseline = "dear"\ncheaper_by = 0.5\nworse_by = 0.3\n'
VARIANTS = """
[models.cheap.prompt_variants.calm]
system = "Be calm."

[models.cheap.prompt_variants.steps]
system_file = "steps.txt"
user = "Question: {prompt}"
"""


@pytest.fixture
def adding() -> Iterator[FakeEndpoint]:
    """ "dear" adds rightly; "cheap" only numbers below 30, unless its system prompt asks for steps."""

    def script(request: Request) -> Reply:
        number = int(request.prompt.split("What is ")[1].split()[0])
        system = " ".join(m["content"] for m in request.body["messages"] if m["role"] == "system")
        right = request.body["model"] == "dear" or number < 30 or "Step by step." in system
        return Reply(text=str(number + 1 if right else 0))

    with FakeEndpoint(script) as running:
        yield running


def configured(bench: Bench, endpoint: FakeEndpoint, variants: str = VARIANTS, run: str = "") -> None:
    (bench.folder / "mine.jsonl").write_text("\n".join(map(json.dumps, ITEMS)))
    (bench.folder / "steps.txt").write_text("Step by step.\n")
    if not (bench.folder / "bench-tasks").exists():
        assert bench("tasks", "new", "mine", "--from", "mine.jsonl", "--max-tokens", "20").code == 0
    models, prices = [f'[run]\nsuites = ["mine"]\n{run}'], []
    for model, usd in (("dear", 100), ("cheap", 1)):
        models.append(f'[models.{model}]\nmodel = "openai-api/acme/{model}"\nbase_url = "{endpoint.url}"\n')
        prices.append(
            f'[[price]]\nprovider = "openai-api/acme"\nmodel = "{model}"\ninput = "{usd}"\noutput = "{usd}"\n'
        )
    (bench.folder / "bench.toml").write_text("\n".join(models) + variants + CLAIM)
    (bench.folder / "prices.toml").write_text("\n".join(prices))


def the_run(bench: Bench) -> Path:
    """The folder of the run that has the claim."""
    (found,) = [p.parent for p in (bench.folder / "results").glob("*/run.json") if "prompt_choices" in p.read_text()]
    return found


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.slow
def test_the_best_prompt_on_a_split_of_its_own_is_asked_told_and_checked(bench: Bench, adding: FakeEndpoint) -> None:
    configured(bench, adding)
    before = bench("run", "--dry-run")
    assert "first 3 prompts of cheap are tried on 12 other items of mine" in one_line(before.out)
    assert adding.requests == []
    done = bench("run", "--yes")
    assert done.code == 0, done.err
    folder = the_run(bench)
    record, (items, _) = read_record(folder), read_rows(folder)
    (choice,) = record.prompt_choices
    assert (choice.model, choice.suite, choice.chosen, choice.n) == ("cheap", "mine", "steps", 12)
    assert [trial.name for trial in choice.trials] == ["as-written", "calm", "steps"]
    assert choice.trials[2].score == 1 > choice.trials[0].score
    split = {(row.task, row.item) for row in read_rows(folder / "prompts" / "mine")[0]}
    asked = {(row.task, row.item) for row in items}
    clusters = [{row.cluster for row in rows} for rows in (items, read_rows(folder / "prompts" / "mine")[0])]
    assert (len(split), len(asked), split & asked, clusters[0] & clusters[1]) == (12, 48, set(), set())
    assert {row.score for row in items if row.model == "cheap"} == {1.0}, "asked with the chosen prompt"
    assert record.models["cheap"].prompts["mine"].texts["user"] == "Question: {prompt}"
    told = one_line(bench("claim", folder.name).out)
    assert "cheap was asked mine with a prompt of its own, 'steps', the best of 3 on 12 items that no verdict" in told
    # 36 calls of 11 and 7 tokens at 1 USD a million; an item saves 18 tokens at 99 USD
    assert "choosing cost 0.000648 USD once, which is in no cost here and is saved again after 1 item" in told
    assert choice.usd == pytest.approx(36 * 18e-6)
    assert bench("verify", folder.name).code == 0
    asked_before = len(adding.requests)
    again = bench("run", "--yes")
    assert (again.code, len(adding.requests)) == (0, asked_before), "nothing is asked again, and nothing chosen anew"
    assert the_run(bench) == folder
    content = runjson.content(folder)
    content["prompt_choices"][0]["chosen"] = "calm"
    content["prompt_choices"][0]["trials"][1]["score"] = 1.0
    (folder / "run.json").write_text(json.dumps(content))
    found = bench("verify", folder.name)
    assert found.code == 3
    assert "prompt_choices[0].trials.calm.score: published 1.0" in found.out
    assert "prompt_choices[0].chosen: published calm, the tables give steps" in found.out
    shutil.rmtree(folder / "prompts")
    assert "prompt_choices[0]: published a choice, the tables give nothing" in one_line(
        bench("verify", folder.name).out
    )


def executed(bench: Bench, budget: str | None = None) -> Result:
    """A run of bench.toml without the command line's report."""
    prepared = prepare(load(bench.folder / "bench.toml"), read_tasks([bench.folder / "bench-tasks"]))
    terms = Terms(budget_usd=None if budget is None else Decimal(budget))
    return execute(prepared, bench.folder / "results", SilentWatcher(), terms=terms)


@pytest.mark.slow
def test_a_run_that_stops_while_it_tries_goes_on_and_asks_nothing_twice(bench: Bench, adding: FakeEndpoint) -> None:
    configured(bench, adding)
    with pytest.raises(IncompleteError, match=r"answers are lacking that choose a prompt for mine"):
        executed(bench, "0.001")
    assert 0 < len(adding.requests) < 36
    done = executed(bench)
    assert len(adding.requests) == 36 + 2 * 48
    spent = read_record(done.folder).spending
    assert spent is not None
    assert spent.budget_usd is None


@pytest.mark.slow
def test_the_budget_is_for_trying_and_asking_together(bench: Bench, adding: FakeEndpoint) -> None:
    configured(bench, adding)
    done = executed(bench, "0.05")
    record = read_record(done.folder)
    assert done.ended is not None
    assert record.spending is not None
    assert record.spending.budget_usd == Decimal("0.05") - Decimal("0.000648")


@pytest.mark.slow
def test_prompts_are_in_the_plans_hash_and_none_leave_it_as_it_was(bench: Bench, adding: FakeEndpoint) -> None:
    def plan(variants: str, run: str = "") -> str | None:
        configured(bench, adding, variants, run)
        return read_record(executed(bench).folder).plan_sha256

    own = plan(VARIANTS)
    assert own != plan(VARIANTS.replace("calm.", "quiet.")), "a prompt that was tried and not chosen"
    assert own != plan(VARIANTS, "prompt_split = 0.3")
    assert plan("") == plan("", "prompt_split = 0.3"), "without prompts the split is nothing"


@pytest.mark.parametrize(
    ("variants", "says"),
    [
        ("[models.cheap.prompt_variants.a]\nuser = 'no place'", "user must hold {prompt}"),
        ("[models.cheap.prompt_variants.a]\nsuites = ['mine']", "says nothing: give system or user"),
        ("[models.cheap.prompt_variants.a]\nsystem_file = 'none.txt'", "none.txt cannot be read"),
        ("[models.cheap.prompt_variants.a]\nsystem_file = '/etc/hostname'", "must lie below the folder of bench.toml"),
        ("[models.cheap.prompt_variants.a]\nsystem_file = 'a/../../b'", "must lie below the folder of bench.toml"),
        ("[models.cheap.prompt_variants.a]\nsystem_file = 'link.txt'", "link.txt is a link, and none is followed"),
        ("[models.cheap.prompt_variants.a]\nsystem = 'x'\nsuites = ['mind']", "Did you mean 'mine'?"),
        ("[models.cheap.prompt_variants.as-written]\nsystem = 'x'", "cannot be a prompt's name"),
        ("[models.cheap.prompt_variants.a]\nsystm = 'x'", "unknown key 'systm'"),
        ("[models.cheap.prompt_variants]\na = 'x'", "'a' must be a table"),
        ("".join(f"[models.cheap.prompt_variants.v{n}]\nsystem = '{n}'\n" for n in range(4)), "3 at most"),
        ("".join(f"[models.cheap.prompt_variants.v{n}]\nsystem = 'x'\n" for n in range(2)), "is the same prompt as"),
        ("[judges.j]\nmodel = 'openai-api/a/b'\nprompt_variants = { a = { system = 'x' } }", "a judge has no prompts"),
    ],
)
def test_a_bad_prompt_is_named_with_its_line(tmp_path: Path, variants: str, says: str) -> None:
    models = "".join(f'[models.{label}]\nmodel = "openai-api/acme/{label}"\n' for label in ("dear", "cheap"))
    (tmp_path / "link.txt").symlink_to("/etc/hostname")
    with pytest.raises(UsageError) as refused:
        read(tmp_path / "bench.toml", f"[run]\nsuites = ['mine']\n{models}\n{variants}\n", ["mine"])
    assert says in str(refused.value)
    assert re.match(r".*/bench\.toml:\d+: ", str(refused.value))
    assert "\n" not in str(refused.value)


@pytest.mark.slow
def test_a_split_that_cannot_choose_is_refused(bench: Bench, adding: FakeEndpoint) -> None:
    configured(bench, adding, VARIANTS, "limit = 20")
    few = bench("run", "--dry-run")
    assert few.code == 2
    assert "a split of 0.2 of mine has 4 items that something grades" in one_line(few.err)
    assert "8 are needed" in one_line(few.err)


def test_a_split_holds_whole_clusters_and_does_not_go_by_the_order_of_the_items() -> None:
    items: list[Any] = [_item(n) for n in range(60)]
    split = draw("mine", items, lambda _: True, 0.25, 1)
    assert len(split.items) == 15
    assert split.clusters == 5
    assert {int(item[1:]) // 3 for _, item in split.items} == {int(i[1:]) // 3 for _, i in split.out}
    for first in range(0, 60, 3):
        assert sum(("t", f"i{n}") in split.items for n in range(first, first + 3)) in (0, 3)
    assert draw("mine", items[::-1], lambda _: True, 0.25, 1).items == split.items
    assert draw("mine", items, lambda _: True, 0.25, 2).items != split.items


def _item(number: int) -> Any:
    from bench.records import Item

    return Item(
        suite="mine",
        task="t",
        task_version="1",
        item=f"i{number}",
        family="f",
        level=None,
        language="en",
        cluster=f"c{number // 3}",
        messages=({"role": "user", "content": "?"},),
        max_tokens=5,
    )
