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
    return {**drawn, **choose(rng, op=("replace", "remove", "cut") if level == 1 else ("mirror", "twice", "around"))}


def _prose(p: Params) -> Prose:
    what = {
        "replace": f"`text` with every '{p.old}' replaced by '{p.new}'",
        "remove": f"`text` without any '{p.old}', in upper case",
        "cut": f"`text` without its first {p.k} characters; the empty text if it has no more than {p.k}",
        "mirror": f"`text` written backwards, with '{p.new}' put after it at the end",
        "twice": f"`text` with every '{p.old}' written twice: '{p.old}x' becomes '{p.old}{p.old}x'",
        "around": f"the first {p.k} characters of `text`, then '{p.new}', then the rest of `text`; a text of fewer "
        f"characters is followed by '{p.new}'",
    }
    return [f"Return {what[p.op]}. `text` consists of lower-case letters and spaces."]


def _change(p: Params, text: str) -> str:
    if p.op == "replace":
        return text.replace(p.old, p.new)
    if p.op == "remove":
        return text.replace(p.old, "").upper()
    if p.op == "cut":
        return text[p.k :]
    if p.op == "mirror":
        return text[::-1] + p.new  # type: ignore[no-any-return]
    if p.op == "twice":
        return text.replace(p.old, p.old + p.old)
    return text[: p.k] + p.new + text[p.k :]  # type: ignore[no-any-return]


def _second(p: Params, text: str) -> str:
    written = ""
    for at, letter in enumerate(text):
        if p.op == "mirror":
            written = letter + written
        elif p.op == "cut":
            written += letter * (at >= p.k)
        elif p.op == "around":
            written += (p.new if at == p.k else "") + letter
        elif letter == p.old:
            written += {"replace": p.new, "remove": "", "twice": 2 * letter}[p.op]
        else:
            written += letter.upper() if p.op == "remove" else letter
    return written + (p.new if p.op == "mirror" or (p.op == "around" and len(text) <= p.k) else "")


def _edges(p: Params) -> Edges:
    return Edges(
        empty=[("",)],
        single=[(p.old,), (p.new,), (" ",)],
        ties=[(p.old * 3,), (p.old + p.new,), ("ab" * p.k,), ("abcdef"[: p.k],), ("abcdef"[: p.k + 1],)],
        maxima=[(" ".join(_TEXTS),), ("abcdefghijklmnopqrstuvwxyz",)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return ("".join(rng.choice("abetonx ") for _ in range(rng.randint(2, 9))) + rng.choice(_TEXTS),)


FAMILY = CodingFamily("spelling", Kind.COMPLETE, _params, _prose, _change, _second, _edges, _draw, levels=LEVELS)
