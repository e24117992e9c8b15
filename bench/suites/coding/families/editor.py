"""A text that is typed, with undo and redo."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, cut=range(1, 4), counts=YES_NO, most=range(3, 6), keep=YES_NO, front=YES_NO)


def _prose(p: Params) -> Prose:
    letters = "its last letter" if p.cut == 1 else f"its last {p.cut} letters, or all if it has fewer"
    if p.front:
        letters = "its first letter" if p.cut == 1 else f"its first {p.cut} letters, or all if it has fewer"
    return [
        "A text is empty at first. `keys` are pressed one after the other: a small letter is added to the end of the "
        "text, "
        f'"<" removes {letters}.',
        p.level >= 2
        and 'Each of these is a change, but "<" on the empty text is '
        + ("one, too." if p.counts else "none.")
        + ' "undo" takes the last change back that has not been taken back: the text becomes what it was before it. '
        "If there is none, nothing happens.",
        p.level >= 3
        and '"redo" makes the change that was last taken back again; it is then a change that can be taken back. If '
        "none has been taken back, or if there has been a new change since, nothing happens.",
        p.level >= 4
        and f"Only the last {p.most} changes can be taken back; when there are more, the oldest is forgotten.",
        p.level >= 4
        and 'After "save", which is no change, no change before it can be taken back any more'
        + (", but those taken back before it can still be made again." if p.keep else ", and none can be made again."),
        "Return the text at the end.",
    ]


def _typed(p: Params, keys: list[str]) -> str:
    text = ""
    if p.level >= 2:
        past, future = list[str](), list[str]()
    for key in keys:
        if p.level == 2 and key in ["undo"]:
            if past:
                text = past.pop()
        elif p.level >= 3 and key in ["undo", "redo"]:
            source, target = (past, future) if key in ["undo"] else (future, past)
            if source:
                target.append(text)
                text = source.pop()
        elif p.level >= 4 and key in ["save"]:
            past, future = [], future if p.keep else []
        else:
            new = text + key
            if key in ["<"]:
                new = text[p.cut :] if p.front else text[: -p.cut]
            if p.level >= 2 and (p.counts or new or text):
                past.append(text)
            if p.level >= 3 and (p.counts or new or text):
                future = []
            text = new
            if p.level >= 4:
                past = past[-p.most :]
    return text


def _second(p: Params, keys: list[str]) -> str:
    texts, at, oldest = [""], 0, 0
    for key in keys:
        now = texts[at]
        if key == "undo":
            at = max(oldest, at - 1)
        elif key == "redo":
            at = min(at + 1, len(texts) - 1)
        elif key == "save":
            oldest, texts = at, texts if p.keep else texts[: at + 1]
        elif key != "<":
            texts, at = [*texts[: at + 1], now + key], at + 1
        elif now or p.counts:
            size = min(p.cut, len(now))
            new = now[size:] if p.front else now[: len(now) - size]
            texts, at = [*texts[: at + 1], new], at + 1
        if p.level == 4:
            oldest = max(oldest, at - p.most)
    return texts[at]


def _edges(p: Params) -> Edges:
    forms = ["a < b", "a b c d <", "a b c d < <", "< a", "a b c d e < f", "a < < b"]
    if p.level >= 2:
        forms += [
            "undo",
            "a undo undo b",
            "a b c < undo",
            "< undo",
            "a < undo",
            "a b < < undo undo",
            "a < < undo",
            "a b c d e undo undo",
        ]
    if p.level >= 3:
        forms += [
            "redo",
            "a undo redo",
            "a b undo undo redo",
            "a undo b redo",
            "a undo < redo",
            "a b undo redo undo",
            "a b c undo undo undo undo redo redo redo redo",
        ]
    if p.level >= 4:
        forms += ["a b c d e f g" + " undo" * n for n in range(2, 8)] + ["a b c d e f" + " undo" * 6 + " redo" * 6]
        forms += ["save a undo", "a save undo", "a b save c undo undo", "a b undo save redo", "a b undo save redo undo"]
        forms += [
            "a b c d undo undo save redo undo undo",
            "a b undo save c redo undo undo",
            "a b c save undo d undo undo",
        ]
    long = ["a b c d e f g h i j k l", "a b c < d e f < g h", "a " * 9 + "<"]
    return Edges([([],)], [(["a"],), (["<"],)], [(form.split(),) for form in forms], [(form.split(),) for form in long])


def _draw(rng: Random, p: Params) -> Args:
    keys = [*"abcdefgh", "<", "<", "<"]
    keys += ["undo"] * (4 * (p.level >= 2)) + ["redo"] * (3 * (p.level >= 3)) + ["save"] * (p.level >= 4)
    return ([rng.choice(keys) for _ in range(rng.randint(3, 14))],)


FAMILY = CodingFamily("editor", Kind.FIX, _params, _prose, _typed, _second, _edges, _draw)
