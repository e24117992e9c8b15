"""A text is written another way."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose
from bench.suites.starter.family import LEVELS

_TEXTS = (
    "banana",
    "a cold night",
    "see me later",
    "tea",
    "no",
    "apple pie",
    "better late",
    "on and on",
    "eel",
    "total",
)


def _params(rng: Random, level: int) -> Drawn:
    pairs = [(old, new) for old in "aeotn" for new in "xyzuk"]
    old, new = rng.choice(pairs)
    drawn = {"old": old, "new": new, "k": rng.randint(2, 5)}
    return {**drawn, **choose(rng, op=("remove", "cut", "short") if level == 1 else ("twice", "around", "each"))}


def _prose(p: Params) -> Prose:
    what = {
        "remove": f"`text` without any '{p.old}', in upper case",
        "cut": f"`text` without its first {p.k} characters; the empty text if it has no more than {p.k}",
        "short": f"the first {p.k} characters of `text` with '...' after them; a text of at most {p.k} characters is "
        "returned as it is",
        "twice": f"`text` with every '{p.old}' written twice: '{p.old}x' becomes '{p.old}{p.old}x'",
        "around": f"the first {p.k} characters of `text`, then '{p.new}', then the rest of `text`; a text of fewer "
        f"characters is followed by '{p.new}'",
        "each": f"`text` with '{p.new}' put before every '{p.old}'",
    }
    return [f"Return {what[p.op]}. `text` consists of lower-case letters and spaces."]


def _change(p: Params, text: str) -> str:
    if p.op == "remove":
        return text.replace(p.old, "").upper()
    if p.op == "cut":
        return text[p.k :]
    if p.op == "short":
        return text[: p.k] + "..." if len(text) > p.k else text
    if p.op == "each":
        return text.replace(p.old, p.new + p.old)
    if p.op == "twice":
        return text.replace(p.old, p.old + p.old)
    return text[: p.k] + p.new + text[p.k :]  # type: ignore[no-any-return]


def _second(p: Params, text: str) -> str:
    written = ""
    for at, letter in enumerate(text):
        if p.op in ("cut", "short"):
            written += letter * ((at >= p.k) is (p.op == "cut"))
        elif p.op == "around":
            written += (p.new if at == p.k else "") + letter
        elif letter == p.old:
            written += {"remove": "", "twice": 2 * letter, "each": p.new + letter}[p.op]
        else:
            written += letter.upper() if p.op == "remove" else letter
    after = {"around": p.new if len(text) <= p.k else "", "short": "..." if written != text else ""}
    return written + after.get(p.op, "")


def _edges(p: Params) -> Edges:
    return Edges(
        empty=[("",)],
        single=[(p.old,), (p.new,), (" ",)],
        ties=[(p.old * 3,), (p.old + p.new,), ("ab" * p.k,), ("abcdef"[: p.k],), ("abcdef"[: p.k + 1],)],
        maxima=[(" ".join(_TEXTS),), ("abcdefghijklmnopqrstuvwxyz",)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return ("".join(rng.choice("abetonx ") for _ in range(rng.randint(2, 9))) + rng.choice(_TEXTS),)


FAMILY = CodingFamily("texts", Kind.COMPLETE, _params, _prose, _change, _second, _edges, _draw, levels=LEVELS)
