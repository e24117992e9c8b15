"""Can an item's text be read in two ways, or does it give a hidden call away? A panel of solvers and the texts say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from bench.suites.coding.family import CodingFamily, Kind, Params
from bench.suites.coding.instance import Instance, instances
from bench.suites.coding.items import call, case, item
from bench.suites.coding.running import RAISED, python_answer

DRAWS = 12
"""Other parameters that are drawn for an item, to see which of them its text is silent about."""
FOLLOWS = {("averages", "scale"): "10 to the power of its places, which the text gives"}
"""Parameters that follow from others, with what they are: no instance differs in them alone."""
UNFIT = (ArithmeticError, AssertionError, LookupError, TypeError, ValueError)
"""What a family may raise on parameters that it would not draw together."""


def faults(family: CodingFamily, exam_seed: int) -> tuple[list[str], int]:
    """Every fault of a family's items in one exam, and on how many hidden inputs its solvers were compared."""
    drawn = instances(family, exam_seed)
    found = [fault for instance in drawn for fault in (*dissent(instance), *leaks(instance))]
    for level in dict.fromkeys(instance.level for instance in drawn):
        found += untold(next(instance for instance in drawn if instance.level == level))
    return found, sum(len(instance.inputs) for instance in drawn)


def dissent(instance: Instance) -> Iterator[str]:
    """Hidden inputs on which a solver that was written from the text alone answers otherwise than the reference: the
    second reference on all of them, the plain program on those that are not large."""
    plain = python_answer(instance.plain, instance.family.loops) if instance.family.plain else None
    small = len(instance.inputs) - len(instance.large)
    for number, (args, right) in enumerate(zip(instance.inputs, instance.answers, strict=True)):
        if (second := instance.second(args)) != right:
            yield f"{instance.id}: the second reference answers {second} to {args!r}, the reference {right}."
        if plain and number < small and (given := plain(args)) != right:
            yield f"{instance.id}: the plain program answers {given} to {args!r}, the reference {right}."


def untold(instance: Instance) -> Iterator[str]:
    """Parameters that change what is right, and of which the text says nothing."""
    family, drawn = instance.family, instance.rng("ambiguity")
    if family.kind is Kind.PREDICT:
        return
    reported = set[str]()
    for _ in range(DRAWS):
        others = family.params(Random(drawn.random()), instance.level)
        for name in sorted(others.keys() - reported):
            changed = replace(instance, p=Params(**{**vars(instance.p), name: others[name]}))
            if changed.p == instance.p or (family.name, name) in FOLLOWS:
                continue
            try:
                silent = _told(changed) == _told(instance) and _differ(instance, changed)
            except UNFIT:
                continue
            if silent:
                reported.add(name)
                yield f"{instance.id}: its text is the same for another {name}, and what is right is not."


def leaks(instance: Instance) -> Iterator[str]:
    """Hidden calls that an item's prompt shows; a repair shows one, which goes wrong."""
    if instance.family.kind in (Kind.PREDICT, Kind.SQL):
        return
    prompt = item(instance)["prompt"]
    shown = [args for args in instance.inputs if _shown(instance, args) in prompt]
    allowed = instance.family.kind is Kind.REPAIR and instance.family.before is None
    for args in shown[allowed:]:
        yield f"{instance.id}: its prompt shows the hidden input {args!r}."


def _shown(instance: Instance, args: tuple[object, ...]) -> str:
    if instance.family.kind is Kind.PROGRAM:
        return f"```text\n{case(args, json.dumps([]))['stdin']}```\nit prints"
    return call(instance, args)


def _told(instance: Instance) -> tuple[str, str]:
    """What a prompt says of the task, without its examples."""
    lines = [line for line in instance.family.prose(instance.p) if isinstance(line, str)]
    return "\n".join(lines), instance.program_before if instance.family.before else ""


def _differ(instance: Instance, changed: Instance) -> bool:
    """Whether the reference answers a hidden input otherwise, and fails on none."""
    given = [changed.right(args) for args in instance.inputs]
    return RAISED not in given and given != instance.answers
