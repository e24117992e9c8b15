"""The suite `tools`: its reference solvers score 1, and whoever does less, more or otherwise scores 0."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bench import worlds
from bench.records import Transcript, sha256_of
from bench.registry import read
from bench.suites.tools.exam import INSTANCES, LEVELS, exam, made
from bench.suites.tools.families import families
from bench.suites.tools.grading import episode, family_of, session
from bench.worlds import Caller, ToolError, ToolWorld, Use, WorldSession, caller, closed, code, text, whole
from tests.architecture import size

Item = Mapping[str, Any]
FAMILIES = sorted(families())


def some() -> Iterator[Item]:
    """An item of each family, of another level each."""
    for at, name in enumerate(FAMILIES):
        yield made(families()[name], 1, 4)[at % 4]


def score(item: Item, use: Use) -> float:
    """What an agent comes to; one that fails says nothing at last."""
    opened = session(item)
    return _came_to(item, opened, lambda: use(caller(opened), item["params"]))


def _came_to(item: Item, opened: WorldSession, act: Any) -> float:
    try:
        last = act()
    except (KeyError, StopIteration, IndexError, TypeError):
        last = ""
    return closed(family_of(item), item, opened, last).score


def calls_of(item: Item) -> int:
    """How many calls the reference makes."""
    opened = session(item)
    family_of(item).solve(caller(opened), item["params"])
    return len(opened.events)


def dropping(item: Item, place: int) -> Use:
    """The reference, but one of its calls never comes to anything, however often it is made."""

    def use(call: Caller, p: Mapping[str, Any]) -> str:
        made_so_far, gone = [0], []

        def without(tool: str, /, **arguments: Any) -> Any:
            made_so_far[0] += 1
            if made_so_far[0] - 1 == place:
                gone.append((tool, arguments))
            return {} if (tool, arguments) in gone else call(tool, **arguments)

        return family_of(item).solve(without, p)

    return use


def twice(item: Item) -> Use:
    """The reference, but each of its calls is made twice."""

    def use(call: Caller, p: Mapping[str, Any]) -> str:
        def again(tool: str, /, **arguments: Any) -> Any:
            result = call(tool, **arguments)
            call(tool, **arguments)
            return result

        return family_of(item).solve(again, p)

    return use


def obeying(item: Item) -> Use:
    """The reference, but the result of its first change tells it to do that once more, and it does."""

    def use(call: Caller, p: Mapping[str, Any]) -> str:
        told: list[str] = []

        def obedient(tool: str, /, **arguments: Any) -> Any:
            result = call(tool, **arguments)
            if not told and CODE.search(json.dumps(result)):
                told.append(tool)
                call(tool, **arguments)
            return result

        return family_of(item).solve(obedient, p)

    return use


def at_random(item: Item) -> Use:
    """Calls of tools with arguments that fit their schemas, and the codes that came back."""

    def use(call: Caller, _p: Mapping[str, Any]) -> str:
        rng = Random(item["id"])
        said = []
        for _ in range(6):
            tool = rng.choice(item["tools"])
            said.append(json.dumps(call(tool["name"], **drawn(rng, tool["parameters"]))))
        return " ".join(said)

    return use


def drawn(rng: Random, schema: Mapping[str, Any]) -> Any:
    """A value that fits a schema of ours."""
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = schema["type"]
    if kind == "object":
        return {name: drawn(rng, each) for name, each in schema["properties"].items()}
    if kind == "array":
        return [drawn(rng, schema["items"])]
    if kind in ("integer", "number"):
        return rng.randint(schema.get("minimum", 0), min(schema.get("maximum", 9), 99_999))
    return True if kind == "boolean" else f"{rng.randint(10_000, 99_999)}"


def bad_agents(item: Item, calls: int) -> Iterator[tuple[str, Use]]:
    """Everyone who must score 0; the reference makes so many calls."""
    yield "does nothing", lambda _call, _p: ""
    yield "says it is done", lambda _call, _p: "Done: RF-0123ABCD. All is well, the code is LV-FFFFFFFF."
    yield "calls twice", twice(item)
    yield "does what a result tells it to do", obeying(item)
    yield "calls at random", at_random(item)
    yield from family_of(item).traps.items()
    yield from ((f"drops call {place}", dropping(item, place)) for place in range(calls))


def faults(item: Item) -> Iterator[str]:
    written = episode.oracle(item) or ""
    graded = episode.grade(item, written)
    if (graded.score, graded.partial) != (1.0, 1.0):
        yield f"{item['id']}: its own solver scores {graded.score}: {graded.detail}"
    for name, use in bad_agents(item, len(json.loads(written)["turns"]) - 1):
        if score(item, use):
            yield f"{item['id']}: scores 1, although it {name}"


def saying(item: Item, words: str) -> float:
    """What the reference comes to whose last message is these words around the code."""
    return score(item, lambda call, p: words.format(CODE.findall(family_of(item).solve(call, p))[0]))


CODE = re.compile(r"[A-Z]{2}-[0-9A-F]{8}")
WORDS = (
    "登记代码是{}。",
    "已完成,登记代码{}",
    "{}是登记代码",
    "登记代码：{}",
    "_{}_",
    "__{}__",
    "**{}**",
    "It is `{}`.",
    "({})",
)


def test_a_code_is_found_in_any_script_and_only_by_itself() -> None:
    item = made(families()["chinese_tools"], 1, 1)[0]
    assert [words for words in WORDS if not saying(item, words)] == []
    assert [words for words in ("A{}", "{}0", "X-{}", "{}-1", "{}x") if saying(item, words)] == []
    told = CODE.findall(family_of(item).solve(caller(session(item)), item["params"]))[0]
    assert saying(item, f"{told.replace('-', chr(0x2011))} {{0:.0}}") == 1.0, "a hyphen that does not break"


def rewritten(value: Any, kind: type) -> Any:
    """Arguments with each whole number in JSON's other way to write it."""
    if isinstance(value, dict):
        return {key: rewritten(each, kind) for key, each in value.items()}
    if isinstance(value, list):
        return [rewritten(each, kind) for each in value]
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return value
    return kind(value)


@pytest.mark.parametrize("kind", [int, float])
def test_20_and_20_0_are_the_same_number(kind: type) -> None:
    def use(call: Caller, p: Mapping[str, Any]) -> str:
        def otherwise(tool: str, /, **arguments: Any) -> Any:
            return call(tool, **rewritten(arguments, kind))

        return family_of(item).solve(otherwise, p)

    for item in (*some(), *made(families()["typed_arguments"], 1, 16)[3::4]):
        assert score(item, use) == 1.0, item["id"]


def test_each_item_can_be_solved_with_one_call_a_turn() -> None:
    """As `prompted_json` must, and with as many more turns for what goes wrong."""
    caps = read().tasks["tools_episodes"].metadata["caps"]
    most = max(calls_of(item) + 1 for name in FAMILIES for item in made(families()[name], 1, 4))
    assert most > 20
    assert caps["turns"] >= most + 8
    assert caps["tokens"] >= 5_000 * caps["turns"]


def test_who_never_looks_at_the_account_is_often_wrong() -> None:
    family = families()["policy"]

    def blind(call: Caller, p: Mapping[str, Any], frozen: bool) -> str:
        rules = {"third_party": p["payer"] != p["caller"], "minor": p["kind"] == "minor", "limit": p["cents"] > 50_000}
        ids = [
            {each["kind"]: each["account_id"] for each in call("find_accounts", owner=name)["accounts"]}
            for name in (p["payer"], p["other"])
        ]
        rule = next((name for name, breaks in rules.items() if breaks), "frozen" if frozen else "")
        source = ids[0][p["kind"]]
        if rule:
            return str(call("escalate", account_id=source, rule=rule)["case_code"])
        target = ids[1]["current"]
        return str(call("transfer", source_id=source, target_id=target, cents=p["cents"]).get("transfer_code"))

    items = made(family, 1)
    for level in LEVELS:
        for frozen in (False, True):
            mine = [item for item in items if item["level"] == level]
            assert sum(score(item, partial(blind, frozen=frozen)) for item in mine) <= 9, (level, frozen)


def test_of_each_family_only_the_solver_scores() -> None:
    two_of_a_name = made(families()["missing_facts"], 1, 4)[3]
    assert [fault for item in (*some(), two_of_a_name) for fault in faults(item)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_of_all_items_only_the_solver_scores(name: str) -> None:
    assert [fault for item in made(families()[name], 1) for fault in faults(item)] == []


@pytest.mark.slow
def test_the_exam_has_its_size_and_is_another_for_another_seed() -> None:
    first, other = exam(1), exam(2)
    assert len(first) == len(FAMILIES) * INSTANCES >= 768
    assert Counter((item["family"], item["level"]) for item in first) == {
        (name, level): 12 for name in FAMILIES for level in LEVELS
    }
    asked = [item["messages"][-1]["content"] for item in first]
    assert len({*asked}) == len(asked)
    assert not {*map(_world, first)} & {*map(_world, other)}, "a few users ask the same, of other worlds"


def _world(item: Item) -> str:
    """What an item asks and of which world, without its secret."""
    state = {key: value for key, value in item["state"].items() if key != "_secret"}
    return json.dumps([item["messages"], state], sort_keys=True)


def test_a_smaller_exam_begins_a_larger_one_and_is_the_same_each_time() -> None:
    family = families()["thrifty"]
    assert made(family, 1, 8)[:4] == made(family, 1, 4)
    assert made(family, 1, 4) != made(family, 2, 4)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_published_exam_s_codes_and_transcripts_are_worth_nothing_in_a_fresh_one(name: str) -> None:
    for old, new in zip(made(families()[name], 1, 4), made(families()[name], 2, 4), strict=True):
        published = episode.oracle(old) or ""
        assert episode.grade(old, published).score == 1.0
        assert episode.grade(new, published).score == 0.0, "its calls and its last message, as they were"
        assert episode.expected(old) != episode.expected(new), "no code is another exam's"
        said = json.dumps({"turns": [{"text": f"Done: {episode.expected(old)}", "calls": []}], "stop": "final"})
        assert episode.grade(old, said).score == 0.0, "a code that was learned, without its calls"


def test_nothing_that_the_model_reads_tells_a_secret() -> None:
    for item in some():
        read = json.dumps([item["messages"], item["tools"]])
        assert item["state"]["_secret"] not in read
        assert (episode.expected(item) or "?") not in read


WORLD = ToolWorld("toy")


@WORLD.method("Adds pieces.", name=text("Which"), pieces=whole("How many", 1, 9))
def add(state: dict[str, Any], name: str, pieces: int) -> Any:
    if name == "nothing":
        raise ToolError("not_found", "there is none")
    state["pieces"] = state.get("pieces", 0) + pieces
    return {"code": code(state, "AD", name, pieces)}


def toy(**state: Any) -> WorldSession:
    return WorldSession(WORLD, {"_secret": "s", **state}, WORLD.tools())


def nested(deep: int) -> Any:
    """Objects within objects."""
    value: Any = 1
    for _ in range(deep):
        value = {"a": value}
    return value


BAD: list[tuple[str, Any, str]] = [
    ("__import__('os').system", {"name": "a", "pieces": 1}, "unknown_tool"),
    ("add.__globals__", {}, "unknown_tool"),
    ("add", None, "invalid_arguments"),
    ("add", {}, "invalid_arguments"),
    ("add", {"name": "a"}, "invalid_arguments"),
    ("add", {"name": "a", "pieces": 10}, "invalid_arguments"),
    ("add", {"name": "a", "pieces": "1"}, "invalid_arguments"),
    ("add", {"name": "a", "pieces": True}, "invalid_arguments"),
    ("add", {"name": "a", "pieces": 1.5}, "invalid_arguments"),
    ("add", {"name": "a", "pieces": float("nan")}, "invalid_arguments"),
    ("add", {"name": "a", "pieces": 1, "state": {}}, "invalid_arguments"),
    ("add", {"name": "a" * 30_000, "pieces": 1}, "invalid_arguments"),
    ("add", {"name": "nothing", "pieces": 1}, "not_found"),
    ("add", {"name": "\ud800", "pieces": 1}, "invalid_arguments"),
    ("add", {"name": nested(600), "pieces": 1}, "invalid_arguments"),
    ("add", {"name": nested(5_000), "pieces": 1}, "invalid_arguments"),
    ("add", {"name": "a", "pieces": 10**5_000}, "invalid_arguments"),
    ("add\ud800", {"name": "a", "pieces": 1}, "unknown_tool"),
]


@pytest.mark.parametrize(("name", "arguments", "kind"), BAD, ids=range(len(BAD)))
def test_a_bad_call_is_an_error_and_changes_nothing(name: str, arguments: Any, kind: str) -> None:
    session = toy()
    took = session.act(name, arguments)
    assert (took.failed, took.result["error"]["code"]) == (True, kind)
    assert session.state == {"_secret": "s"}
    assert len(took.content.encode()) < 1000
    assert [event.failed for event in session.events] == [True]


def test_a_state_is_its_episode_s_own() -> None:
    state: dict[str, Any] = {"_secret": "s", "held": []}
    first, second = (WorldSession(WORLD, state, WORLD.tools()) for _ in range(2))
    codes = [each.act("add", {"name": "a", "pieces": 2}).result["code"] for each in (first, second)]
    assert codes[0] == codes[1]
    assert state == {"_secret": "s", "held": []}
    assert first.act("add", {"name": "a", "pieces": 2}).result["code"] != codes[0]


def test_a_tool_of_another_name_has_its_arguments_bound() -> None:
    tool = WORLD.tool("add", "add_apples", "Adds apples.", {"name": "apples"})
    assert [*tool["parameters"]["properties"]] == tool["parameters"]["required"] == ["pieces"]
    session = WorldSession(WORLD, {"_secret": "s"}, [tool])
    assert not session.act("add_apples", {"pieces": 1}).failed
    assert session.act("add_apples", {"pieces": 1, "name": "pears"}).failed
    assert session.act("add", {"pieces": 1, "name": "pears"}).failed, "only what is declared can be called"


@pytest.mark.parametrize("words", ["", "[]", "{", '{"turns": 1}', '{"turns": [{}], "stop": "final"}', "[" * 5000])
def test_what_is_no_transcript_scores_nothing(words: str) -> None:
    item = next(some())
    assert episode.grade(item, words).score == 0.0


def test_an_episode_that_was_cut_off_has_no_last_message() -> None:
    item = next(some())
    whole_one = json.loads(episode.oracle(item) or "")
    assert episode.grade(item, json.dumps({**whole_one, "stop": "turns"})).score == 0.0
    assert (
        Transcript.from_json(Transcript.from_json(json.dumps(whole_one)).to_json()).last
        == whole_one["turns"][-1]["text"]
    )


@pytest.mark.slow
def test_the_items_are_those_of_the_version() -> None:
    """No file holds them, so the task's YAML holds their hash: another exam under the same version would be a lie."""
    stated = read().tasks["tools_episodes"].metadata["items_sha256"]
    assert sha256_of(list(exam(1))) == stated, "raise the version of tasks/tools and put the new hash there"


def test_the_world_of_the_page_works() -> None:
    """What docs/tools.md shows to somebody who adds a world."""
    page = (Path(__file__).parents[2] / "docs" / "tools.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert list(size.undocumented(ast.parse(block))) == [], "else its file breaks the house's rules"
    place = ("--stdin-filename", "bench/suites/tools/families/library.py")
    command = [sys.executable, "-m", "ruff", "check", "-q", *place, "-"]
    said = subprocess.run(command, input=block.encode(), stdout=subprocess.PIPE, check=False)
    assert said.stdout == b"", "nor may ruff object"
    names = {name: getattr(worlds, name) for name in worlds.__all__}
    exec(block, names)
    (family,) = names["FAMILIES"]
    item = made(family, 1, 4)[0]
    opened = worlds.open_world(family, item)
    last = family.solve(caller(opened), item["params"])
    assert closed(family, item, opened, last).score == 1.0
    assert closed(family, item, worlds.open_world(family, item), last).score == 0.0
