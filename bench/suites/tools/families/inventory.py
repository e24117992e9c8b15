"""A warehouse: articles that are ordered anew, and a count that is wrong once."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from bench.suites.tools.families.draws import and_list, goods
from bench.worlds import Caller, Setting, ToolError, ToolFamily, ToolWorld, code, listed, record, text, whole

WORLD = ToolWorld("inventory")
"""The warehouse's methods."""


def _article(state: dict[str, Any], name: str) -> dict[str, Any]:
    if name not in state["articles"]:
        raise ToolError("not_found", "there is no such article")
    article: dict[str, Any] = state["articles"][name]
    return article


@WORLD.method("Shows an article: how many are there, how many are wanted, and its supplier.", article=text("Its name"))
def get_article(state: dict[str, Any], article: str) -> Any:
    """An article; the first look at one may show the figure of the day before."""
    shown = {key: value for key, value in _article(state, article).items() if key != "shelves"}
    lie = state["_lies"].pop(article, None)
    if lie is None:
        return {**shown, "as_of": state["today"]}
    return {**shown, "there": lie["there"], "as_of": lie["as_of"]}


@WORLD.method(
    "Orders pieces of an article from its supplier. It cannot be taken back.",
    article=text("Its name"),
    pieces=whole("How many", 1, 100_000),
)
def order_pieces(state: dict[str, Any], article: str, pieces: int) -> Any:
    """An order."""
    _article(state, article)
    given = code(state, "OR", article, pieces)
    state["orders"][given] = {"article": article, "pieces": pieces}
    return {"order_code": given}


@WORLD.method(
    "Sends the day's list of order codes to the office, and ends the day.",
    order_codes=listed("All order codes of today", text("A code")),
)
def send_list(state: dict[str, Any], order_codes: list[str]) -> Any:
    """The day's list."""
    for each in order_codes:
        if each not in state["orders"]:
            raise ToolError("not_found", "there is no order of such a code")
    given = code(state, "LS", sorted(order_codes))
    state["lists"][given] = sorted(order_codes)
    return {"list_code": given}


@WORLD.method(
    "Corrects what the books say of an article.",
    article=text("Its name"),
    figures=record(
        "The right figures", there=whole("Pieces that are there"), as_of=text("Of which day, as the article shows it")
    ),
)
def correct_article(state: dict[str, Any], article: str, figures: dict[str, Any]) -> Any:
    """A correction."""
    _article(state, article)
    given = code(state, "CO", article, figures)
    state["corrections"][given] = {"article": article, **figures}
    return {"correction_code": given}


def _filled(rng: Random, count: int) -> dict[str, Any]:
    articles = {
        name: {"there": rng.randint(0, 40), "wanted": rng.randint(50, 120), "supplier": f"S{rng.randint(10, 99)}"}
        for name in goods(rng, count)
    }
    return {
        "articles": articles, "orders": {}, "lists": {}, "corrections": {},
        "today": f"2027-05-{rng.randint(10, 28)}", "_lies": {},
    }  # fmt: skip


def _draw_parallel(rng: Random, level: int) -> Setting:
    count = (2, 4, 7, 10)[level - 1]
    state = _filled(rng, count + 3)
    names = rng.sample([*state["articles"]], count)
    user = (
        f"Fill up {and_list(names)}: order of each as many pieces as are wanted less those that are there. The "
        "articles do not depend on each other, so call for all of them at once where you can. Then send the day's list "
        "with all order codes, and tell me the list code."
    )
    return Setting(user=user, state=state, params={"names": names})


def _solve_parallel(call: Caller, p: Mapping[str, Any]) -> str:
    made = []
    for name in p["names"]:
        seen = call("get_article", article=name)
        made.append(call("order_pieces", article=name, pieces=seen["wanted"] - seen["there"])["order_code"])
    return f"Sent: {call('send_list', order_codes=made)['list_code']}"


TODAY = (
    "The first look at an article may show an old figure: `as_of` says of which day it is. Look again until it is of "
    "today, and use no other figure."
)
"""What the model must know in the family `lies_once`."""


def _draw_lying(rng: Random, level: int) -> Setting:
    state = _filled(rng, 3 + level)
    names = rng.sample([*state["articles"]], level)
    for name in rng.sample(names, (level + 1) // 2):
        there, before = state["articles"][name]["there"], int(state["today"][-2:]) - rng.randint(1, 3)
        state["_lies"][name] = {"there": there + rng.randint(1, 9), "as_of": f"2027-05-{before:02d}"}
    user = (
        f"Today is {state['today']}. Fill up {and_list(names)}: order of each as many pieces as are wanted less those "
        f"that are there. Tell me the order code of {names[-1]}."
    )
    return Setting(user=user, state=state, rules=TODAY, params={"names": names, "today": state["today"]})


def _solve_lying(call: Caller, p: Mapping[str, Any], looks: int = 2) -> str:
    made: Any = {}
    for name in p["names"]:
        seen: Any = {}
        for _ in range(looks):
            seen = call("get_article", article=name)
            if seen["as_of"] == p["today"]:
                break
        made = call("order_pieces", article=name, pieces=seen["wanted"] - seen["there"])
    return f"Ordered: {made['order_code']}"


FAMILIES = (
    ToolFamily(name="parallel_calls", world=WORLD, draw=_draw_parallel, solve=_solve_parallel),
    ToolFamily(
        name="lies_once",
        world=WORLD,
        draw=_draw_lying,
        solve=_solve_lying,
        traps={"believes the first look": lambda call, p: _solve_lying(call, p, looks=1)},
    ),
)
"""Calls that do not depend on each other; a tool whose first answer is out of date."""
