"""BFCL's items in our loop: what is right and what is not, and that nothing a model writes is run."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from bench.errors import UsageError
from bench.registry import read
from bench.suites.bfcl.exam import items, reference_calls
from bench.suites.bfcl.grading import episode, oracle
from bench.suites.bfcl.source import RELEVANCE, SYNTAX, TALKS, folder, required
from bench.suites.bfcl.syntax import right
from bench.suites.bfcl.world import BfclSession, differs
from tests.cli.conftest import Bench
from tests.doctor.tooled import Fault, write_chat
from tests.fake_endpoint import FakeEndpoint, Reply, Request
from tests.suites.bfcl.package import AREA, RIGHT, function

MOST_S = 0.002
"""CPU seconds that grading an item may take; machines may be twice as slow."""
Calls = list[tuple[str, dict[str, Any]]]
GOOD = {"base": 10, "height": 5}
VERDICTS: list[tuple[Calls, bool]] = [
    ([("math_area", GOOD)], True),
    ([("math_area", {**GOOD, "height": 5.0, "unit": "Units."})], True),
    ([("math.area", GOOD)], False),
    ([("math_area", {"base": 10})], False),
    ([("math_area", {**GOOD, "base": 10.0})], False),
    ([("math_area", {**GOOD, "base": "10"})], False),
    ([("math_area", {**GOOD, "base": True})], False),
    ([("math_area", {**GOOD, "base": 11})], False),
    ([("math_area", {**GOOD, "depth": 1})], False),
    ([("math_area", {**GOOD, "unit": None})], False),
    ([("__import__('os').system", {"command": "false"})], False),
    ([("math_area", GOOD)] * 2, False),
    ([], False),
]


@pytest.mark.parametrize(("calls", "wanted"), VERDICTS, ids=range(len(VERDICTS)))
def test_calls_are_right_as_bfcl_has_it(calls: Calls, wanted: bool) -> None:
    assert right([AREA], calls, [RIGHT]) is wanted


def test_parallel_calls_are_matched_as_well_as_they_can_be() -> None:
    either = {"math.area": {"base": [1, 2], "height": [1.0], "unit": [""]}}
    first = {"math.area": {"base": [1], "height": [1.0], "unit": [""]}}
    calls: Calls = [("math_area", {"base": 1, "height": 1}), ("math_area", {"base": 2, "height": 1})]
    assert right([AREA], calls, [either, first])
    assert right([AREA], calls[::-1], [first, either])
    assert not right([AREA], calls[:1] * 2, [first, either]) or calls[0][1]["base"] == 1


def test_lists_and_objects_are_compared_part_by_part() -> None:
    order = function("order", things="array", to="dict")
    order["parameters"]["properties"]["things"]["items"] = {"type": "string"}
    answer = {"order": {"things": [["Red lamp", "chair"]], "to": [{"city": ["Oslo"], "zip": ["0150", ""]}]}}
    for things, to, wanted in (
        (["red lamp", "CHAIR"], {"city": "oslo"}, True),
        (["red lamp", "chair"], {"city": "Oslo", "zip": "0150"}, True),
        (["chair", "red lamp"], {"city": "Oslo"}, False),
        (["red lamp", "chair"], {"zip": "0150"}, False),
        (["red lamp", "chair"], {"city": "Oslo", "street": "x"}, False),
        (["red lamp", 3], {"city": "Oslo"}, False),
        ("red lamp", {"city": "Oslo"}, False),
        (["red lamp", "chair"], "Oslo", False),
    ):
        assert right([order], [("order", {"things": things, "to": to})], [answer]) is wanted, (things, to)


def test_without_the_package_the_suite_says_what_brings_it() -> None:
    if folder() is not None:
        pytest.skip("bfcl-eval is installed")
    with pytest.raises(UsageError, match="needs BFCL's data: `pip install --no-deps bfcl-eval`"):
        read().expand(["bfcl"])
    with pytest.raises(UsageError, match="pip install --no-deps bfcl-eval"):
        required()


@pytest.mark.usefixtures("by_hand")
def test_a_model_s_call_is_looked_up_and_never_evaluated() -> None:
    (item,) = items("multi_turn_miss_func")
    session = BfclSession(item)
    for name in ("__import__('os').system", "cat.__globals__", "secret", "_load_scenario", "__init__"):
        took = session.act(name, {"command": "touch /tmp/x"})
        assert took.failed
        assert "there is no tool" in took.content
    for arguments in (None, {}, {"file_name": "a" * 30_000}, {"file_name": 10**12}, {"file_name": float("nan")}):
        assert session.act("cat", arguments).failed
    assert session.act("cat", {"file_name": "a.txt"}).content == '{"content": "Hello."}'
    assert BfclSession(item).instances["GorillaFileSystem"].files == {"a.txt": "Hello."}


def without_one(item: Any) -> Iterator[str]:
    """The right transcript, each time without another of its calls."""
    whole = json.loads(oracle(item))
    places = [(at, number) for at, turn in enumerate(whole["turns"]) for number in range(len(turn["calls"]))]
    for at, number in places:
        cut = json.loads(oracle(item))
        del cut["turns"][at]["calls"][number]
        cut["turns"] = [turn for turn in cut["turns"] if turn["calls"] or turn["text"]]
        yield json.dumps(cut)


@pytest.mark.usefixtures("by_hand")
def test_what_is_right_scores_and_a_call_less_does_not() -> None:
    every = [item for category in (*SYNTAX, *RELEVANCE, *TALKS) for item in items(category)]
    assert len(every) == 7
    for item in every:
        assert episode.grade(item, oracle(item)).score == 1.0, item["id"]
        assert [episode.grade(item, text).score for text in without_one(item)] == [0.0] * len([*without_one(item)])
        assert episode.grade(item, "no transcript").score == 0.0
    with pytest.raises(UsageError, match="no category 'java'"):
        next(items("java"))


class Plays:
    """An endpoint whose model does what is right, by the user's first words."""

    def __init__(self) -> None:
        every = [item for category in (*SYNTAX, *RELEVANCE, *TALKS) for item in items(category)]
        self.turns = {item["messages"][0]["content"]: json.loads(oracle(item))["turns"] for item in every}
        self.tools: list[list[str]] = []

    def __call__(self, request: Request) -> Reply:
        messages = request.body["messages"]
        self.tools.append([tool["function"]["name"] for tool in request.body.get("tools", ())])
        at = sum(message["role"] == "assistant" for message in messages)
        turn = self.turns[messages[0]["content"]][at]
        calls = [(f"call_{at}_{n}", (call["name"], call["arguments"])) for n, call in enumerate(turn["calls"])]
        said = {"text": turn["text"], "calls": calls, "reasoning": ""}
        return write_chat(request.body, said, {"in": 900, "cached": 0, "out": 9}, Fault.NONE)


@pytest.mark.slow
@pytest.mark.usefixtures("by_hand")
def test_the_suite_is_asked_in_our_loop(bench: Bench) -> None:
    plays = Plays()
    with FakeEndpoint(plays) as endpoint:
        config = f'[run]\nsuites = ["bfcl"]\n[models.m]\nmodel = "openai-api/acme/m"\nbase_url = "{endpoint.url}"\n'
        (bench.folder / "bench.toml").write_text(config)
        ran = bench("run", "--yes")
    assert ran.code == 0, ran.err
    rows = pd.read_parquet(bench.run_folder / "items.parquet").set_index("item")
    assert rows["score"].tolist() == [1.0] * 7, rows["score"]
    assert rows["stop_cause"].tolist() == ["final"] * 7
    assert rows["turns"].to_dict() == {
        "simple_python_0": 1, "live_simple_0-0-0": 1,
        "live_parallel_0-7-0": 1, "irrelevance_0": 1, "live_irrelevance_0-0-0": 1, "live_relevance_0-0-0": 1,
        "multi_turn_miss_func_0": 7,
    }  # fmt: skip
    assert rows["tool_calls"].sum() == 8
    assert [tools for tools in plays.tools if "cat" in tools] == [["cat"]] * 3 + [["cat", "mv"]] * 4
    assert rows["prompt_sha256"].is_unique, "two of them ask the same with other tools"
    assert rows.loc["live_parallel_0-7-0", "cluster"] == "live_parallel-7"


@pytest.mark.slow
@pytest.mark.parametrize("category", [*SYNTAX, *RELEVANCE])
def test_of_bfcl_s_own_items_the_listed_answers_are_right(category: str, installed: Any) -> None:
    """Seven items list answers that break their own function's declaration: BFCL's checker refuses them too."""
    del installed
    every = [*items(category)]
    assert len(every) == {**SYNTAX, **RELEVANCE}[category]
    wrong = [item["id"] for item in every if episode.grade(item, oracle(item)).score != 1.0]
    assert wrong == [name for name in CONTRADICTORY if name.rpartition("_")[0] == category]


CONTRADICTORY = (
    "parallel_multiple_12", "parallel_multiple_26", "live_simple_106-63-0", "live_simple_112-68-0",
    "live_multiple_507-149-4", "live_multiple_862-181-3", "live_multiple_964-207-0",
)  # fmt: skip


SPARED = {f"multi_turn_{how}_113": [1] for how in ("base", "miss_func", "miss_param")}
"""Calls that may be left out, of 4,625: reads that change nothing, whose result an earlier call has brought."""


def changes_nothing(item: Any, number: int) -> bool:
    """Whether the reference's call of that number leaves its world as it was."""
    calls = [call for turn in reference_calls(item) for call in turn]
    before, after = BfclSession(item), BfclSession(item)
    for session, made in ((before, calls[:number]), (after, calls[: number + 1])):
        for call in made:
            assert not session.act(call["name"], call["arguments"]).failed
    return not differs(before, after)


@pytest.mark.slow
@pytest.mark.parametrize("category", TALKS)
def test_of_bfcl_s_own_talks_the_reference_is_right_and_a_call_less_is_not(category: str, installed: Any) -> None:
    del installed
    every = [*items(category)]
    assert len(every) == 200
    begun = time.process_time()
    for item in every[:50]:
        episode.grade(item, oracle(item))
    assert (time.process_time() - begun) / 50 < 2 * MOST_S
    for item in every:
        assert episode.grade(item, oracle(item)).score == 1.0, item["id"]
        spared = [number for number, text in enumerate(without_one(item)) if episode.grade(item, text).score]
        assert spared == SPARED.get(item["id"], []), item["id"]
        assert all(changes_nothing(item, number) for number in spared), item["id"]
