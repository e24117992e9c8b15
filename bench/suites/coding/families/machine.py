"""Instructions for a stack of numbers, with jumps and calls: a program that carries them out."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(
        rng, turn=YES_NO, keep=YES_NO, empty=["lacking", "?"], ends=YES_NO, test=YES_NO, stop=["stop", "enough"]
    )
    return {**drawn, **choose(rng, mod=[10, 16, 100], most=[20, 25, 30], back=YES_NO)}


def _prose(p: Params) -> Prose:
    order = "the upper one minus the lower one" if p.turn else "the lower one minus the upper one"
    return [
        "Each line is an instruction for a stack of whole numbers, which is empty at first. `push N` puts N on top. "
        "`add` takes the two numbers at the top off and puts their sum there, `mul` their product, `sub` "
        f"{order}. `print` prints the top number and {'leaves it where it is' if p.keep else 'takes it off'}."
        + ("" if p.level >= 2 else " There are always as many numbers as an instruction needs."),
        p.level >= 2
        and "`dup` puts a copy of the top number on top; `swap` exchanges the two numbers at the top. If the "
        "stack holds "
        f'too few numbers for an instruction, "{p.empty}" is printed, and '
        + ("the program ends." if p.ends else "the instruction does nothing else."),
        p.level >= 3
        and f"`add`, `sub` and `mul` put the remainder of their result by {p.mod} on the stack: a number from "
        f"0 to {p.mod - 1}, "
        "for negative results too. Instructions are carried out in order, but for jumps. `jump N` goes on "
        "with line N, the first being line 1. `when N` takes the top "
        f"number off and goes on with line N if it was {'not 0' if p.test else '0'}, else with the next line. "
        f"After the "
        "last line, or at a line that is not there, the program ends.",
        p.level >= 4
        and "`call N` goes on with line N as well; `ret` goes on with the line after the `call` that was "
        "carried out last "
        "and to which no `ret` has gone back yet; "
        + ("if there is none, `ret` does nothing." if p.back else "if there is none, `ret` ends the program."),
        p.level >= 3
        and f"When {p.most} instructions have been carried out, those included that had too few numbers, and "
        f'another one would be, "{p.stop}" is printed instead, and '
        "the program ends.",
    ]


def _machine(p: Params, lines: list[str]) -> list[str]:
    printed = []
    stack: list[int] = []
    at = 0
    if p.level >= 3:
        done = 0
    if p.level >= 4:
        calls: list[int] = []
    while at < len(lines):
        if p.level >= 3:
            if done in [p.most]:
                printed.append(p.stop)
                break
            done += 1
        line = lines[at]
        at += 1
        word = line.split(" ")[0]
        if p.level >= 2:
            pair = word in ["add", "sub", "mul", "swap"]
            if len(stack) < pair + (pair or word in ["print", "dup", "when"]):
                printed.append(p.empty)
                if p.ends:
                    break
                continue
        if word in ["push"]:
            stack = [int(line.split(" ")[1]), *stack]
        elif word in ["print"]:
            printed.append(str(stack[0]))
            if not p.keep:
                stack = stack[1:]
        elif p.level >= 2 and word in ["dup"]:
            stack = stack[:1] + stack
        elif p.level >= 2 and word in ["swap"]:
            stack = stack[:2][::-1] + stack[2:]
        elif p.level >= 3 and word in ["jump"]:
            at = int(line.split(" ")[1]) - 1
        elif p.level >= 3 and word in ["when"]:
            if (not stack[0]) != p.test:
                at = int(line.split(" ")[1]) - 1
            stack = stack[1:]
        elif p.level >= 4 and word in ["call"]:
            calls = [at, *calls]
            at = int(line.split(" ")[1]) - 1
        elif p.level >= 4 and word in ["ret"]:
            if calls:
                at, *calls = calls
            elif not p.back:
                break
        else:
            b, a, *stack = stack
            if word in ["add"]:
                result = a + b
            elif word in ["mul"]:
                result = a * b
            else:
                result = b - a if p.turn else a - b
            stack = [result % p.mod if p.level >= 3 else result, *stack]
    return printed


def _second(p: Params, lines: list[str]) -> list[str]:
    shown: list[str] = []
    pile: list[int] = []
    returns: list[int] = []
    place = left = 0
    left = p.most if p.level >= 3 else 10**9
    takes = {"add": 2, "sub": 2, "mul": 2, "swap": 2, "print": 1, "dup": 1, "when": 1}
    while 0 <= place < len(lines):
        if not left:
            return [*shown, p.stop]
        left -= 1
        name, _, number = lines[place].partition(" ")
        place += 1
        if takes.get(name, 0) > len(pile):
            shown.append(p.empty)
            if p.ends:
                return shown
        elif name == "push":
            pile.append(int(number))
        elif name == "dup":
            pile.append(pile[-1])
        elif name == "swap":
            pile[-2:] = [pile[-1], pile[-2]]
        elif name == "print":
            shown.append(str(pile[-1] if p.keep else pile.pop()))
        elif name in ("jump", "call"):
            if name == "call":
                returns.append(place)
            place = int(number) - 1
        elif name == "when":
            place = int(number) - 1 if (pile.pop() != 0) is p.test else place
        elif name == "ret":
            if returns:
                place = returns.pop()
            elif not p.back:
                return shown
        else:
            upper, lower = pile.pop(), pile.pop()
            value = {"add": lower + upper, "mul": lower * upper, "sub": (upper - lower) * (1 if p.turn else -1)}[name]
            pile.append(value if p.level < 3 else value % p.mod)
    return shown


def _edges(p: Params) -> Edges:
    ties = _programs(
        "push 3,push 5,sub,print|push 7,push 7,mul,print|push 1,push 2,push 3,add,sub,print|"
        "push 4,push 9,mul,push 2,sub,print"
    )
    ties += [
        "push 6,push 5,push 4,print,print",
        "push 8,push 2,sub,push 3,mul,print",
        "push 2,push 3,push 4,mul,add,print",
    ]
    if p.level >= 2:
        ties += _programs(
            "print,push 1,print|push 2,add,print,print|push 1,push 2,swap,sub,print|"
            "dup,push 3,dup,mul,print,dup|push 4,swap,push 5,print"
        )
        ties += _programs(
            "push 1,push 2,push 3,swap,print,print,add,print|push 9,mul,sub,push 8,print|"
            "push 5,dup,print,print,print,print|add,push 1,push 2,add,print"
        )
        ties += [
            "push 4,dup,mul,print",
            "push 4,dup,push 1,add,print,mul,print",
            "push 1,push 5,push 3,swap,sub,mul,print",
        ]
        ties += [
            "push 1,push 2,push 4,swap,sub,sub,print",
            "push 3,push 7,dup,sub,sub,print",
            "push 3,push 7,dup,mul,sub,print",
        ]
    if p.level >= 3:
        ties += ["push 8,push 0,when 5,push 1,print", "push 8,push 3,when 5,push 1,print", "push 8,jump 4,push 1,print"]
        ties += _programs(
            "push 0,when 4,push 1,push 2,print|push 3,when 4,push 1,push 2,print|jump 1|jump 9,push 1,print|"
            "jump 2,push 4,print|when 1,push 1,print"
        )
        ties += [",".join(["push 1", *["dup"] * (p.most - 2 + extra), "print"]) for extra in (-1, 0, 1)]
        ties += [
            "push 3,dup,print,push 1,swap,sub,dup,when 2,print",
            "push 3,dup,print,push 1,sub,dup,when 2,push 7,print",
            "push 99,push 9,mul,print,push 1,push 5,sub,print",
        ]
        ties += _programs(
            "push 0,push 5,when 5,jump 7,push 6,print,push 8,print|push 50,push 50,add,print|print,jump 1|"
            "push 2,push 1,when 6,print,jump 7,print,print"
        )
    if p.level >= 4:
        ties += _programs(
            "push 8,call 4,push 1,print|call 4,push 1,print,push 2,print,ret|ret,push 1,print|"
            "call 3,jump 6,call 5,ret,push 3,ret,print|call 2,call 3,push 4,print,ret|call 9"
        )
        ties += [
            "push 5,call 4,jump 7,dup,mul,ret,print,ret,push 1,print",
            "call 3,jump 5,push 2,ret,print,push 6,ret,print",
            "call 3,call 3,push 1,print,ret,push 9,print",
        ]
    maxima = [
        ",".join(["push 9"] * 9 + ["add"] * 8 + ["print"]),
        ",".join(["push 12", "push 11", "mul", "print", "push 1"] * 4),
    ]
    tied = [(text.split(","),) for text in ties]
    return Edges([([],)], [(["push 1"],)], tied, [(text.split(","),) for text in maxima])


def _programs(texts: str) -> list[str]:
    return texts.split("|")


def _draw(rng: Random, p: Params) -> Args:
    size, lines, height = rng.randint(6, 15), list[str](), 0
    for _ in range(size):
        loose = p.level >= 2 and rng.random() < 0.06
        words = (
            ["push", "push"]
            + ["print", "print"] * (loose or height > 0)
            + ["add", "sub", "mul"] * (loose or height > 1)
        )
        words += ["dup"] * (p.level >= 2 and (loose or height > 0)) + ["swap"] * (
            p.level >= 2 and (loose or height > 1)
        )
        words += ["jump"] * (p.level >= 3) + ["when"] * (2 * (p.level >= 3 and height > 0))
        word = rng.choice(words + ["call", "call", "ret"] * (p.level >= 4))
        if word == "mul" and sum("mul" in line for line in lines) > 5:
            word = "add"
        number = rng.randint(0, 9) if word == "push" else rng.randint(1, size + 1)
        changes = {"push": 1, "dup": 1, "add": -1, "sub": -1, "mul": -1, "when": -1, "print": p.keep - 1}
        height = max(0, height + changes.get(word, 0))
        lines.append(f"{word} {number}" if word in ("push", "jump", "when", "call") else word)
    return (lines,)


FAMILY = CodingFamily("machine", Kind.PROGRAM, _params, _prose, _machine, _second, _edges, _draw)
