"""Spans of time as people write them."""

from __future__ import annotations

import re
from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    units = rng.choice(["hm", "dh", "ms", "wd", "ym"]) if level >= 2 else rng.choice("cgz")
    per = {"hm": 60, "dh": 24, "ms": 60, "wd": 7, "ym": 12, "c": 100, "g": 144, "z": 12}[units]
    return {"big": units[0], "small": units[1:], "per": per, **choose(rng, bad=[-1, 0, None], once=YES_NO, add=YES_NO)}


def _prose(p: Params) -> Prose:
    if p.level == 1:
        return [
            f'`text` is a whole number followed by the letter "{p.big}", for example "12{p.big}". Return the number '
            f"times {p.per}."
        ]
    return [
        f"`text` is a span of time. It consists of parts without anything between them, each of them a whole number "
        f'(one or more of the digits 0 to 9) and then "{p.big}" or "{p.small}", for example "2{p.big}15{p.small}". '
        f"One {p.big} is {p.per} {p.small}. Return the span in {p.small}: the sum of all parts.",
        p.level < 3 and "The empty text is the span 0. All texts are of this form.",
        p.level >= 3
        and f"Return {p.bad} for a text that is not of this form, and for the empty text. "
        + (
            f'Each of "{p.big}" and "{p.small}" may stand in it at most once, in any order; otherwise it is not of '
            "this form, either."
            if p.once
            else f'No part with "{p.big}" may stand after a part with "{p.small}"; otherwise it is not of this form, '
            "either."
        ),
        p.level >= 4
        and 'A text may begin with a "-"; the span of what follows it is then '
        + ("negative." if p.add else f"not returned as it is, but rounded down to whole {p.big}, still in {p.small}.")
        + ' A "-" anywhere else, or with nothing after it, is not of this form.',
    ]


def _span(p: Params, text: str) -> int | None:
    if p.level == 1:
        value: int = int(text[:-1]) * p.per
        return value
    if p.level >= 3:
        bad: int | None = p.bad
    if p.level >= 4:
        marked = text.startswith("-")
        text = text[marked:]
    total, number, seen = 0, "", ""
    for letter in text:
        if letter in "0123456789":
            number += letter
            continue
        if p.level >= 3:
            if not number or letter not in p.big + p.small:
                return bad
            if letter in seen if p.once else letter in p.big and p.small in seen:
                return bad
            seen += letter
        total += int(number) * p.per if letter in p.big else int(number)
        number = ""
    if p.level >= 3 and (number or not seen):
        return bad
    if p.level >= 4 and marked:
        total = -total if p.add else total // p.per * p.per
    return total


def _second(p: Params, text: str) -> int | None:
    rest = text[1:] if p.level == 4 and text.startswith("-") else text
    if p.level >= 3:
        one = rf"([0-9]+{p.big})", rf"([0-9]+{p.small})"
        form = rf"{one[0]}?{one[1]}?|{one[1]}{one[0]}" if p.once else rf"{one[0]}*{one[1]}*"
        if not rest or not re.fullmatch(form, rest):
            bad: int | None = p.bad
            return bad
    size = {p.big: p.per, p.small: 1}
    total: int = sum(int(number) * size[unit] for number, unit in re.findall(r"([0-9]+)([a-z])", rest))
    if rest == text:
        return total
    total -= 2 * total if p.add else total % p.per
    return total


def _edges(p: Params) -> Edges:
    b, s, n = p.big, p.small, p.per
    if p.level == 1:
        return Edges([(f"0{b}",)], [(f"1{b}",)], [(f"{at}{b}",) for at in (7, 10, 99, n)], [(f"1234567{b}",)])
    good = [f"{n - 1}{s}", f"{n}{s}", f"1{b}{n + 1}{s}", f"0{b}0{s}", f"2{b}0{s}", f"007{s}"]
    good += [] if p.level >= 3 else [f"1{s}2{b}", f"1{b}2{b}", f"1{s}1{s}1{b}"]
    bad = f"{b} {s} 5 {b}5 5x 5{b}3 1{s}2{b} 1{b}2{b} 3{s}4{s} 1{b}2{s}3{b} 1{b}2{s}3{s} 2{s}1{b}2{s} 1{b}x2{s}".split()
    bad += [f"5 {b}", f"5{b} ", f"x1{b}", f"1{b}1{s}1", f"-{n}{s}"]
    signs = f"- -{n + 5}{s} -1{b}3{s} -0{s} --1{s} 1{b}-2{s} 1{b}- -{b} -{2 * n - 1}{s}".split()
    ties = [*good, *(bad if p.level >= 3 else []), *(signs if p.level >= 4 else [])]
    return Edges([("",)], [(f"1{b}",), (f"1{s}",)], [(text,) for text in ties], [(f"123456{b}98765{s}",)])


def _draw(rng: Random, p: Params) -> Args:
    if p.level == 1:
        return (str(rng.randint(0, 400)) + p.big,)
    parts = [str(rng.randint(0, 3 * p.per)) + rng.choice([p.big, p.small]) for _ in range(rng.randint(1, 4))]
    if p.level >= 3 and rng.random() < 0.8:
        parts = sorted(parts[:2], key=lambda part: part[-1] != p.big)
    text = "".join(parts)
    if p.level >= 4 and rng.random() < 0.5:
        return ("-" + text,)
    return (text,)


FAMILY = CodingFamily("spans", Kind.COMPLETE, _params, _prose, _span, _second, _edges, _draw)
