"""A text under an editor that keeps every state, whose pastes make it longer than any memory."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import (
    HARD_LEVELS,
    YES_NO,
    Args,
    CodingFamily,
    Drawn,
    Edges,
    Kind,
    Params,
    Prose,
    choose,
)
from bench.suites.coding.solvers.drafts import plainly, second

_MOST = 10**18


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, idle=YES_NO, hold=YES_NO, again=["youngest", "oldest", "visited"][: level - 3], part=YES_NO)
    return {**drawn, **choose(rng, younger=YES_NO, fit=YES_NO, once=YES_NO, anew=YES_NO), "most": _MOST}


def _prose(p: Params) -> Prose:
    again = {
        "youngest": "the one that was made last",
        "oldest": "the one that was made first",
        "visited": "the one to which the editor came last; a state is come to when it is made, and whenever a step, or "
        "one of the N turns of a step, goes to it",
    }
    moves = "undo, redo" + (", side" if p.level >= 6 else "") + (" or back" if p.level >= 7 else "")
    return [
        "An editor holds a text, at first empty, and a clipboard with a text, at first empty. Both consist of the "
        "letters a, b and c. `steps` are carried out in order; each is a list whose first element is its word. I, J "
        "and N stand for whole numbers, 0 or more and at most 10 ** 18; S for a text of at most 20 letters. The "
        "letters of a text have the places 0, 1, 2 and so on.",
        "A place I that is beyond the end of a text is taken as the text's end. The range I, J of a text has the "
        "letters whose places are at least I and less than J; it is empty if J is not greater than I.",
        'Three words are edits: ["type", I, S] puts S into the text, so that its first letter gets the place '
        'I and the letters from there on follow behind it. ["paste", I] does the same with the text of the clipboard, '
        'which stays as it is. ["cut", I, J] takes the letters of the range out of the text and makes them the text of '
        'the clipboard. ["copy", I, J] is no edit: it makes the letters of the range the text of the clipboard, and '
        "leaves the text alone.",
        "If the range of a cut or copy has no letter, the clipboard "
        + ("stays as it is." if p.hold else "becomes empty."),
        "Every edit makes a state of the editor, which keeps the text as the edit left it; the state in which the edit "
        "was made is its parent, and the new one is the state in which the editor then is. The first state, with the "
        "empty text, has no parent. "
        + (
            "Edits that put in or take out no letter make a state like any others."
            if p.idle
            else "Edits that put in or take out no letter make no state."
        ),
        '["undo", N] goes N times to the parent of the state in which the editor is; at the first state it stays '
        'there. ["redo", N] goes N times to a child of the state in which the editor is, a state whose parent it is; '
        f"where there are several, to {again[p.again]}; where there is none, it stays there. States are never lost: an "
        "edit after an undo adds a child beside those that are there. The text becomes the one that the state keeps.",
        p.level >= 6
        and f'["side"] goes to another child of the same parent: to the one made {"after" if p.younger else "before"} '
        f"the state in which the editor is; from the {'youngest' if p.younger else 'oldest'} of them it goes to the "
        f"{'oldest' if p.younger else 'youngest'}. The first state, and an only child, have no other to go to: then "
        "`side` stays there.",
        p.level >= 6
        and (
            f"A state also keeps the clipboard as it was right after the edit that made the state; {moves} set the "
            "clipboard to the one that the state they end in keeps, also where they stayed in the same state. The "
            "first state keeps an empty one."
            if p.part
            else f"The clipboard belongs to no state: {moves} leave it alone."
        ),
        p.level >= 7
        and '["begin"] opens a group, unless one is open. While it is open, edits change the text and make no state; '
        '["end"] closes the group, and then one state is made, with the text and the clipboard as they are at that '
        "moment, if there was at least one edit in the group that would have made a state outside of it. Where the "
        "word of a step is undo, redo, side, mark or back, an open group is first closed, in the same way. `end` "
        "without an open group does nothing. Of a group that is still open after the last step nothing more is done.",
        p.level >= 7
        and '["mark", S] gives the name S to the state in which the editor is; a name that was given before '
        + ("now means this state. " if p.anew else "keeps the meaning that it has. ")
        + '["back", S] goes to the state with the name S'
        + (", and takes the name away. " if p.once else ", which keeps the name. ")
        + "If no state has the name, `back` stays where the editor is.",
        p.level >= 7
        and "No text may be longer than 10 ** 18 letters: if an edit would make it longer, "
        + (
            "only as many letters are put in as there is room for, the first ones of those that were to be put in."
            if p.fit
            else "it puts in no letter at all."
        )
        + " It is then treated as an edit that puts in just these letters"
        + (", or none." if p.fit else ": none."),
        'These words ask: ["size"] for the number of letters of the text, ["at", I] for the letter at the place I, '
        '["count", S, I, J] for how often the letter S, here one of "a", "b" and "c", stands in the range I, J of the '
        'text. For a place at which there is no letter, `at` gets the empty text "".',
        "Texts may become too long for any computer to hold letter by letter, also before an `undo` makes them short "
        "again; all hidden calls together may take 5 seconds.",
        "Return the list of the answers to the steps that ask, in their order.",
    ]


def _leaf(letters: str) -> list[Any]:
    return [len(letters), [letters.count(letter) for letter in "abc"], letters]


def _join(left: list[Any], right: list[Any]) -> list[Any]:
    return [left[0] + right[0], [one + other for one, other in zip(left[1], right[1], strict=True)], left, right]


def _part(node: list[Any], first: int, end: int) -> list[Any]:
    if first <= 0 and end >= node[0]:
        return node
    if first >= node[0] or end <= 0:
        return _leaf("")
    if node[3:]:
        size = node[2][0]
        return _join(_part(node[2], first, end), _part(node[3], first - size, end - size))
    return _leaf(node[2][max(first, 0) : end])


def _edit_text(p: Params, steps: list[list[Any]]) -> list[Any]:
    text, clip = _leaf(""), _leaf("")
    states: list[Any] = [[None, text, clip]]
    found: list[Any] = []
    now = 0
    if p.level >= 7:
        group: list[bool] = []
        marks: dict[str, int] = {}
    if p.again == "visited":
        order: list[int] = []
    for word, *rest in steps:
        goes = word in ["undo", "redo", "side", "back"]
        made = False
        if word in ["type", "paste"]:
            piece = _leaf(rest[1]) if word in ["type"] else clip
            if p.level >= 7 and p.fit:
                piece = _part(piece, 0, p.most - text[0])
            if p.level >= 7 and not p.fit and text[0] + piece[0] > p.most:
                piece = _leaf("")
            text = _join(_join(_part(text, 0, rest[0]), piece), _part(text, rest[0], text[0]))
            made = p.idle or piece[0] > 0
        elif word in ["cut", "copy"]:
            piece = _part(text, *rest)
            if not p.hold or piece[0]:
                clip = piece
            if word in ["cut"]:
                text = _join(_part(text, 0, rest[0]), _part(text, rest[0] + piece[0], text[0]))
                made = p.idle or piece[0] > 0
        elif word in ["size"]:
            found.append(text[0])
        elif word in ["at"]:
            piece = _part(text, rest[0], rest[0] + 1)
            while piece[3:]:
                piece = piece[2] if piece[2][0] else piece[3]
            found.append(piece[2])
        elif word in ["count"]:
            found.append(_part(text, *rest[1:])[1]["abc".index(rest[0])])
        elif p.level >= 7 and word in ["begin"]:
            group = group or [False]
        if p.level >= 7 and group:
            group.append(made)
            made = False
            if goes or word in ["end", "mark"]:
                made, group = any(group), []
        if made:
            states.append([now, text, clip])
            now = len(states) - 1
            if p.again == "visited":
                order.append(now)
        if p.level >= 7 and word in ["mark"] and (p.anew or rest[0] not in marks):
            marks[rest[0]] = now
        if goes:
            turns = rest[0] if p.level < 6 or word in ["undo", "redo"] else 1
            for _ in range(min(turns, len(states))):
                if word in ["redo"]:
                    below = [at for at, state in enumerate(states) if state[0] == now]
                    if p.again == "visited":
                        below.sort(key=lambda at: -order[::-1].index(at))
                    if below:
                        now = below[0 if p.again == "oldest" else -1]
                elif p.level >= 7 and word in ["back"]:
                    now = marks.pop(rest[0], now) if p.once else marks.get(rest[0], now)
                elif now:
                    if p.level >= 6 and word in ["side"]:
                        beside = [at for at, state in enumerate(states) if state[0] == states[now][0]]
                        now = beside[(beside.index(now) + (1 if p.younger else -1)) % len(beside)]
                    else:
                        now = states[now][0]
                if p.again == "visited":
                    order.append(now)
            _, text, kept = states[now]
            if p.level >= 6 and p.part:
                clip = kept
    return found


def _edges(p: Params) -> Edges:
    three = "type 0 c, type 0 aa, copy 0 1, undo 1, type 0 bb, copy 0 1, undo 1, type 0 cc, copy 0 1, undo 1, redo 1"
    twice = "type 0 a, undo 1, type 0 b, side, type 0 c"
    ties = [
        "type 0 abc, cut 1 1, paste 0, show, undo 1, show",
        "type 0 abc, copy 1 2, copy 2 1, paste 9, show",
        "type 0 abc, copy 0 2, cut 9 12, paste 1, undo 1, show, undo 1, show",
        "type 0 ab, type 5 , type 1 c, undo 2, show, redo 1000000000000000000, show",
        "type 0 a, type 1 b, undo 1, type 1 c, undo 1000000000000000000, redo 1, show",
        "type 0 a, undo 1, type 0 b, undo 1, type 0 c, undo 1, redo 2, show",
        "type 0 abc, cut 0 2, undo 1, paste 1, undo 2, paste 0, show",
        "type 2 ab, copy 0 9, paste 2, paste 3, cut 1 5, show, undo 1, show",
    ]
    if p.level >= 6:
        ties += [f"{three}{', side' * turns}, show, paste 0, show, undo 2, redo 2, show" for turns in range(5)]
        ties += [
            "side, type 0 a, side, cut 0 1, side, paste 0, undo 1, paste 0, show",
            "type 0 ab, cut 0 1, undo 3, paste 0, show, redo 2, paste 0, show",
            "type 0 ab, copy 0 1, redo 1, paste 0, copy 0 3, undo 0, paste 0, show",
            f"{twice}, undo 2, redo 1, show",
            f"{twice}, undo 1, side, undo 1, redo 2, show",
        ]
    if p.level >= 7:
        start = "type 0 a, mark m, undo 1, type 0 b"
        inner = "begin, type 1 c, begin, cut 0 1, paste 5"
        for end in ("end", "undo 1", "mark m", "back m", "redo 1", "side", "undo 0"):
            ties.append(f"{start}, {inner}, {end}, show, undo 1, show, redo 1, show")
        for end in ("end", "undo 1", "mark m"):
            ties.append(f"{start}, begin, type 1 , {end}, show, undo 1, show")
            ties.append(f"{start}, end, begin, {end}, undo 1, show")
        ties.append(f"{start}, mark m, undo 1, back m, show, undo 1, back m, show, back q, show")
        ties.append(f"{start}, begin, type 0 c, size, end, end, type 0 b, undo 1, show")
    few = ["type 0 a, show", "paste 0, show", "undo 1, redo 1, show"]
    long = ["type 99 abcabcabcabcabcabc, copy 2 99, paste 99, show, size, at 33, undo 1000000000000000000, show"]
    none: list[Args] = [([],), ([["size"], ["at", 0], ["count", "a", 0, 9]],)]
    return Edges(none, *([(_steps(text),) for text in texts] for texts in (few, ties, long)))


def _steps(text: str) -> list[list[Any]]:
    """The steps of a text such as "type 0 ab, undo 1, show"."""
    steps: list[list[Any]] = []
    for step in text.split(", "):
        words = [int(word) if word.isdecimal() else word for word in step.split(" ")]
        steps += _show(9) if words == ["show"] else [words]
    return steps


def _show(size: int) -> list[list[Any]]:
    return [["size"], *(["at", place] for place in range(0, size, 2)), ["count", "a", 1, size], ["count", "b", 0, 3]]


def _large(p: Params) -> list[Args]:
    rng = Random(repr(p))
    found: list[Args] = []
    for number in range(12):
        steps: list[Any] = [["type", 0, "abcacab"]]
        size = 7
        for _ in range(30 + 3 * (number % 10)):
            steps += [["copy", rng.randint(0, 3), 10**18], ["paste", rng.randint(0, size)]]
            size *= 2
            if rng.random() < 0.15:
                at = rng.randint(0, size)
                steps += [["type", at, "cab"], ["cut", at + 2, at + rng.randint(2, 9)]]
        if p.level >= 7:
            steps += [["copy", 0, 10**18], *[["paste", 3]] * 30, ["size"], ["undo", 25], ["size"]]
        steps += [_ask(rng, min(size, 10**17)) for _ in range(5)]
        for _ in range(3):
            steps += [_step(rng, p, size) for _ in range(4)]
            steps += [_ask(rng, min(size, 10**17)), ["size"]]
        found.append((steps,))
    if p.level >= 7:
        half = [["type", 0, "c"], *[["copy", 0, 10**18], ["paste", 0]] * 59]
        for size in range(p.most - 1, p.most + 2):
            found.append(([*half, ["copy", 0, size - 2**59], ["paste", 7], ["size"]],))
    return found


def _ask(rng: Random, size: int) -> list[Any]:
    places = sorted(rng.randint(0, size) for _ in range(2))
    return rng.choice([["size"], ["at", places[0]], ["count", rng.choice("abc"), *places]])


def _step(rng: Random, p: Params, size: int) -> list[Any]:
    places = sorted(rng.randint(0, size + 1) for _ in range(2))
    letters = "".join(rng.choice("abc") for _ in range(rng.choice([0, 1, 2, 3])))
    steps: list[list[Any]] = [["type", places[0], letters], ["cut", *places], ["copy", *places], ["paste", places[1]]]
    steps += [["undo", rng.randint(1, 3)], ["redo", rng.randint(1, 3)], ["undo", 1], _ask(rng, size)]
    if p.level >= 6:
        steps += [["side"], ["side"]]
    if p.level >= 7:
        name = rng.choice("mn")
        steps += [["begin"], ["begin"], ["end"], ["mark", name], ["back", name]]
    return rng.choice(steps)


def _draw(rng: Random, p: Params) -> Args:
    steps = [["type", 0, "".join(rng.choice("abc") for _ in range(3))]]
    return ([*steps, *(_step(rng, p, 6) for _ in range(rng.randint(12, 28))), *_show(7)],)


def _wrong(p: Params) -> dict[str, tuple[str, str]]:
    misread = {
        "`undo` and `redo` go one state, whatever N": ("range(min(turns, len(states)))", "range(1)"),
        "an empty range is treated the other way": (
            ("if piece[0]:" if p.hold else "clip = piece\n"),
            ("if True:" if p.hold else "clip = piece if piece[0] else clip\n"),
        ),
        "the range's end is part of it": ("piece = part(text, *rest)", "piece = part(text, rest[0], rest[1] + 1)"),
        "`count` counts in the whole text": ("part(text, *rest[1:])[1]", "text[1]"),
        "`redo` goes to another child": (
            ("now = below[0]", "now = below[-1]") if p.again == "oldest" else ("now = below[-1]", "now = below[0]")
        ),
    }
    if p.level >= 7:
        misread["a group is left open by what goes to another state"] = (
            "if goes or word in ['end', 'mark']",
            "if word in ['end', 'mark']",
        )
    return misread


FAMILY = CodingFamily(
    "drafts",
    Kind.COMPLETE,
    _params,
    _prose,
    _edit_text,
    second,
    _edges,
    _draw,
    levels=HARD_LEVELS,
    plain=plainly,
    large=_large,
    wrong=_wrong,
    loops=300_000,
    inner=(_leaf, _join, _part),
)
