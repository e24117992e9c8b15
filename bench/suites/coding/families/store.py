"""Keys and values, with steps that can be taken back: a program that obeys commands."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, none=["none", "-", "?"], no=["no", "nothing"], first=YES_NO, tell=YES_NO, whole=YES_NO)
    return {**drawn, **choose(rng, all=YES_NO, close=YES_NO)}


def _prose(p: Params) -> Prose:
    return [
        "Each line is a command; at first no key has a value. `set K V` gives the key K the value V"
        + ("; if K has a value, it keeps that one." if p.first else ", whatever it had.")
        + f' `get K` prints the value of K, or "{p.none}" if it has none. `drop K` takes the value of K away'
        + (
            f', and prints what it was, or "{p.none}" if it had none.'
            if p.tell
            else ", if it has one; it prints nothing."
        ),
        p.level >= 2
        and "`begin` opens a step; steps may be opened within steps. `rollback` gives all keys the values "
        "that they had at the `begin` of "
        + (
            "the first of the steps that are open, and closes all of them."
            if p.whole
            else "the step that was opened last among those that are open, and closes this step."
        )
        + " A key that had none then has none again.",
        p.level >= 3
        and "`commit` leaves all values as they are and closes "
        + (
            "all open steps."
            if p.all
            else "the open step that was opened last; a rollback of one around it still works."
        ),
        p.level >= 2
        and f'If no step is open, `rollback` {"and `commit` only print" if p.level >= 3 else "only prints"} "{p.no}".',
        p.level >= 4
        and "`tag N` keeps the present values of all keys under the name N, in place of what N kept before. `use N` "
        f"gives all keys the values that N keeps and takes those of all other keys "
        f"away{', and closes all open steps' if p.close else '; open steps stay open'}; "
        f'if nothing was kept under N, it only prints "{p.no}". A rollback changes nothing of what is kept '
        f"under names.",
    ]


def _store(p: Params, lines: list[str]) -> list[str]:
    values: dict[str, str] = {}
    printed = []
    if p.level >= 2:
        steps: list[dict[str, str]] = []
    if p.level >= 4:
        tags: dict[str, dict[str, str]] = {}
    for line in lines:
        word, *names = line.split(" ")
        if word in ["set"]:
            if not p.first or names[0] not in values:
                values = {**values, names[0]: names[1]}
        elif word in ["get"]:
            printed.append(values.get(line[4:], p.none))
        elif word in ["drop"]:
            if p.tell:
                printed.append(values.get(line[5:], p.none))
            values = {key: value for key, value in values.items() if key not in names}
        elif p.level >= 2 and word in ["begin"]:
            steps = [*steps, values]
        elif p.level >= 4 and word in ["tag"]:
            tags[line[4:]] = values
        elif p.level >= 4 and word in ["use"]:
            if line[4:] in tags:
                values = tags[line[4:]]
                if p.close:
                    steps = []
            else:
                printed.append(p.no)
        elif p.level >= 2 and not steps:
            printed.append(p.no)
        elif p.level >= 3 and word in ["commit"]:
            steps = [] if p.all else steps[:-1]
        elif p.level >= 2:
            values = steps[0] if p.whole else steps[-1]
            steps = [] if p.whole else steps[:-1]
    return printed


def _second(p: Params, lines: list[str]) -> list[str]:
    shown: list[str] = []
    state: dict[str, str] = {}
    opened: list[list[tuple[str, str]]] = []
    kept: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        words = line.split()
        match words:
            case ["set", key, value]:
                if p.first:
                    state.setdefault(key, value)
                else:
                    state[key] = value
            case ["get", key]:
                shown.append(state.get(key, p.none))
            case ["drop", key]:
                was = state.pop(key, p.none)
                shown.extend([was] if p.tell else [])
            case ["begin"]:
                opened.append(sorted(state.items()))
            case ["tag", name]:
                kept[name] = sorted(state.items())
            case ["use", name] if name in kept:
                state = dict(kept[name])
                if p.close:
                    opened.clear()
            case ["rollback"] if opened:
                back = opened.pop()
                while p.whole and opened:
                    back = opened.pop()
                state = dict(back)
            case ["commit"] if opened:
                del opened[0 if p.all else -1 :]
            case _:
                shown.append(p.no)
    return shown


def _edges(p: Params) -> Edges:
    ties = ["s a 1,s a 2,g a", "s a 1,d a,s a 2,g a", "d a,g a", "s a 1,s b 2,d a,g b,g a,d b,g b", "s a 1,d b,g a"]
    ties += ["d c", "s a 1,d a,d a,g a", "s b 2,s b 2,g b,g a"]
    if p.level >= 2:
        ties += [
            "r",
            "s a 1,r,g a",
            "b,s a 1,r,g a,r",
            "s a 1,b,d a,s b 2,r,g a,g b",
            "s a 1,b,d a,s a 2,b,d a,s a 3,r,g a,r,g a,r",
        ]
        ties += ["b,s a 1,b,s b 2,b,s c 3,r,g a,g b,g c,r,g a,g b,r,g a", "b,r,r", "s a 1,b,d a,r,d a,r,g a"]
    if p.level >= 3:
        ties += [
            "c",
            "b,c,r",
            "s a 1,b,d a,c,g a,r,g a",
            "s a 1,b,d a,b,s b 2,c,g b,r,g a,g b,r",
            "b,b,c,c,c",
            "b,b,b,s a 1,c,r,g a,c,g a",
        ]
        ties += ["s a 1,b,s b 2,b,s c 3,b,d a,c,c,g a,r,g a,g b,g c,c"]
    if p.level >= 4:
        ties += [
            "u x",
            "t x,s a 1,u x,g a",
            "s a 1,t x,d a,u x,g a,d a,u x,g a",
            "s a 1,b,t x,d a,t y,r,g a,u y,g a,u x,g a",
        ]
        ties += [
            "t x,b,s a 1,u x,r,g a,c",
            "b,b,s a 1,t x,u x,c,r,g a,c",
            "s a 1,t x,s b 2,t x,d a,u x,g a,g b,u y",
            "s a 1,t x,b,d a,u x,r,g a",
        ]
        ties += ["s a 1,b,d a,s b 2,t x,r,b,s c 3,u x,g a,g b,g c,r,g c,g b,g a"]
    tied = [(_commands(text),) for text in ties]
    return Edges([([],)], [(["get a"],), (["set a 1"],)], tied, [(_commands(",".join(ties[:40])),)])


def _commands(text: str) -> list[str]:
    names = {"s": "set", "g": "get", "d": "drop", "b": "begin", "r": "rollback", "c": "commit", "t": "tag", "u": "use"}
    return [f"{names[part[0]]}{part[1:]}" for part in text.split(",")]


def _draw(rng: Random, p: Params) -> Args:
    letters = "sssggd" + "bbr" * (p.level >= 2) + "cc" * (p.level >= 3) + "tu" * (p.level >= 4)
    parts = []
    for _ in range(rng.randint(6, 16)):
        letter = rng.choice(letters)
        name = rng.choice("xy" if letter in "tu" else "abc")
        parts.append(letter if letter in "brc" else f"{letter} {name}" + f" {rng.randint(1, 9)}" * (letter == "s"))
    return (_commands(",".join([*parts, "g a", "g b"])),)


FAMILY = CodingFamily("store", Kind.PROGRAM, _params, _prose, _store, _second, _edges, _draw)
