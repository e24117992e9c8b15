"""Solutions of drafts written from its text alone: with the texts themselves, and by following each letter back."""

from __future__ import annotations

from typing import Any

from bench.suites.coding.family import Params


def plainly(p: Params, steps: list[list[Any]]) -> list[Any]:
    """The plain program, with every text held letter by letter."""
    states: list[dict[str, Any]] = [{"text": "", "clip": "", "parent": 0, "children": [], "seen": 0}]
    answers: list[Any] = []
    names: dict[str, int] = {}
    now, text, clip = 0, "", ""
    grouping, counted, clock = False, False, 0
    for word, *rest in steps:
        clock += 1
        if word == "begin" and not grouping:
            grouping, counted = True, False
        edit = False
        if word in ["type", "paste"]:
            put = rest[1] if word == "type" else clip
            if p.level >= 7 and len(text) + len(put) > p.most:
                put = put[: p.most - len(text)] if p.fit else ""
            text = text[: rest[0]] + put + text[rest[0] :]
            edit = p.idle or put != ""
        if word in ["cut", "copy"]:
            taken = text[rest[0] : rest[1]]
            if taken or not p.hold:
                clip = taken
            if word == "cut":
                text = text[: rest[0]] + text[max(rest) :]
                edit = p.idle or taken != ""
        if word == "size":
            answers.append(len(text))
        if word == "at":
            answers.append(text[rest[0] : rest[0] + 1])
        if word == "count":
            answers.append(text[rest[1] : rest[2]].count(rest[0]))
        if grouping:
            counted = counted or edit
            edit = False
            if word in ["end", "undo", "redo", "side", "mark", "back"]:
                edit, grouping = counted, False
        if edit:
            states.append({"text": text, "clip": clip, "parent": now, "children": [], "seen": clock})
            states[now]["children"].append(len(states) - 1)
            now = len(states) - 1
        if word == "mark" and (p.anew or rest[0] not in names):
            names[rest[0]] = now
        if word in ["undo", "redo", "side", "back"]:
            turns = rest[0] if word in ["undo", "redo"] else 1
            while turns:
                turns -= 1
                clock += 1
                before = now
                children = states[now]["children"]
                if word == "undo":
                    now = states[now]["parent"]
                if word == "redo" and children:
                    now = children[-1] if p.again == "youngest" else children[0]
                    if p.again == "visited":
                        now = max(children, key=lambda child: states[child]["seen"])
                if word == "side" and now:
                    all_of_them = states[states[now]["parent"]]["children"]
                    step = 1 if p.younger else -1
                    now = all_of_them[(all_of_them.index(now) + step) % len(all_of_them)]
                if word == "back" and rest[0] in names:
                    now = names[rest[0]]
                    if p.once:
                        del names[rest[0]]
                if now == before:
                    break
                states[now]["seen"] = clock
            text = states[now]["text"]
            if p.level >= 6 and p.part:
                clip = states[now]["clip"]
    return answers


class _Piece:
    """A text: letters, or that of another one from which some letters are taken and into which others are put."""

    def __init__(
        self, letters: str = "", base: _Piece | None = None, at: int = 0, gone: int = 0, put: Any = None
    ) -> None:
        self.letters, self.base, self.at, self.gone = letters, base, at, gone
        self.put: tuple[_Piece, int, int] = put or (self, 0, 0)
        self.size: int = base.size - gone + self.put[2] - self.put[1] if base else len(letters)
        self.known: dict[tuple[str, int], int] = {}

    def letter(self, place: int) -> str:
        piece: _Piece = self
        while base := piece.base:
            source, low, high = piece.put
            if place < piece.at:
                piece = base
            elif place < piece.at + high - low:
                place += low - piece.at
                piece = source
            else:
                place += piece.gone - (high - low)
                piece = base
        return piece.letters[place : place + 1]

    def before(self, letter: str, place: int) -> int:
        """How many of the letters before a place are this one."""
        if not self.base:
            return self.letters[:place].count(letter)
        key = (letter, place)
        if key not in self.known:
            source, low, high = self.put
            if place <= self.at:
                self.known[key] = self.base.before(letter, place)
            else:
                inside = min(place, self.at + high - low) - self.at
                total = self.base.before(letter, self.at)
                total += source.before(letter, low + inside) - source.before(letter, low)
                rest = place - self.at - inside
                if rest:
                    total += self.base.before(letter, self.at + self.gone + rest)
                    total -= self.base.before(letter, self.at + self.gone)
                self.known[key] = total
        return self.known[key]


def second(p: Params, steps: list[list[Any]]) -> list[Any]:
    """The second reference: texts are chains of changes, and each question follows them back."""
    text, nothing, answers = _Piece(), (_Piece(), 0, 0), list[Any]()
    clip, tree, group, marks = nothing, _Tree(text, nothing), list[bool](), dict[str, int]()
    for word, *rest in steps:
        edited = None
        if word in ("type", "paste"):
            piece, low, high = (_Piece(rest[1]), 0, len(rest[1])) if word == "type" else clip
            if p.level == 7 and text.size + high - low > p.most:
                high = low + (p.most - text.size if p.fit else 0)
            text = _Piece("", text, min(rest[0], text.size), 0, (piece, low, high))
            edited = p.idle or high > low
        elif word in ("cut", "copy"):
            low = min(rest[0], text.size)
            high = max(low, min(rest[1], text.size))
            if high > low or not p.hold:
                clip = (text, low, high)
            if word == "cut":
                text = _Piece("", text, low, high - low)
                edited = p.idle or high > low
        elif word == "size":
            answers.append(text.size)
        elif word == "at":
            answers.append(text.letter(rest[0]) if rest[0] < text.size else "")
        elif word == "count":
            low, high = (min(place, text.size) for place in rest[1:])
            answers.append(text.before(rest[0], high) - text.before(rest[0], low) if high > low else 0)
        elif word == "begin":
            group = group or [False]
        else:
            if group:
                if any(group):
                    tree.add(text, clip)
                group = []
            if word == "mark" and (p.anew or rest[0] not in marks):
                marks[rest[0]] = tree.now
            if word not in ("mark", "end"):
                tree.go(p, word, rest, marks)
                text = tree.texts[tree.now]
                clip = tree.clips[tree.now] if p.part and p.level > 5 else clip
        if edited is not None and group:
            group.append(edited)
        elif edited:
            tree.add(text, clip)
    return answers


class _Tree:
    """The states, and the order in which they were come to, the last one at the end."""

    def __init__(self, text: _Piece, clip: Any) -> None:
        self.texts, self.clips, self.parents, self.order, self.now = [text], [clip], [0], [0], 0

    def add(self, text: _Piece, clip: Any) -> None:
        self.texts.append(text)
        self.clips.append(clip)
        self.parents.append(self.now)
        self.now = len(self.texts) - 1
        self.order.append(self.now)

    def go(self, p: Params, word: str, rest: list[Any], marks: dict[str, int]) -> None:
        for _ in range(min(rest[0], len(self.texts)) if word in ("undo", "redo") else 1):
            goal = self.parents[self.now]
            if word == "redo":
                of = [child for child in range(1, len(self.texts)) if self.parents[child] == self.now]
                by = {"youngest": of, "oldest": of[::-1], "visited": [each for each in self.order if each in of]}
                goal = by[p.again][-1] if of else self.now
            elif word == "side" and self.now:
                of = [child for child in range(1, len(self.texts)) if self.parents[child] == goal]
                of = of if p.younger else of[::-1]
                goal = (of + of)[of.index(self.now) + 1]
            elif word == "back":
                goal = marks.get(rest[0], self.now)
                if p.once:
                    marks.pop(rest[0], None)
            if goal != self.now:
                self.now = goal
                self.order.append(goal)
