"""A waiting line."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, picks


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, front=YES_NO, away=YES_NO, word=["next", "call", "done"], room=range(3, 5))


def _prose(p: Params) -> Prose:
    place = "at the very front of the line" if p.front else "behind the urgent names in line, before all others"
    return [
        f'Each of `events` is the word "{p.word}" or a name. A name joins the end of the waiting line; "{p.word}" '
        "takes the first name off the line, or does nothing if nobody waits.",
        p.level >= 2 and f'A name with "!" at its end is urgent: it joins {place}. The "!" is no part of the name.',
        p.level >= 3 and 'A name that is waiting already is ignored, with or without "!".',
        p.level >= 4 and p.away and f"A name that would join while {p.room} names wait is turned away, urgent or not.",
        p.level >= 4 and not p.away and f"Before a name joins while {p.room} names wait, the last in line leaves.",
        "Return the names that still wait, first to last.",
    ]


def _waiting_line(p: Params, events: list[str]) -> list[str]:
    line: list[str] = []
    for event in events:
        if event == p.word:
            line = line[1:]
            continue
        if p.level >= 3 and event.strip("!") in [one.strip("!") for one in line]:
            continue
        if p.level >= 4 and len(line) == p.room:
            if p.away:
                continue
            line.pop()
        if p.level >= 2 and event.endswith("!"):
            line.insert(0 if p.front else len([one for one in line if one.endswith("!")]), event)
        else:
            line.append(event)
    return [name.strip("!") for name in line] if p.level >= 2 else line


def _second(p: Params, events: list[str]) -> list[str]:
    urgent, others = list[str](), list[str]()
    for event in events:
        name = event.replace("!", "")
        if event == p.word:
            del (urgent or others)[:1]
            continue
        if p.level >= 3 and name in urgent + others:
            continue
        if p.level == 4 and len(urgent + others) >= p.room:
            if p.away:
                continue
            del (others or urgent)[-1]
        joins = others if name == event else urgent
        joins.insert(0 if joins is urgent and p.front else len(joins), name)
    return urgent + others


def _edges(p: Params) -> Edges:
    u = "!" if p.level >= 2 else ""
    return Edges(
        empty=[([],), ([p.word],)],
        single=[(["zoe"],), (["Ana" + u],), (["ana", p.word],), ([p.word, "Ana"],)],
        ties=[(["Ana" + u, "Ana", "Bo", "Bo" + u],), (["Ana", "Bo", "Ana"],), (["Bo" + u, "Ana" + u, "Bo" + u],)],
        maxima=[(["Ana", "Bo" + u, "Cy", "Di" + u, "Ed", p.word, p.word],), (["Ana", "Bo", "Cy", "Di", "Ed"],)],
    )


def _draw(rng: Random, p: Params) -> Args:
    marks = ("", "!") if p.level >= 2 else ("",)
    return (picks(rng, [*(n + u for n in ("Ana", "Bo", "Cy", "Di") for u in marks), p.word, p.word], longest=11),)


FAMILY = CodingFamily("queue", Kind.COMPLETE, _params, _prose, _waiting_line, _second, _edges, _draw)
