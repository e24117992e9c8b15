"""`bench run` of the suite `tools`: episodes in both wire formats and protocols, broken off, resumed, scored again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from bench.records import read_run, read_table
from bench.report.numbers.added import misadded
from bench.report.numbers.billed import misbilled
from tests.cli.conftest import Bench
from tests.cli.test_money import price
from tests.doctor.tooled import Fault
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.tool_solver import Calls, Solver


@pytest.fixture
def solver() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(Solver(thinks=True)) as endpoint:
        yield endpoint


def configure(bench: Bench, endpoint: FakeEndpoint, *models: str, limit: int = 4, run: str = "") -> None:
    """A bench.toml of models, each "label provider further lines"."""
    tables = []
    for model in models:
        label, provider, *more = model.split(" ", 2)
        lines = "\n".join(more)
        tables.append(f'[models.{label}]\nmodel = "{provider}/acme/{label}"\nbase_url = "{endpoint.url}"\n{lines}\n')
    head = f'[run]\nsuites = ["tools"]\nlimit = {limit}\ninstances = 8\n{run}\n'
    (bench.folder / "bench.toml").write_text("\n".join([head, *tables]))


NATIVE, MESSAGES = "native openai-api", "messages anthropic-api"
PROMPTED = 'prompted openai-api tool_protocol = "prompted_json"'


def tables(bench: Bench) -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = bench.run_folder
    return pd.read_parquet(folder / "items.parquet"), pd.read_parquet(folder / "turns.parquet")


def test_both_wire_formats_and_both_protocols_solve_what_their_model_solves(bench: Bench, solver: FakeEndpoint) -> None:
    configure(bench, solver, NATIVE, MESSAGES, PROMPTED)
    result = bench("run", "--yes")
    assert result.code == 0, result.err
    items, turns = tables(bench)
    assert items["score"].tolist() == [1.0] * 12, items[["model", "item", "stop_cause"]]
    assert items["turns"].sum() == len(turns) == len(solver.requests)
    assert items.groupby("model")["tool_protocol"].first().to_dict() == {
        "native": "native", "messages": "native", "prompted": "prompted_json",
    }  # fmt: skip
    assert set(items["stop_cause"]) == {"final"}
    assert items["tool_errors"].max() >= 0
    assert (
        items.groupby(["model", "item"])["tool_calls"]
        .sum()
        .equals(turns.groupby(["model", "item"])["calls"].sum().rename("tool_calls"))
    )
    assert (
        items.groupby(["model", "item"])["out_total"].sum() == turns.groupby(["model", "item"])["out_total"].sum()
    ).all()
    assert (items["latency_s"] > items["ttft_s"].fillna(0)).all()
    assert items["attempts"].tolist() == [1] * 12, "turns are no retries"
    assert "retries" not in result.out + result.err
    page = (bench.run_folder / "report.html").read_text()
    assert "USD per solved episode" in page
    assert "prompted_json" in page


def test_the_model_s_own_message_goes_back_whole(bench: Bench, solver: FakeEndpoint) -> None:
    """The strict endpoint answers 400 where reasoning or a signature is altered or missing: none of its replies is."""
    configure(bench, solver, NATIVE, MESSAGES, limit=2)
    assert bench("run", "--yes").code == 0
    echoed = [m for r in solver.requests for m in r.body["messages"] if m["role"] == "assistant"]
    assert all("reasoning_content" in m or m["content"][0]["signature"] for m in echoed)
    items, _ = tables(bench)
    assert items["score"].min() == 1.0


def test_a_broken_off_episode_goes_on_where_it_stood(bench: Bench, solver: FakeEndpoint) -> None:
    configure(bench, solver, NATIVE, limit=2)
    works = Solver(thinks=True)
    asked: list[int] = []

    def breaks(request: Request) -> Reply:
        asked.append(1)
        return works(request) if len(asked) <= 3 else Reply(status=400, text="out of order")

    solver.script = breaks
    assert bench("run", "--yes").code == 5
    solver.script = works
    done = bench("run", "--yes")
    assert done.code == 0, done.err
    items, turns = tables(bench)
    assert items["score"].tolist() == [1.0, 1.0]
    bodies = [json.dumps(r.body, sort_keys=True) for r in solver.requests]
    paid = [b for b in bodies if bodies.count(b) == 1]
    assert len(paid) >= 3, "what was answered is not asked again"
    assert len({*turns["key"]}) == len(turns) == len({*bodies})


def test_scoring_again_asks_nothing_and_says_the_same(bench: Bench, solver: FakeEndpoint) -> None:
    configure(bench, solver, NATIVE, limit=3)
    bench("run", "--yes")
    folder, before = bench.run_folder, len(solver.requests)
    first, turns = tables(bench)
    again = bench("score", str(folder))
    assert (again.code, len(solver.requests)) == (0, before), again.err
    (derived,) = [p.parent for p in folder.parent.glob("*/run.json") if p.parent != folder]
    assert pd.read_parquet(derived / "items.parquet")["score"].equals(first["score"])
    assert len(pd.read_parquet(derived / "turns.parquet")) == len(turns)


SPOILED: dict[str, Any] = {
    "the last message lacks the code": lambda _turn, calls, last: (calls, "All done." if last else ""),
    "the last call is left out": lambda _turn, calls, last: (
        ([], "Done: RF-00000000") if last == "" and _turn else (calls, last)
    ),
    "a call is made twice": lambda _turn, calls, last: (calls * 2, last),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_model_that_does_it_otherwise_scores_nothing(bench: Bench, solver: FakeEndpoint, how: str) -> None:
    spoil = SPOILED[how]
    solver.script = Solver(lambda turn, calls, last: spoil(turn // 2 if how.endswith("twice") else turn, calls, last))
    configure(bench, solver, NATIVE, limit=1)
    assert bench("run", "--yes").code == 0
    assert tables(bench)[0]["score"].tolist() == [0.0]


def test_an_episode_without_an_end_is_cut_off_at_a_cap(bench: Bench, solver: FakeEndpoint) -> None:
    def endless(_turn: int, _calls: Calls, _last: str) -> tuple[Calls, str]:
        return [("no_such_tool", {"a": 1})], ""

    solver.script = Solver(endless)
    configure(bench, solver, NATIVE, limit=1)
    assert bench("run", "--yes").code == 0
    items, turns = tables(bench)
    row = items.iloc[0]
    assert (row["score"], row["outcome"], row["stop_cause"], row["turns"]) == (0.0, "truncated", "turns", 32)
    assert row["tool_errors"] == 31 == turns["errors"].sum(), "the calls of the last turn are not made"


class BreaksItsJson(Solver):
    """A model whose first call is cut off; its vendor takes no history with such a call, or not even a mended one."""

    def __call__(self, request: Request) -> Reply:
        messages = request.body["messages"]
        if not any(message["role"] == "assistant" for message in messages):
            return broken_call(request.body["tools"][0]["function"]["name"])
        arguments = [call["function"]["arguments"] for m in messages for call in m.get("tool_calls") or ()]
        if "stubborn" in request.body["model"]:
            return Reply(status=400, text="The history is not valid", error={"type": "invalid_request_error"})
        if "long" in request.body["model"]:
            return Reply(status=400, text="This model's maximum context length is 900 tokens", error={"type": "x"})
        if not all(text.startswith("{") and text.endswith("}") for text in arguments):
            return Reply(status=400, text='"function.arguments" must be in JSON format', error={"type": "x"})
        first, rest = messages[:2], messages[4:]
        assert "not a JSON object" in messages[3]["content"]
        return super().__call__(replace(request, body={**request.body, "messages": [*first, *rest]}))


def broken_call(name: str) -> Reply:
    """A call whose arguments are no JSON."""
    call = {"index": 0, "id": "call_x", "type": "function", "function": {"name": name, "arguments": "{broken"}}
    chunks: list[Any] = [{"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]}]
    chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}]
    chunks += [{"choices": [], "usage": {"prompt_tokens": 9000, "completion_tokens": 9}}]
    return Reply(raw_events=tuple(json.dumps({"model": "m", **chunk}) for chunk in chunks))


def test_a_model_s_own_broken_call_is_never_a_missing_item(bench: Bench, solver: FakeEndpoint) -> None:
    solver.script = BreaksItsJson()
    configure(bench, solver, *(f"{name} openai-api" for name in ("picky", "stubborn", "long")), limit=6)
    ran = bench("run", "--yes")
    assert ran.code == 0, ran.err
    items, turns = tables(bench)
    by = items.groupby("model")
    assert by["score"].mean().to_dict() == {"picky": 1.0, "stubborn": 0.0, "long": 0.0}, "the last two fail, not miss"
    causes = {"picky": {"final"}, "stubborn": {"history"}, "long": {"context"}}
    assert by["stop_cause"].agg(set).to_dict() == causes
    assert items["tool_errors"].min() == 1
    assert items["out_total"].notna().all(), "a refusal has no tokens, and takes none away"
    assert turns["key"].is_unique


def test_an_episode_costs_the_sum_of_its_turns_and_nothing_is_billed_twice(bench: Bench, solver: FakeEndpoint) -> None:
    configure(bench, solver, NATIVE, limit=2)
    price(bench, "native")
    listed = bench.folder / "prices.toml"
    listed.write_text(f"{listed.read_text()}tiers = [{{ above = 3000, input = 100, output = 1000 }}]\n")
    works, asked = Solver(thinks=True), list[int]()

    def breaks(request: Request) -> Reply:
        asked.append(1)
        return works(request) if len(asked) <= 3 else Reply(status=400, text="out of order")

    solver.script = breaks
    assert bench("run", "--budget-usd", "100").code == 5
    first = json.loads((bench.run_folder / "run.json").read_text())["spending"]["spent_usd"]
    solver.script = works
    assert bench("run", "--budget-usd", "100").code == 0
    items, turns = tables(bench)
    spent = float(json.loads((bench.run_folder / "run.json").read_text())["spending"]["spent_usd"])
    assert items["cost_usd"].sum() == pytest.approx(turns["cost_usd"].sum())
    assert spent == pytest.approx((items["cost_usd"] + items["cost_retries_usd"]).sum())
    assert 0 < float(first) < spent
    assert (items["cost_cap_usd"] > items["cost_usd"]).all(), "no episode can cost more than its caps allow"
    _is_billed_by_turn(bench, items, turns)


@pytest.mark.slow
def test_what_is_said_of_episodes_is_held_against_their_turns(bench: Bench, solver: FakeEndpoint) -> None:
    """By `bench verify`, which names what was changed in either table, and turns that are gone or of nobody."""
    configure(bench, solver, NATIVE, limit=2)
    assert bench("run", "--yes").code == 0
    items, turns = tables(bench)
    assert list(misadded(items, turns)) == []
    assert [each.column for each in misadded(items, None)] == ["turns", "turns"]
    assert {each.column for each in misadded(items, turns.assign(out_total=999_999))} == {"out_total"}
    assert {each.column for each in misadded(items, turns.assign(calls=0))} == {"tool_calls"}
    assert [each.column for each in misadded(items, turns.iloc[1:])] == ["turns"]
    strange = list(misadded(items, turns.assign(model="zz")))
    assert {(each.table, each.row) for each in strange} == {("items", 0), ("items", 1)} | {
        ("turns", at) for at in range(len(turns))
    }
    (bench.run_folder / "turns.parquet").unlink()
    done = bench("verify")
    assert done.code == 3
    assert f"items.parquet: row 0, turns: published {items['turns'][0]:g}, the tables give 0 by turn" in done.out


def _is_billed_by_turn(bench: Bench, items: pd.DataFrame, turns: pd.DataFrame) -> None:
    """Not as one request of all tokens, which would reach the tier."""
    prompts = ["in_uncached", "in_cache_read"]
    assert turns[prompts].sum(axis=1).max() < 3000 < items[prompts].sum(axis=1).max()
    folder = bench.run_folder
    record, table = read_run(folder)
    assert list(misbilled(table, record, read_table(folder, "turns"))) == []
    table["cost_usd"] = [usd * (1 if at else 1.1) for at, usd in enumerate(table["cost_usd"])]
    assert [each.row for each in misbilled(table, record, read_table(folder, "turns"))] == [0]
    assert list(misbilled(table, record)) == [], "without its turns nothing is said of an episode"
    day = str(items["started_at"][0])[:10]
    assert bench("reprice", "--as-of", day).code == 0
    (derived,) = [p.parent for p in folder.parent.glob("*/run.json") if p.parent != folder]
    again, turns_again = (pd.read_parquet(derived / f"{name}.parquet") for name in ("items", "turns"))
    assert again["cost_usd"].tolist() == pytest.approx(items["cost_usd"].tolist())
    assert turns_again["cost_usd"].tolist() == pytest.approx(turns["cost_usd"].tolist())
    assert set(turns_again["run"]) == {derived.name}


def test_a_cap_of_dollars_ends_an_episode(bench: Bench, solver: FakeEndpoint) -> None:
    configure(bench, solver, NATIVE, limit=2, run="episode_usd = 0.000001")
    assert "episode_usd needs a price" in bench("run", "--yes").err
    price(bench, "native")
    assert bench("run", "--yes", "--fresh").code == 0
    items, _ = tables(bench)
    assert set(items["stop_cause"]) == {"money"}
    assert items["turns"].tolist() == [1, 1]


def test_tools_that_do_not_reach_the_model_stop_it(bench: Bench, solver: FakeEndpoint) -> None:
    class Dropping(Solver):
        def __call__(self, request: Request) -> Reply:
            self.fault = Fault.DROPPED if request.body.get("tools") else Fault.NONE
            return super().__call__(request)

    solver.script = Dropping()
    configure(bench, solver, NATIVE, PROMPTED, limit=2)
    ran = bench("run", "--yes")
    assert ran.code == 5
    assert 'tool_protocol = "prompted_json"' in ran.err + ran.out
    items, _ = tables(bench)
    assert items[items["model"] == "native"]["score"].isna().all(), "missing, and not wrong"
    assert items[items["model"] == "prompted"]["score"].tolist() == [1.0, 1.0]
