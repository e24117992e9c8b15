"""BFCL's items as episodes of ours: one message that calls, or several user turns on one of its worlds."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.errors import UsageError
from bench.records import sha256_of
from bench.registry.items import dataset
from bench.suites.bfcl.source import NONE_IS_CALLED, RELEVANCE, SYNTAX, TALKS, Item, documented, table, tool

COLUMNS = ("id", "family", "language", "cluster")
"""What lm-eval's templates may use of an item."""
MORE_TOOLS = "I have updated some more functions you can choose from. What about now?"
"""What BFCL's user says in the turn in which functions are added."""


def items(category: str) -> Iterator[Item]:
    """A category's items, many of which ask the same with other tools or in another world. UsageError where bfcl-eval
    is not installed, or has no such category."""
    for item in _items(category):
        yield {**item, "episode_setting": sha256_of(item)}


def _items(category: str) -> Iterator[Item]:
    if category in TALKS:
        yield from _talks(category)
    elif category in SYNTAX:
        answers = {each["id"]: each["ground_truth"] for each in table(category, right=True)}
        for raw in table(category):
            yield {**_single(category, raw), "answers": answers[raw["id"]]}
    elif category in RELEVANCE:
        for raw in table(category):
            yield {**_single(category, raw), "calls": category not in NONE_IS_CALLED}
    else:
        raise UsageError(f"BFCL: no category '{category}'. Known: {', '.join((*SYNTAX, *RELEVANCE, *TALKS))}.")


def _single(category: str, raw: Mapping[str, Any]) -> Item:
    return {
        **_about(category, raw["id"]),
        "messages": raw["question"][0],
        "functions": raw["function"],
        "tools": [tool(each) for each in raw["function"]],
    }


def _about(category: str, name: str) -> Item:
    """Live items "live_simple_3-2-1" share the functions of the middle number; all others stand alone."""
    parts = name.rpartition("_")[2].split("-")
    cluster = f"{category}-{parts[1]}" if category.startswith("live") and len(parts) > 1 else name
    return {"id": name, "family": category, "language": "en", "cluster": cluster}


def _talks(category: str) -> Iterator[Item]:
    rights = {each["id"]: each["ground_truth"] for each in table(category, right=True)}
    for raw in table(category):
        functions = [each for name in raw["involved_classes"] for each in documented()[name]]
        missed: Mapping[str, Sequence[str]] = raw.get("missed_function", {})
        hidden = {name for names in missed.values() for name in names}
        later = []
        for number, messages in enumerate(raw["question"][1:], 1):
            added = {name for at, names in missed.items() if int(at) <= number for name in names}
            shown = [tool(each) for each in functions if each["name"] not in hidden - added]
            said = messages or [{"role": "user", "content": MORE_TOOLS}]
            later.append({"messages": said, **({"tools": shown} if str(number) in missed else {})})
        yield {
            **_about(category, raw["id"]),
            "messages": raw["question"][0],
            "tools": [tool(each) for each in functions if each["name"] not in hidden],
            "later": later,
            "involved_classes": raw["involved_classes"],
            "initial_config": raw["initial_config"],
            "ground_truth": rights[raw["id"]],
        }


def reference_calls(item: Item) -> list[list[dict[str, Any]]]:
    """The reference's calls of an item with several user turns, by turn; arguments by their documented names."""
    named = {
        each["name"]: [*each["parameters"]["properties"]]
        for name in item["involved_classes"]
        for each in documented()[name]
    }
    return [[_call(written, named) for written in turn] for turn in item["ground_truth"]]


def _call(written: str, named: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    call = ast.parse(written, mode="eval").body
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise UsageError(f"BFCL: '{written[:200]}' is no call. Install bfcl-eval anew.")
    first = zip(named[call.func.id], call.args, strict=False)
    given = [*first, *((str(each.arg), each.value) for each in call.keywords)]
    return {"name": call.func.id, "arguments": {name: ast.literal_eval(value) for name, value in given}}


def load(categories: Sequence[str], **_metadata: Any) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` of the categories' items."""
    return {"test": dataset([item for category in categories for item in items(category)], COLUMNS)}
