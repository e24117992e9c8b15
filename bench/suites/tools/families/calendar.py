"""A calendar of rooms and meetings: typed bookings, and meetings that others change meanwhile."""

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
    code,
    day,
    listed,
    number,
    one_of,
    optional,
    record,
    text,
    whole,
)

WORLD = ToolWorld("calendar")
"""The calendar's methods."""
LAYOUTS = ("rows", "circle", "horseshoe", "classroom")
"""How chairs can stand in a room."""
_TIME = r"^\d{2}:\d{2}$"


@WORLD.method(
    "Books a room. Arguments that the user does not mention must be left out.",
    date=day("The day"),
    start=text("When it begins, as HH:MM (24 hours)", _TIME),
    minutes=whole("How long, in minutes", 15, 600),
    layout=one_of("How the chairs stand", *LAYOUTS),
    host=record("Who invites", name=text("Full name"), extension=whole("Telephone extension", 100, 9999)),
    guests=optional(listed("Full names of guests", text("A name"))),
    temperature_c=optional(number("Wished temperature in degrees Celsius")),
    catering=optional(record("Food", meal=one_of("Which", "breakfast", "lunch"), persons=whole("For how many", 1, 99))),
    recurring=optional({"type": "boolean", "description": "Whether it repeats each week"}),
)
def book_room(state: dict[str, Any], **booking: Any) -> Any:
    """A booking."""
    given = code(state, "BK", booking)
    state["bookings"][given] = booking
    return {"booking_code": given}


@WORLD.method("Lists the meetings of a day, with their ids.", date=day("The day"))
def list_meetings(state: dict[str, Any], date: str) -> Any:
    """Meetings of a day."""
    rows = {key: each for key, each in state["meetings"].items() if each["date"] == date}
    return {"meetings": [{"meeting_id": key, **each} for key, each in rows.items()]}


@WORLD.method(
    "Puts a meeting off by some minutes, from when it begins now.",
    meeting_id=text("The meeting's id"),
    minutes=whole("By how many minutes", 5, 600),
)
def put_off(state: dict[str, Any], meeting_id: str, minutes: int) -> Any:
    """A meeting at a later time; once, somebody else was faster."""
    meeting = state["meetings"].get(meeting_id)
    if meeting is None:
        raise ToolError("not_found", "no meeting has this id; somebody may have made it anew")
    for change in [each for each in state["_meanwhile"] if each["of"] == meeting_id]:
        state["_meanwhile"].remove(change)
        _meanwhile(state, change)
        if meeting_id not in state["meetings"]:
            raise ToolError("gone", "the meeting was replaced by another one a moment ago; nothing was put off")
        raise ToolError("conflict", "the meeting was changed a moment ago; nothing was put off. Try again.")
    meeting["late_minutes"] += minutes
    return {"delay_code": code(state, "PO", meeting_id, minutes)}


def _meanwhile(state: dict[str, Any], change: Mapping[str, Any]) -> None:
    meeting = state["meetings"][change["of"]]
    if change["new_id"]:
        del state["meetings"][change["of"]]
        state["meetings"][change["new_id"]] = meeting
    meeting["room"] = change["room"]


def _draw_typed(rng: Random, level: int) -> Setting:
    names = people(rng, 6)
    booking: dict[str, Any] = {
        "date": date(rng),
        "start": f"{rng.randint(8, 17):02d}:{rng.choice((0, 15, 30, 45)):02d}",
        "minutes": rng.choice((30, 45, 60, 90, 120)),
        "layout": rng.choice(LAYOUTS),
        "host": {"name": names[0], "extension": rng.randint(100, 9999)},
    }
    year, month, day_of = booking["date"].split("-")
    hours, rest = divmod(booking["minutes"], 60)
    length = f"{booking['minutes']} minutes" if level < 2 else f"{hours} h {rest:02d} min"
    on = booking["date"] if level < 3 else f"{int(day_of)} {_MONTHS[int(month) - 1]} {year}"
    said = [
        f"Book a room on {on} from {booking['start']}, for {length}, chairs in the layout '{booking['layout']}'. "
        f"The host is {names[0]}, extension {booking['host']['extension']}."
    ]
    if level >= 2:
        booking["guests"] = names[1 : 1 + level]
        said.append(f"Guests, in this order: {', '.join(booking['guests'])}.")
    if level >= 3:
        booking["catering"] = {"meal": rng.choice(("breakfast", "lunch")), "persons": rng.randint(2, 20)}
        said.append(f"Order {booking['catering']['meal']} for {booking['catering']['persons']}.")
    if level >= 4:
        booking["temperature_c"] = rng.randint(36, 46) / 2
        said.append(f"It should be {round(booking['temperature_c'] * 9 / 5 + 32, 1)} degrees Fahrenheit in there.")
    user = " ".join([*said, "Tell me the booking code."])
    return Setting(user=user, state={"bookings": {}, "meetings": {}, "_meanwhile": []}, params={"booking": booking})


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def _solve_typed(call: Caller, p: Mapping[str, Any]) -> str:
    return f"Booked: {call('book_room', **p['booking'])['booking_code']}"


def _false_extra(call: Caller, p: Mapping[str, Any]) -> str:
    return f"Booked: {call('book_room', **p['booking'], recurring=False)['booking_code']}"


def _draw_changing(rng: Random, level: int) -> Setting:
    on, titles = date(rng), rng.sample(_TITLES, 3 + level)
    keys = ids(rng, "M", 3 * len(titles))
    meetings = {
        key: {"title": each, "date": on, "start": f"{8 + n:02d}:00", "room": f"R{rng.randint(1, 9)}", "late_minutes": 0}
        for n, (key, each) in enumerate(zip(keys, titles, strict=False))
    }
    moved = rng.sample([*meetings], (level + 1) // 2)
    changes = [
        {"of": key, "new_id": keys[-1 - n] if level >= 2 else "", "room": f"R{rng.randint(10, 99)}"}
        for n, key in enumerate(moved)
    ]
    minutes = [rng.randrange(5, 120, 5) for _ in moved]
    parts = [f"'{meetings[key]['title']}' by {by} minutes" for key, by in zip(moved, minutes, strict=True)]
    last = meetings[moved[-1]]["title"]
    user = (
        f"On {on}, put off {' and '.join(parts)}, whatever else changes meanwhile. Tell me the delay code of '{last}'."
    )
    params = {"date": on, "moves": [[meetings[key]["title"], by] for key, by in zip(moved, minutes, strict=True)]}
    return Setting(user=user, state={"bookings": {}, "meetings": meetings, "_meanwhile": changes}, params=params)


_TITLES = (
    "budget",
    "hiring",
    "launch",
    "audit",
    "safety",
    "roadmap",
    "retrospective",
    "training",
    "suppliers",
    "pricing",
)


def _solve_changing(call: Caller, p: Mapping[str, Any], tries: int = 3) -> str:
    made: Any = {}
    for title, minutes in p["moves"]:
        for _ in range(tries):
            meetings = call("list_meetings", date=p["date"])["meetings"]
            seen = next(each for each in meetings if each["title"] == title)
            made = call("put_off", meeting_id=seen["meeting_id"], minutes=minutes)
            if "delay_code" in made:
                break
    return f"Put off: {made.get('delay_code')}"


FAMILIES = (
    ToolFamily(
        name="typed_arguments",
        world=WORLD,
        draw=_draw_typed,
        solve=_solve_typed,
        traps={"an argument too many": _false_extra},
    ),
    ToolFamily(
        name="world_changes",
        world=WORLD,
        draw=_draw_changing,
        solve=_solve_changing,
        traps={"gives up": lambda call, p: _solve_changing(call, p, tries=1)},
    ),
)
"""Typed arguments, of which optional ones stay out; meetings that change between two turns."""
