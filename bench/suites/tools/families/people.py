"""A staff office: what the user forgot to say must be asked for; and the same office documented in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from bench.suites.tools.families.draws import date, ids, people
from bench.worlds import (
    Caller,
    Setting,
    ToolError,
    ToolFamily,
    ToolWorld,
    Use,
    code,
    day,
    one_of,
    optional,
    text,
    whole,
)

WORLD = ToolWorld("people")
"""The office's methods."""
KINDS = ("holiday", "training", "parental")
"""Kinds of leave."""


@WORLD.method("Finds a member of staff by full name.", full_name=text("The full name"))
def find_staff(state: dict[str, Any], full_name: str) -> Any:
    """Staff of a name, with ids and sites."""
    rows = {key: each for key, each in state["staff"].items() if each["name"] == full_name}
    return {"staff": [{"staff_id": key, "site": each["site"]} for key, each in rows.items()]}


@WORLD.method(
    "Enters leave.",
    staff_id=text("Whose leave"),
    kind=one_of("Which leave", *KINDS),
    first_day=day("The first day"),
    days=whole("How many days", 1, 60),
    deputy_id=optional(text("The id of who stands in")),
)
def enter_leave(state: dict[str, Any], staff_id: str, kind: str, first_day: str, days: int, deputy_id: str = "") -> Any:
    """Leave of a member of staff."""
    for each in (staff_id, deputy_id):
        if each and each not in state["staff"]:
            raise ToolError("not_found", "nobody has this id")
    leave = {"staff": staff_id, "kind": kind, "first_day": first_day, "days": days, "deputy": deputy_id}
    given = code(state, "LV", leave)
    state["leaves"][given] = leave
    return {"leave_code": given}


@WORLD.method(
    "Asks the user for one thing that they have not said. A question that was not needed counts as a mistake.",
    about=one_of("What is asked for", "kind", "first_day", "days", "deputy", "site"),
)
def ask_user(state: dict[str, Any], about: str) -> Any:
    """What the user says to it."""
    if about not in state["_unsaid"]:
        state["annoyed"] = state.get("annoyed", 0) + 1
        return {"user": "I have told you that, or it does not matter."}
    state["learned"] = sorted({*state["learned"], about})
    return {"user": state["_unsaid"][about]}


_IN_CHINESE = {
    "find_staff": ("按全名查找员工,返回员工编号和所在地点。", {"full_name": "员工全名"}),
    "enter_leave": (
        "登记一次休假。用户没有提到的可选参数必须省略。",
        {
            "staff_id": "休假员工的编号",
            "kind": "休假种类:holiday 为年假,training 为培训,parental 为育儿假",
            "first_day": "第一天,格式 YYYY-MM-DD",
            "days": "天数",
            "deputy_id": "代理人的编号",
        },
    ),
    "ask_user": ("向用户询问其没有说明的信息,每次只问一项;不必要的提问视为错误。", {"about": "询问的内容"}),
}


def _chinese_tools() -> list[dict[str, Any]]:
    made = []
    for name, (description, arguments) in _IN_CHINESE.items():
        tool = WORLD.tool(name, description=description)
        properties = {
            key: {**value, "description": arguments[key]} for key, value in tool["parameters"]["properties"].items()
        }
        made.append({**tool, "parameters": {**tool["parameters"], "properties": properties}})
    return made


def _filled(rng: Random, level: int) -> tuple[dict[str, Any], str, str]:
    """A state, and two of its names; at higher levels the first of them is there twice, at two sites."""
    names = people(rng, 4 + level)
    keys = ids(rng, "H", len(names) + 1)
    staff = {
        key: {"name": each, "site": rng.choice(("north", "south"))} for key, each in zip(keys, names, strict=False)
    }
    if level > 2:
        staff[keys[0]]["site"] = "north"
        staff[keys[-1]] = {"name": names[0], "site": "south"}
    return {"staff": staff, "leaves": {}, "annoyed": 0, "learned": []}, names[0], names[1]


def _leave(rng: Random) -> dict[str, Any]:
    return {"kind": rng.choice(KINDS), "first_day": date(rng), "days": rng.randint(2, 30)}


def _draw_missing(rng: Random, level: int) -> Setting:
    state, name, deputy = _filled(rng, level)
    leave = _leave(rng)
    unsaid = rng.sample(["first_day", "days"], (1, 2, 1, 2)[level - 1])  # a kind could be guessed
    site = rng.choice(("north", "south")) if level > 2 else ""
    state["_unsaid"] = {key: str(leave[key]) for key in unsaid} | ({"site": f"The one in the {site}."} if site else {})
    said = {
        "kind": f"of kind '{leave['kind']}'",
        "first_day": f"from {leave['first_day']}",
        "days": f"for {leave['days']} days",
    }
    parts = " ".join(words for key, words in said.items() if key not in unsaid)
    user = (
        f"Enter leave for {name} {parts}, with {deputy} standing in. Where I have forgotten something that you need, "
        "ask me with the tool; do not guess, and ask for nothing that you can find out without me. Tell me the leave "
        "code."
    )
    params = {"name": name, "deputy": deputy, "said": {k: v for k, v in leave.items() if k not in unsaid}}
    return Setting(user=user, state=state, params=params)


def _solve_missing(
    call: Caller, p: Mapping[str, Any], guess: Mapping[str, Any] | None = None, person: int | None = None
) -> str:
    mine = call("find_staff", full_name=p["name"])["staff"]
    deputy = call("find_staff", full_name=p["deputy"])["staff"][0]["staff_id"]
    if len(mine) > 1 and person is not None:
        mine = mine[person:]
    elif len(mine) > 1 and guess is None:
        words = call("ask_user", about="site")["user"]
        mine = [each for each in mine if each["site"] in words]
    leave = dict(p["said"])
    for key in ("kind", "first_day", "days"):
        if key not in leave:
            told = call("ask_user", about=key)["user"] if guess is None else guess[key]
            leave[key] = int(told) if key == "days" else told
    made = call("enter_leave", staff_id=mine[0]["staff_id"], deputy_id=deputy, **leave)
    return f"Entered: {made['leave_code']}"


def _guess_person(person: int) -> Use:
    """Takes the first or the last of two people of a name unasked; where there is but one, guesses all."""

    def use(call: Caller, p: Mapping[str, Any]) -> str:
        alone = len(call("find_staff", full_name=p["name"])["staff"]) < 2
        return _solve_missing(call, p, _GUESS if alone else None, person)

    return use


_GUESS = {"kind": "holiday", "first_day": "2027-01-31", "days": 1}
_WORD = {"holiday": "年假", "training": "培训", "parental": "育儿假"}


def _draw_chinese(rng: Random, level: int) -> Setting:
    state, name, deputy = _filled(rng, min(level, 2))
    leave, stands_in = _leave(rng), level > 1
    state["_unsaid"] = {}
    first = leave["first_day"]
    if level > 2:
        year, month, number = map(int, first.split("-"))
        first = f"{year}年{month}月{number}日"
    length = f"{leave['days']}天"
    if level > 3:
        leave["days"] = 7 * rng.randint(1, 4)
        length = f"{_WEEKS[leave['days'] // 7]}周(按每周七天计)"
    by = f",由{deputy}代理" if stands_in else ""
    user = f"请为{name}登记一次{_WORD[leave['kind']]},从{first}开始,共{length}{by}。请告诉我登记代码。"
    params = {"name": name, "deputy": deputy if stands_in else "", "leave": leave}
    return Setting(user=user, state=state, params=params, tools=_chinese_tools())


_WEEKS = ("", "一", "两", "三", "四")


def _solve_chinese(call: Caller, p: Mapping[str, Any], extra: int = 0) -> str:
    leave = {**p["leave"], "days": p["leave"]["days"] + extra}
    leave["staff_id"] = call("find_staff", full_name=p["name"])["staff"][0]["staff_id"]
    if p["deputy"]:
        leave["deputy_id"] = call("find_staff", full_name=p["deputy"])["staff"][0]["staff_id"]
    return f"登记代码:{call('enter_leave', **leave)['leave_code']}"


FAMILIES = (
    ToolFamily(
        name="missing_facts",
        world=WORLD,
        draw=_draw_missing,
        solve=_solve_missing,
        traps={
            "guesses": lambda call, p: _solve_missing(call, p, _GUESS),
            "guesses the person, the first": _guess_person(0),
            "guesses the person, the last": _guess_person(1),
        },
    ),
    ToolFamily(
        name="chinese_tools",
        world=WORLD,
        draw=_draw_chinese,
        solve=_solve_chinese,
        traps={"a day too many": lambda call, p: _solve_chinese(call, p, extra=1)},
        language="zh",
    ),
)
"""What the user has not said; tools that are documented in Chinese."""
