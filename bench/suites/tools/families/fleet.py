"""A fleet of vehicles: many tools that are nearly alike, and a dear tool beside a cheap one."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from bench.suites.tools.families.draws import ids, people
from bench.worlds import Caller, Setting, ToolError, ToolFamily, ToolWorld, code, one_of, pay, text, whole

WORLD = ToolWorld("fleet")
"""The fleet's methods."""
KINDS = ("van", "truck", "bike", "tram", "ferry")
"""Vehicles."""
PLACES = ("north", "south", "east", "west")
"""Depots."""
ACTIONS = {"reserve": "Reserves", "service": "Books a service for", "withdraw": "Takes out of service"}
"""What can be done with a vehicle."""
CHEAP, DEAR = 1, 25
"""What the cheap look and the expert's opinion cost, in USD."""


@WORLD.method(
    "Does something with a vehicle.",
    action=one_of("What", *ACTIONS),
    kind=one_of("Which kind of vehicle", *KINDS),
    depot=one_of("Where it stands", *PLACES),
    driver=text("Full name of the driver"),
    hours=whole("For how many hours", 1, 72),
)
def act(state: dict[str, Any], action: str, kind: str, depot: str, driver: str, hours: int) -> Any:
    """An entry in the log."""
    entry = {"action": action, "kind": kind, "depot": depot, "driver": driver, "hours": hours}
    given = code(state, "FL", entry)
    state["log"][given] = entry
    return {"log_code": given}


def _vehicle(state: dict[str, Any], vehicle_id: str) -> dict[str, Any]:
    if vehicle_id not in state["vehicles"]:
        raise ToolError("not_found", "no vehicle has this id")
    vehicle: dict[str, Any] = state["vehicles"][vehicle_id]
    return vehicle


@WORLD.method(f"Reads a vehicle's own sensor. Costs {CHEAP} USD a call.", vehicle_id=text("Its id"))
def read_sensor(state: dict[str, Any], vehicle_id: str) -> Any:
    """Kilometres, and brakes where the sensor knows them."""
    vehicle = _vehicle(state, vehicle_id)
    pay(state, CHEAP)
    return {"km": vehicle["km"], "brakes_percent": vehicle["brakes"] if vehicle["sensor"] else None}


@WORLD.method(f"Has an expert look at a vehicle. Costs {DEAR} USD a call.", vehicle_id=text("Its id"))
def ask_expert(state: dict[str, Any], vehicle_id: str) -> Any:
    """Kilometres and brakes, always."""
    vehicle = _vehicle(state, vehicle_id)
    pay(state, DEAR)
    return {"km": vehicle["km"], "brakes_percent": vehicle["brakes"]}


@WORLD.method(
    "Sends a vehicle to the workshop.",
    vehicle_id=text("Its id"),
    brakes_percent=whole("What is left of its brakes, in percent", 0, 100),
)
def send_to_workshop(state: dict[str, Any], vehicle_id: str, brakes_percent: int) -> Any:
    """A vehicle in the workshop."""
    _vehicle(state, vehicle_id)
    given = code(state, "WS", vehicle_id, brakes_percent)
    state["workshop"][given] = {"vehicle": vehicle_id, "brakes": brakes_percent}
    return {"workshop_code": given}


def _draw_choosing(rng: Random, level: int) -> Setting:
    every = [(action, kind, depot) for action in ACTIONS for kind in KINDS for depot in PLACES]
    action, kind, depot = rng.choice(every)
    near = [each for each in every if sum(a == b for a, b in zip(each, (action, kind, depot), strict=True)) == 2]
    far = [each for each in every if each not in near and each != (action, kind, depot)]
    rng.shuffle(near)
    rng.shuffle(far)
    chosen = [(action, kind, depot), *[*near, *far][: (3, 8, 20, 60)[level - 1] - 1]]
    rng.shuffle(chosen)
    tools = [
        WORLD.tool(
            "act",
            f"{each[0]}_{each[1]}_{each[2]}",
            f"{ACTIONS[each[0]]} a {each[1]} that stands in the {each[2]} depot.",
            dict(zip(("action", "kind", "depot"), each, strict=True)),
        )
        for each in chosen
    ]
    driver, hours = people(rng, 1)[0], rng.randint(1, 72)
    words = {"reserve": "reserve", "service": "book a service for", "withdraw": "take out of service"}[action]
    user = f"Please {words} a {kind} in the {depot} for {driver}, for {hours} hours. Tell me the log code."
    state: dict[str, Any] = {"log": {}, "vehicles": {}, "workshop": {}}
    params = {"tool": f"{action}_{kind}_{depot}", "driver": driver, "hours": hours, "other": tools[0]["name"]}
    if params["other"] == params["tool"]:
        params["other"] = tools[1]["name"]
    return Setting(user=user, state=state, params=params, tools=tools)


def _solve_choosing(call: Caller, p: Mapping[str, Any], which: str = "tool") -> str:
    return f"Done: {call(p[which], driver=p['driver'], hours=p['hours'])['log_code']}"


def _draw_thrifty(rng: Random, level: int) -> Setting:
    count, blind = (2, 3, 5, 6)[level - 1], (0, 1, 1, 2)[level - 1]
    keys = ids(rng, "V", count + 2)
    shares = rng.sample(range(5, 95), count + 2)
    vehicles = {
        key: {"km": rng.randint(1_000, 200_000), "brakes": share, "sensor": True}
        for key, share in zip(keys, shares, strict=True)
    }
    asked = rng.sample(keys, count)
    for key in rng.sample(asked, blind):
        vehicles[key]["sensor"] = False
    most = count * CHEAP + blind * DEAR
    user = (
        f"Which of the vehicles {', '.join(asked)} has the least left of its brakes? Send that one, and no other, to "
        f"the workshop. A sensor may not know the brakes; only then ask the expert. Spend at most {most} USD. Tell me "
        "the workshop code."
    )
    tools = [WORLD.tool(name) for name in ("read_sensor", "ask_expert", "send_to_workshop")]
    state = {"log": {}, "vehicles": vehicles, "workshop": {}}
    return Setting(user=user, state=state, params={"ids": asked}, tools=tools, most_spent=most)


def _solve_thrifty(call: Caller, p: Mapping[str, Any], dear: bool = False) -> str:
    left = {}
    for each in p["ids"]:
        seen = call("ask_expert" if dear else "read_sensor", vehicle_id=each)["brakes_percent"]
        left[each] = call("ask_expert", vehicle_id=each)["brakes_percent"] if seen is None else seen
    worst = min(left, key=lambda each: left[each])
    made = call("send_to_workshop", vehicle_id=worst, brakes_percent=left[worst])
    return f"Sent: {made['workshop_code']}"


FAMILIES = (
    ToolFamily(
        name="many_tools",
        world=WORLD,
        draw=_draw_choosing,
        solve=_solve_choosing,
        traps={"takes another one": lambda call, p: _solve_choosing(call, p, "other")},
    ),
    ToolFamily(
        name="thrifty",
        world=WORLD,
        draw=_draw_thrifty,
        solve=_solve_thrifty,
        traps={"asks the expert each time": lambda call, p: _solve_thrifty(call, p, dear=True)},
    ),
)
"""One of 3 to 60 tools that are nearly alike; a cheap tool that mostly suffices beside a dear one."""
