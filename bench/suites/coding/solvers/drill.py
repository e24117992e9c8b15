"""Solutions of drill written from its text alone: pass by pass, and by tables of what a piece does to any values."""

from __future__ import annotations

from typing import Any

from bench.suites.coding.family import Params


def plainly(p: Params, script: list[Any]) -> list[int]:
    """The plain program, by carrying out the script pass by pass."""
    v = {"x": p.x, "y": p.y, "score": 0}

    def carry_out(statements: list[Any], depth: int, last: bool) -> Any:
        for word, *rest in statements:
            ended = None
            if word == "add":
                v[rest[0]] = (v[rest[0]] + rest[1]) % p.mod
            elif word == "mul":
                v[rest[0]] = (v[rest[0]] * rest[1]) % p.mod
            elif word == "mix":
                v[rest[0]] = v[rest[0]] * (v["x"] + v["y"]) % p.mod
            elif word == "hit":
                same = v["x"] == v["y"]
                v["score"] += (0 if p.mute else 1) if last else p.loud if same == p.match else 1
            elif word == "stop":
                return ["stop", 0]
            elif word in ["leave", "next"]:
                level = rest[0] if rest else 1
                if level > depth:
                    if p.far:
                        return ["stop", 0]
                    level = depth
                if level:
                    return [word, level]
            elif word == "if":
                ended = carry_out(rest[2] if v[rest[0]] == rest[1] else rest[3], depth, last)
            elif word == "after":
                ended = carry_out(rest[0], depth, last)
                if p.late or not ended or ended[0] != "stop":
                    second = carry_out(rest[1], depth, True)
                    if not ended or (second and p.over):
                        ended = second
            else:
                made, fixed = 0, v.get(rest[0], rest[0])
                while made < (v.get(rest[0], rest[0]) if p.live else fixed):
                    made += 1
                    ended = carry_out(rest[1], depth + 1, last)
                    if ended and ended[0] != "stop":
                        ended = [ended[0], ended[1] - 1]
                        if ended[1] == 0 and ended[0] == "leave":
                            ended = None
                            break
                        if ended[1] == 0:
                            ended = None
                    if ended:
                        break
            if ended:
                return ended
        return None

    carry_out(script, 0, False)
    return [v["x"], v["y"], v["score"]]


Table = dict[tuple[int, int], tuple[tuple[int, int], int, tuple[str, int]]]
"""For every pair of values: those after a piece of script, what it scored, and how it was ended."""
_ON = ("", 0)


def second(p: Params, script: list[Any]) -> list[int]:
    """The second reference: a table of what each piece does to all values of both variables, joined and doubled."""
    end, score, _ = _table(p, script, 0, False)[p.x, p.y]
    return [*end, score]


def _then(first: Table, more: Table) -> Table:
    joined = {}
    for state, (middle, score, how) in first.items():
        end, further, then = more[middle] if how == _ON else (middle, 0, how)
        joined[state] = end, score + further, then
    return joined


def _table(p: Params, statements: list[Any], depth: int, last: bool) -> Table:
    table: Table = {(x, y): ((x, y), 0, _ON) for x in range(p.mod) for y in range(p.mod)}
    for word, *rest in statements:
        step: Table = {}
        parts = [_table(p, part, depth + (word == "loop"), last) for part in rest if isinstance(part, list)]
        if word == "after":
            parts[1] = _table(p, rest[1], depth, True)
        if word == "loop" and isinstance(rest[0], int):
            step = _times(parts[0], rest[0])
        else:
            step = {state: _step(p, state, [word, *rest], parts, (depth, last)) for state in table}
        table = _then(table, step)
    return table


def _times(once: Table, count: int) -> Table:
    power: Table = {
        state: (end, score, _ON if how == ("next", 1) else how) for state, (end, score, how) in once.items()
    }
    result: Table = {state: (state, 0, _ON) for state in power}
    while count:
        if count % 2:
            result = _then(result, power)
        power, count = _then(power, power), count // 2
    return {state: (end, score, _outside(how)) for state, (end, score, how) in result.items()}


def _outside(how: tuple[str, int]) -> tuple[str, int]:
    if how[0] not in ("leave", "next"):
        return how
    return (how[0], how[1] - 1) if how[1] > 1 else _ON


def _step(p: Params, state: tuple[int, int], statement: list[Any], parts: list[Table], place: tuple[int, bool]) -> Any:
    (word, *rest), (depth, last) = statement, place
    values = dict(zip("xy", state, strict=True))
    if word == "hit":
        usual = p.loud if (state[0] == state[1]) == p.match else 1
        return state, int(not p.mute) if last else usual, _ON
    if word in ("stop", "leave", "next"):
        how = (word, *(rest or [1]))
        if word == "stop" or (how[1] > depth and p.far):
            return state, 0, ("stop", 1)
        return state, 0, (word, min(how[1], depth)) if depth else _ON
    if word == "if":
        return parts[values[rest[0]] != rest[1]][state]
    if word == "after":
        end, score, how = parts[0][state]
        if how[0] == "stop" and not p.late:
            return end, score, how
        end, further, then = parts[1][end]
        either = [then, how] if p.over else [how, then]
        return end, score + further, either[0] if either[0] != _ON else either[1]
    if word == "loop":
        made, score, how, wanted = 0, 0, _ON, values[rest[0]]
        end = state
        while how in (_ON, ("next", 1)) and made < (end["xy".index(rest[0])] if p.live else wanted):
            end, further, how = parts[0][end]
            made, score = made + 1, score + further
        return end, score, _outside(how)
    by = {"add": lambda: values[rest[0]] + rest[1], "mul": lambda: values[rest[0]] * rest[1]}
    values[rest[0]] = by.get(word, lambda: values[rest[0]] * sum(state))() % p.mod
    return (values["x"], values["y"]), 0, _ON
