"""A small language with counted loops, left from deep inside, whose counts no machine can run through."""

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
from bench.suites.coding.solvers.drill import plainly, second


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, mod=range(4, 8), loud=range(2, 6), far=YES_NO, live=YES_NO, match=YES_NO)
    return {**drawn, **choose(rng, over=YES_NO, late=YES_NO, mute=YES_NO, x=range(4), y=range(4))}


def _prose(p: Params) -> Prose:
    levels = "" if p.level == 5 else " K"
    far = (
        "stops the whole program, as `stop` does"
        if p.far
        else "is carried out as if K were the number of these loops; if there is none, it does nothing"
    )
    return [
        "`script` is a block, and a block is a list of statements, carried out in order. A statement is a list whose "
        "first element is its word. The script works on two variables, x and y, which hold whole numbers from 0 to "
        f"{p.mod - 1}; at first x is {p.x} and y is {p.y}. It also has a score, at first 0. V stands for a variable's "
        'name, "x" or "y"; N stands for a whole number, 0 or more and at most 10 ** 18.',
        f'- ["add", V, N] adds N to the variable V. ["mul", V, N] multiplies V by N. ["mix", V] multiplies V by the '
        f"sum of both variables, as they are before. In each of the three the variable is given the remainder of the "
        f"result by {p.mod}.",
        f'- ["hit"] adds 1 to the score, but {p.loud} where x and y are {"equal" if p.match else "different"} at that '
        "moment.",
        '- ["if", V, N, A, B], with blocks A and B, carries out A if V is equal to N, and B otherwise. Either may be '
        "empty. An `if` is no loop.",
        '- ["loop", N, A] carries out the block A N times: these are its passes. With N = 0 it does nothing.',
        p.level >= 6
        and '- In place of N, a loop may have the name of a variable, ["loop", V, A]. '
        + (
            "Before each pass it compares the number of its passes so far, this time, with the value that V has then: "
            "it makes the pass if the value is greater, and ends if not."
            if p.live
            else "It makes as many passes as V has as its value when the loop is reached; what becomes of V later "
            "does not change their number."
        ),
        f'- ["leave"{", K" if levels else ""}] and ["next"{", K" if levels else ""}] concern the loops in whose blocks '
        "the statement stands, counted from the inside: the innermost one is the first. "
        + (
            "They concern the first. `leave` ends this loop at once, and what follows the loop is carried out "
            "next. `next` ends the pass at once, and the loop goes on with its next pass, if it has one left. Outside "
            f"of all loops, either {'stops the whole program, as `stop` does' if p.far else 'does nothing'}."
            if p.level == 5
            else "K is 1 or more. `leave` ends the K-th of "
            "them and all loops inside it at once, and what follows the K-th loop is carried out next. `next` ends all "
            "loops inside the K-th and the pass of the K-th, which goes on with its next pass, if it has one left. If "
            f"the statement stands in fewer than K loops, it {far}. A pass that was ended early counts as a pass."
        ),
        '- ["stop"] ends the whole program at once.',
        p.level >= 7
        and '- ["after", A, B], with blocks A and B, carries out A and then B. B is carried out also where A is ended '
        "early by `leave` or `next`, before these take effect. "
        + (
            "That holds for `stop` as well: the B of every "
            "`after` in whose A the program is when it stops is carried out, the innermost first."
            if p.late
            else "It does not hold for `stop`, nor for what is carried out as a `stop`: then no B is carried out "
            "any more."
        )
        + " If A was ended early and B is ended early too, "
        + (
            "what ended B takes effect, and what ended A is forgotten."
            if p.over
            else "B ends there, what ended A takes effect, and what ended B is forgotten."
        )
        + " If only one of the two was ended early, that takes effect after B. An `after` is no loop: a `leave` in A "
        "or B counts the loops around the `after` in the same way.",
        p.level >= 7
        and (
            "- Whatever was said of `hit`: anywhere inside the B of an `after`, however deep, it adds nothing, even "
            "where x and y would make it count more."
            if p.mute
            else "- Whatever was said of `hit`: anywhere inside the B of an `after`, however deep, it adds 1, whatever "
            "x and y are."
        ),
        "Counts may be so large that no computer can make all passes one by one; the result must be exact all the "
        "same, and all hidden calls together may take 5 seconds. Statements are always well formed, "
        "and loops stand inside each other at most 4 deep.",
        "Return the list [x, y, score] as it is when the program has ended.",
    ]


def _run_script(p: Params, script: list[Any]) -> list[int]:
    known: dict[Any, Any] = {}

    def block(statements: list[Any], v: list[int], depth: int, quiet: bool) -> Any:
        key = (id(statements), *v, depth, quiet)
        if key not in known:
            known[key] = carry_out(statements, v, depth, quiet)
        return known[key]

    def carry_out(statements: list[Any], v: list[int], depth: int, quiet: bool) -> Any:
        score = 0
        for word, *rest in statements:
            v, more, ended = [*v], 0, 0
            at: Any = "xy".index(rest[0]) if rest and rest[0] in ["x", "y"] else None
            if word in ["add"]:
                v[at] += rest[1]
            elif word in ["mul"]:
                v[at] *= rest[1]
            elif word in ["mix"]:
                v[at] *= sum(v)
            elif word in ["hit"]:
                more = p.loud if (v[0] == v[1]) is p.match else 1
                if p.level >= 7 and not p.mute and quiet:
                    more = 1
            elif word in ["stop"]:
                ended = depth + 1
            elif word in ["leave", "next"]:
                ended = rest[0] if p.level >= 6 else 1
                if not p.far:
                    ended = min(ended, depth)
                if word in ["next"] and ended <= depth:
                    ended = -ended
            elif word in ["if"]:
                v, more, ended = block(rest[2] if v[at] == rest[1] else rest[3], v, depth, quiet)
            elif p.level >= 7 and word in ["after"]:
                v, more, ended = block(rest[0], v, depth, quiet)
                if p.late or ended <= depth:
                    v, again, last = block(rest[1], v, depth, True)
                    if not p.mute:
                        more += again
                    ended = last or ended if p.over else ended or last
            else:
                seen: dict[Any, Any] = {}
                done = 0
                wanted = rest[0] if p.level < 6 or at is None else v[at]
                while done < (wanted if p.level < 6 or not p.live or at is None else v[at]):
                    if (p.level < 6 or not p.live or at is None) and (*v,) in seen:
                        before, had = seen[(*v,)]
                        turns = (wanted - done) // (done - before)
                        more += turns * (more - had)
                        done += turns * (done - before)
                        seen = {}
                        continue
                    seen[(*v,)] = (done, more)
                    v, again, ended = block(rest[1], v, depth + 1, quiet)
                    more += again
                    done += 1
                    if ended not in [0, -1]:
                        break
                ended -= (ended > 0) - (ended < 0)
            v = [value % p.mod for value in v]
            score += more
            if ended:
                return v, score, ended
        return v, score, 0

    v, score, _ = block(script, [p.x, p.y], 0, False)
    return [*v, score]


def _large(p: Params) -> list[Args]:
    rng = Random(repr(p))
    deep: list[Any] = [["add", "x", 1], ["hit"], ["mix", "y"], ["add", "y", 3]]
    for count in (10**18, 10**17 + 3, 10**16 + 7):
        deep = [["loop", count, deep], ["add", "x", 2], ["hit"]]
    many = [[["loop", 10**15 + rng.randrange(10**6), _block(rng, p, 3, 1, False)], ["hit"]] for _ in range(14)]
    return [([["loop", 10**18, [["hit"], ["add", "y", 2]]]],), (deep,), *((script,) for script in many)]


def _edges(p: Params) -> Edges:
    k = [1] if p.level >= 6 else []
    leave, skip, hit = ["leave", *k], ["next", *k], ["hit"]
    bodies: list[Any] = [[hit, leave, hit], [hit, skip, hit], [["add", "x", 1], ["if", "x", 2, [leave], []], hit]]
    bodies += [
        [["add", "y", 1], ["if", "y", 3, [["stop"]], [hit]]],
        [["mix", "x"], hit, ["mul", "y", 3], ["add", "x", 1]],
    ]
    ties = [[["loop", 3, [["loop", 2, body], ["add", "y", 1], hit]], ["add", "x", 1], hit] for body in bodies]
    ties += [[["loop", 2, [hit, ["stop"], hit]], hit], [["loop", 2, [["loop", 2, [["stop"]]], hit]], hit]]
    ties += [
        [leave, hit],
        [skip, hit],
        [hit, ["stop"], hit],
        [["loop", 9, [["mul", "y", 3], ["add", "x", 1], hit]], hit],
    ]
    if p.level >= 6:
        for word in ("leave", "next"):
            ties += [
                [["loop", 2, [["loop", 3, [hit, [word, far], hit]], hit, ["add", "x", 1]]], ["add", "y", 1], hit]
                for far in (1, 2, 3)
            ]
        ties += [
            [["add", "x", more], ["loop", "x", [hit, ["add", "x", by]]], hit] for more in (1, 2, 3) for by in (0, 1, 4)
        ]
        ties += [[["loop", "y", [["add", "y", 4], hit, ["next", 2]]], hit, ["loop", "x", [hit]], ["leave", 2], hit]]
    if p.level >= 7:
        for early in (["leave", 1], ["next", 1], ["stop"], ["leave", 2], ["next", 9], ["add", "x", 1]):
            for late in (["leave", 1], ["next", 2], ["add", "y", 1]):
                inner = [["after", [hit, early, hit], [["add", "y", 2], hit, late, hit]], hit]
                ties.append([["loop", 2, [["loop", 2, inner], hit, ["add", "x", 1]]], hit])
    one = [[["add", "x", 1], hit], [["loop", 0, [hit]]], [["mul", "x", 2], ["mul", "y", 10**18]]]
    return Edges([([],)], [([hit],), *((script,) for script in one)], [(script,) for script in ties], [([hit] * 40,)])


def _block(rng: Random, p: Params, most: int, depth: int, small: bool) -> list[Any]:
    return [_statement(rng, p, most, depth, small) for _ in range(rng.randint(1 + (most > 1), 4))]


def _statement(rng: Random, p: Params, most: int, depth: int, small: bool) -> list[Any]:
    plain = [["add", rng.choice("xy"), rng.randint(1, 9)], ["mul", rng.choice("xy"), rng.randint(2, 9)]]
    plain += [["mix", rng.choice("xy")], ["hit"], ["hit"]]
    if rng.random() < 0.4 or not most:
        return rng.choice(plain)
    word = rng.choice(["loop", "loop", "if", "if", "leave"] + ["after"] * 2 * (p.level >= 7))
    if word == "leave":
        far = [rng.choice([1, 1, 2, 2, 3])] if p.level >= 6 else []
        ended = rng.choice([["leave", *far], ["next", *far], ["next", *far], ["stop"]])
        return ["if", rng.choice("xy"), rng.randint(0, p.mod - 1), [ended], []]
    blocks = [_block(rng, p, most - 1, depth, small) for _ in range(2)]
    if word == "after":
        return ["after", *blocks]
    if word == "if":
        return ["if", rng.choice("xy"), rng.randint(0, p.mod - 1), *blocks]
    count: Any = rng.randint(0, 5) if small else rng.randint(10**9, 10**18)
    return ["loop", rng.choice("xy") if p.level >= 6 and rng.random() < 0.3 else count, blocks[0]]


def _draw(rng: Random, p: Params) -> Args:
    return ([["loop", rng.randint(2, 4), _block(rng, p, 3, 1, True)], *_block(rng, p, 2, 0, True)],)


def _wrong(p: Params) -> dict[str, tuple[str, str]]:
    misread = {
        "`leave` leaves all loops": ("ended -= (ended > 0) - (ended < 0)", "ended += ended < 0"),
        "`mix` multiplies by the other variable": ("v[at] *= sum(v)", "v[at] *= sum(v) - v[at]"),
        "a pass ended early does not count": ("done += 1\n", "done += ended == 0\n"),
        "`next` leaves the loop": ("if ended not in [0, -1]", "if ended not in [0]"),
        "what is left over after whole rounds is not done": ("seen = {}\n", "done = wanted\n"),
    }
    if p.level >= 7:
        misread["what ended B is what counts, or the reverse"] = (
            ("ended = last or ended", "ended = ended or last")
            if p.over
            else ("ended = ended or last", "ended = last or ended")
        )
    return misread


FAMILY = CodingFamily(
    "drill",
    Kind.COMPLETE,
    _params,
    _prose,
    _run_script,
    second,
    _edges,
    _draw,
    levels=HARD_LEVELS,
    plain=plainly,
    large=_large,
    wrong=_wrong,
    loops=300_000,
)
