"""A store's batches: which are sold first, what each piece cost, and what spoils."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random
from typing import NamedTuple

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.translations import renders
from bench.suites.reasoning.words import matters


class Movement(NamedTuple):
    """What happens on a day."""

    day: int
    """The day, from 1; no two events share one."""
    pieces: int
    """How many pieces come; how many are sold, if negative."""
    price: int = 0
    """What each piece that comes costs, in euros."""
    good: int = 0
    """The last day on which it can be sold; 0 if it does not spoil."""


_SIZE = {1: (3, 10), 2: (6, 16), 3: (8, 20), 5: (14, 34), 6: (20, 48), 7: (26, 62)}
"""Events, and the day before which the last is, by level: the family's dial."""
_ORDERS = ("oldest", "newest", "soonest")
_ASKED = ("sold", "left", "spoilt")


def _params(rng: Random, level: int) -> Drawn:
    while True:
        count, last = _SIZE[level]
        days = sorted(rng.sample(range(1, last), count + 1))
        events, held = list[Movement](), 0
        for place, day in enumerate(days[:-1]):
            if place < 2 or (place < count - 1 and rng.random() < 0.4):
                good = day + (rng.randint(3, 12) if level < 4 else rng.randint(5, 20)) if level > 2 else 0
                events.append(Movement(day, rng.randint(6, 20), rng.randint(2, 9), good))
            else:
                events.append(Movement(day, -rng.randint(3, max(4, held * 2 // 3))))
            held += events[-1].pieces
        kinds = 2 if level < 3 else 3
        drawn: Drawn = {"events": events, "end": days[-1], "order": rng.choice(_ORDERS[:kinds])}
        drawn["asked"] = rng.choice(_ASKED[:kinds])
        if _asks_enough(Params(level=level, **drawn)):
            return drawn


def _asks_enough(p: Params) -> bool:
    """Whether there is always enough to sell, another order changes the answer and, at level 3, something spoils."""
    worth = _worth(p)
    if worth is None or worth[p.asked] == 0 or (p.level > 2 and worth["spoilt"] == 0):
        return False
    goods = [event.good for event in p.events if event.good]
    orders = _ORDERS[: 2 if p.level < 3 else 3]
    return len(set(goods)) == len(goods) and matters(
        p, _reference, [{"order": order} for order in orders if order != p.order][:1]
    )


def _worth(p: Params) -> dict[str, int] | None:
    """What the pieces cost that were sold, that are left and that spoilt; None if there was not enough to sell."""
    worth = dict.fromkeys(_ASKED, 0)
    held: list[Movement] = []
    for event in [*p.events, Movement(p.end, 0)]:
        spoilt = [batch for batch in held if batch.good and batch.good < event.day]
        worth["spoilt"] += sum(batch.pieces * batch.price for batch in spoilt)
        held = [batch for batch in held if batch not in spoilt]
        if event.pieces > 0:
            held.append(event)
            continue
        held.sort(key={"oldest": _day, "newest": lambda e: -e.day, "soonest": lambda e: e.good}[p.order])
        wanted = -event.pieces
        while wanted and held:
            taken = min(wanted, held[0].pieces)
            worth["sold"] += taken * held[0].price
            wanted -= taken
            rest = held[0]._replace(pieces=held[0].pieces - taken)
            held = [rest, *held[1:]] if rest.pieces else held[1:]
        if wanted:
            return None
    worth["left"] = sum(batch.pieces * batch.price for batch in held)
    return worth


def _day(event: Movement) -> int:
    return event.day


def _reference(p: Params) -> str:
    worth = _worth(p)
    return str(worth[p.asked] if worth else None)


def _second(p: Params) -> str:
    """Piece by piece: each has its day, its last day and its price, and its fate."""
    pieces = [[e.day, e.good or 99, e.price, "left"] for e in p.events for _ in range(max(e.pieces, 0))]
    for day in range(1, p.end + 1):
        for piece in pieces:
            if piece[3] == "left" and day > piece[1]:
                piece[3] = "spoilt"
        for _ in range(sum(-e.pieces for e in p.events if e.day == day and e.pieces < 0)):
            there = [piece for piece in pieces if piece[0] < day and piece[3] == "left"]
            if p.order == "soonest":
                best = min(there, key=lambda piece: piece[1])
            else:
                best = min(there) if p.order == "oldest" else max(there)
            best[3] = "sold"
    return str(sum(price for _, _, price, fate in pieces if fate == p.asked))


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "What a store keeps comes in batches and is sold by the piece:",
        "comes": "Day {d}: {n} pieces come, {k} euros each",
        "good": ", good through day {g}",
        "sold": "Day {d}: {n} pieces are sold",
        "oldest": "The pieces that came first are always sold first.",
        "newest": "The pieces that came last are always sold first.",
        "soonest": "The pieces that spoil soonest are always sold first.",
        "spoils": "Pieces can still be sold on the last day on which they are good. On the day after they are thrown "
        "away, before anything is sold.",
        "ask_sold": "How many euros did all the pieces cost, when they came, that were sold? X is a whole number.",
        "ask_left": "How many euros did all the pieces cost, when they came, that are still there on day {e}? "
        "X is a whole number.",
        "ask_spoilt": "How many euros did all the pieces cost, when they came, that were thrown away up to and "
        "including day {e}? X is a whole number.",
    },
    "zh": {
        "title": "一家仓库的货物成批进货，按件出售：",
        "comes": "第{d}天：进货{n}件，每件{k}欧元",
        "good": "，第{g}天之前（含当天）可售",
        "sold": "第{d}天：售出{n}件",
        "oldest": "总是先售出最早进的货。",
        "newest": "总是先售出最晚进的货。",
        "soonest": "总是先售出最早到期的货。",
        "spoils": "货物在可售的最后一天仍可出售。次日先把这些货扔掉，然后才出售其他货物。",
        "ask_sold": "所有售出的货物进货时一共花了多少欧元？X是一个整数。",
        "ask_left": "到第{e}天仍在仓库里的货物进货时一共花了多少欧元？X是一个整数。",
        "ask_spoilt": "到第{e}天为止（含当天）扔掉的货物进货时一共花了多少欧元？X是一个整数。",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    lines = [words["title"]]
    for day, pieces, price, good in p.events:
        line = words["comes" if pieces > 0 else "sold"] + (words["good"] if good else "")
        lines.append(line.format(d=day, n=abs(pieces), k=price, g=good))
    lines += [words[p.order], *([words["spoils"]] if p.level > 2 else [])]
    return "\n".join([*lines, words[f"ask_{p.asked}"].format(e=p.end)])


FAMILY = ReasoningFamily(
    name="stock",
    params=_params,
    dial=Dial("events, days", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    more=renders("stock", _text),
    reference=_reference,
    second=_second,
)
