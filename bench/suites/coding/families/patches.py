"""Changes of a list of lines, which can be taken back."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, one=YES_NO, after=YES_NO, twice=YES_NO, put=YES_NO, stop=YES_NO, whole=YES_NO)


def _prose(p: Params) -> Prose:
    begin = 1 if p.one else 0
    return [
        f"`lines` are texts, and the first has number {begin}. Carry out `changes` in order; the numbers in each are "
        f'those that the lines have at that moment. ["add", n, text] puts a new line '
        f"{'after' if p.after else 'before'} "
        f'line n, and ["cut", n] takes line n away{", and also the line after it if there is one" if p.twice else ""}.',
        p.level < 3 and "All lines that are named are there.",
        p.level >= 2
        and '["move", n, m] '
        + ("takes line n away and puts it back so that it has number m." if p.put else "exchanges the lines n and m."),
        p.level >= 3
        and "If a line that a change names is not there (of a move also m), "
        + ("it and all that follows it in `changes` are left out." if p.stop else "this change is left out."),
        p.level >= 4
        and '["undo", n] takes back the last n changes that were carried out and are not taken back yet, the last one '
        "first. If there are fewer, "
        + ("it does nothing. " if p.whole else "it takes all of them back. ")
        + "An undo is no change itself, so it cannot be taken back.",
        "Return the list of lines that there are in the end.",
    ]


def _patched(p: Params, lines: list[str], changes: list[list]) -> list[str]:  # type: ignore[type-arg]
    if p.level >= 4:
        past: list[list[str]] = []
    for word, number, *rest in changes:
        if p.level >= 4 and word in ["undo"]:
            if not p.whole or number <= len(past):
                for _ in range(number):
                    lines = past.pop() if past else lines
            continue
        at = number - 1 if p.one else number
        if p.level >= 3:
            places = [at]
        if p.level >= 2 and word in ["move"]:
            [other] = rest
            to = other - 1 if p.one else other
            if p.level >= 3:
                places = [at, to]
        if p.level >= 3 and not all(0 <= place < len(lines) for place in places):
            if p.stop:
                break
            continue
        if p.level >= 4:
            past.append(lines)
        if word in ["cut"]:
            lines = lines[:at] + lines[at + 2 if p.twice else at + 1 :]
        elif p.level >= 2 and word in ["move"]:
            if p.put:
                others = lines[:at] + lines[at + 1 :]
                lines = others[:to] + lines[at : at + 1] + others[to:]
            else:
                lines = [lines[{at: to, to: at}.get(place, place)] for place in range(len(lines))]
        elif p.after:
            lines = lines[: at + 1] + rest + lines[at + 1 :]
        else:
            lines = lines[:at] + rest + lines[at:]
    return lines


def _second(p: Params, lines: list[str], changes: list[list]) -> list[str]:  # type: ignore[type-arg]
    states = [list(lines)]
    for change in changes:
        if change[0] == "undo":
            if change[1] < len(states) or not p.whole:
                del states[max(1, len(states) - change[1]) :]
            continue
        now = list(states[-1])
        places = [each - p.one for each in change[1:] if not isinstance(each, str)]
        if not all(place in range(len(now)) for place in places):
            if p.stop:
                break
            continue
        first, last = places[0], places[-1]
        if change[0] == "add":
            now.insert(first + p.after, change[2])
        elif change[0] == "cut":
            del now[first : first + 1 + p.twice]
        elif p.put:
            now.insert(last, now.pop(first))
        else:
            now[first], now[last] = now[last], now[first]
        states.append(now)
    return states[-1]


def _edges(p: Params) -> Edges:
    b = int(p.one)
    forms = "c0/c3/c1 c1/a0/a3/a1 a2/c0 a0/a0 a0 c2/a2 c2 a1/c2 a1 c0"
    if p.level >= 2:
        forms += "/m03/m30/m12/m21/m11/m02 m31/a1 m04 c0/m13 a0 m20/m00 m33/c0 m01"
    if p.level >= 3:
        forms += "/c4 c0/a4 c0/a9 a1/m04 c0/m40 c0/m44 c0/c0 c0 c0 c0 c0 a0/c9 m01/m90 a0/m09 a0/c3 a3 c0/cn c0/an c0"
    if p.level >= 4:
        forms += "/u1 c0/c0 u1/c0 c0 u1 a1/a0 c0 u2/a0 c1 u3 c0/c0 u2 c0/a1 u1 u1 a0/c0 c9 u1/a0 m03 u1 c1/a2 u0 c1"
        forms += "/c0 a0 a1 u2 a1 u2/a0 a0 u1 u1 a1/a1 c9 u1 a0"
    texts = ["ant", "bee", "cow", "dog"]
    tied = [(texts, _changes(form, b)) for form in forms.split("/")]
    empty: Args = ([] if p.level >= 3 else ["ant"], [])
    single = [(["ant"], _changes(form, b)) for form in ("a0", "c0")]
    return Edges([empty], single, tied, [(texts * 3, _changes("a1 a2 c1 a0 " * (4 if p.level < 3 else 6), b))])


def _changes(form: str, begin: int) -> list[list]:  # type: ignore[type-arg]
    names = {"a": "add", "c": "cut", "m": "move", "u": "undo"}
    made: list[list] = []  # type: ignore[type-arg]
    for at, part in enumerate(form.split()):
        numbers = [begin - 1 if each == "n" else int(each) + begin * (part[0] != "u") for each in part[1:]]
        made.append([names[part[0]], *numbers, *([f"new{at}"] if part[0] == "a" else [])])
    return made


def _draw(rng: Random, p: Params) -> Args:
    size = rng.randint(3, 6)
    lines, parts, left = rng.sample(["ant", "bee", "cow", "dog", "eel", "fox", "gnu"], size), list[str](), size
    for _ in range(rng.randint(2, 9)):
        letters = "aac" + "mm" * (p.level >= 2) + "u" * (p.level >= 4)
        letter = rng.choice(letters if left > 2 else "a")
        top = left - 1 + (p.level >= 3 and rng.random() < 0.2)
        numbers = rng.randint(1, 3) if letter == "u" else rng.randint(0, min(9, top))
        parts.append(f"{letter}{numbers}" + (str(rng.randint(0, min(9, top))) if letter == "m" else ""))
        left += (letter == "a") - (1 + p.twice) * (letter == "c")
    return lines, _changes(" ".join(parts), int(p.one))


FAMILY = CodingFamily("patches", Kind.COMPLETE, _params, _prose, _patched, _second, _edges, _draw)
