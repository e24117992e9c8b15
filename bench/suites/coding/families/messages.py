"""Messages in one line, with escapes, quotes and continuations."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, sep=",;", escape="%~", quote="'|", keep=YES_NO, raw=YES_NO, more="+>", first=YES_NO)


def _prose(p: Params) -> Prose:
    s, e, q = (f"`{mark}`" for mark in (p.sep, p.escape, p.quote))
    return [
        f"`data` holds messages with a {s} between any two of them. "
        "A `data` without any is one message, the empty one too.",
        p.level >= 2
        and f"A {e} makes the character after it an ordinary one, which belongs to its message like a letter; "
        f"the {e} itself does not belong to it. A {e} at the very end of `data` is ignored.",
        p.level >= 3
        and f"Between a {q} and the next {q}, all other characters are ordinary ones, "
        + (
            f"also {s} and {e}: a {e} there belongs to the message itself."
            if p.raw
            else f"also {s}; but a {e} makes the character after it an ordinary one there, too, and is not one itself."
        )
        + f" The {q} themselves do not belong to the message; if the last {q} has no partner, its partner is the end "
        f"of "
        f"`data`. A {q} that is made an ordinary one by a {e} does not count here.",
        p.level >= 4
        and f"A message whose very first character in `data` is a `{p.more}` is no message of its own: what comes "
        f"after "
        f"the `{p.more}` is added to the {'end' if p.first else 'beginning'} of the last message before it that is "
        f"returned; "
        f"if there is none, it is a message of its own, without the `{p.more}`.",
        f"Return the list of the messages, in order. Empty messages are {'returned, too' if p.keep else 'left out'}.",
    ]


def _messages(p: Params, data: str) -> list[str]:
    if p.level == 1:
        return [text for text in data.split(p.sep) if text or p.keep]
    found: list[str] = []
    text = ""
    escaped = quoted = begun = more = False
    for letter in [*data, None]:
        if p.level >= 4 and letter == p.more and not begun:
            more = begun = True
            continue
        if p.level >= 4:
            begun = True
        if letter and escaped:
            text += letter
            escaped = False
        elif letter == p.escape and not (p.level >= 3 and p.raw and quoted):
            escaped = True
        elif p.level >= 3 and letter == p.quote:
            quoted = not quoted
        elif letter and (letter != p.sep or (p.level >= 3 and quoted)):
            text += letter
        else:
            if p.level >= 4 and more and found:
                last = found.pop()
                found.append(last + text if p.first else text + last)
            elif text or p.keep:
                found.append(text)
            text = ""
            if p.level >= 4:
                begun = more = False
    return found


def _second(p: Params, data: str) -> list[str]:
    marked: list[tuple[str, bool]] = []
    at, inside = 0, False
    while at < len(data):
        c, at = data[at], at + 1
        if c == p.escape and p.level >= 2 and not (inside and p.raw and p.level >= 3):
            marked += [(data[at], False)] if at < len(data) else []
            marked += [("", False)]
            at += 1
        elif c == p.quote and p.level >= 3:
            inside = not inside
            marked.append(("", False))
        else:
            marked.append((c, not inside))
    pieces: list[list[tuple[str, bool]]] = [[]]
    for pair in marked:
        if pair == (p.sep, True):
            pieces.append([])
        else:
            pieces[-1].append(pair)
    result: list[str] = []
    for piece in pieces:
        joins = p.level == 4 and piece[:1] == [(p.more, True)]
        text = "".join(c for c, _ in piece[joins:])
        if joins and result:
            last = result.pop()
            result.append(last + text if p.first else text + last)
        elif text or p.keep:
            result.append(text)
    return result


def _edges(p: Params) -> Edges:
    forms = "a,b ,a a, , ,, a,,b ~ ~~ ~, a~,b a~ ,~ ~a,~b ' '' 'a,b' a'b'c 'a,b '~',b ~',a' 'a'','b' +a a,+b +,+ a,,+b "
    forms += "a,+ a,++b a,~+b a,'+b a,''+b a,b+ 'a,+b',+c +a,+b,c a,'',+b '~~',~'a '~a,b',c a'~,b',d ~+,a '+',a a,+~"
    names = str.maketrans(",~'+", p.sep + p.escape + p.quote + p.more)
    ties = [(form.translate(names),) for form in forms.split()]
    return Edges([("",)], [("a",), (p.sep,)], ties, [("abc" * 9 + p.sep,)])


def _draw(rng: Random, p: Params) -> Args:
    marks = p.sep * 3 + p.escape * (p.level >= 2) + p.quote * (p.level >= 3) + p.more * (2 * (p.level >= 4))
    return ("".join(rng.choice("abc" + marks) for _ in range(rng.randint(2, 14))),)


FAMILY = CodingFamily("messages", Kind.COMPLETE, _params, _prose, _messages, _second, _edges, _draw)
