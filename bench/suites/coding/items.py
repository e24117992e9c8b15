"""Instances as the JSON items that are asked: one prompt form and one way of grading for each kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bench.suites.coding.family import Args, Kind
from bench.suites.coding.instance import Instance
from bench.suites.coding.mutate import Mutant
from bench.suites.coding.running import RAISED
from bench.suites.coding.specialise import entry_point

SUBTLE = 0.7
"""A mistake to be mended fails at most this share of the hidden inputs, where there is such a mistake."""
SHOWN_CHARS = 160
"""The longest value that a predict item asks for, as JSON."""
Item = dict[str, Any]


def item(instance: Instance) -> Item:
    """The JSON object of one item. ValueError, naming it, if its family cannot make it."""
    family = instance.family
    head = {
        "id": instance.id,
        "family": family.name,
        "level": instance.level,
        "language": "en",
        "cluster": family.name,
    }
    return {**head, **_OF_KIND[family.kind](instance)}


def _complete(instance: Instance) -> Item:
    prompt = (
        f"Write the Python function `{_signature(instance)}`.\n\n{_prose(instance)}\n\nExamples:\n"
        + "\n".join(f"{_call(instance, args)} returns {_value(instance, args)!r}" for args in instance.examples)
        + "\n\nReply with only the complete function in one ```python block."
    )
    return {"prompt": prompt, **_graded_by_calls(instance)}


def _fix(instance: Instance) -> Item:
    broken = subtle_mutant(instance)
    prompt = (
        f"This Python function has one mistake:\n\n```python\n{broken.source}```\n\n"
        f"This is what it should do:\n{_prose(instance)}\n\n"
        "Reply with only the complete corrected function in one ```python block."
    )
    return {"prompt": prompt, **_graded_by_calls(instance), "given": broken.source}


def _edit(instance: Instance) -> Item:
    before = instance.program_before
    prompt = (
        f"This Python function works:\n\n```python\n{before}```\n\n"
        f"Change it:\n{_prose(instance)}\nEverything else stays as it is.\n\n"
        "Reply with only the complete changed function in one ```python block."
    )
    return {"prompt": prompt, **_graded_by_calls(instance), "given": before}


def _predict(instance: Instance) -> Item:
    args = telling_input(instance)
    prompt = (
        f"```python\n{instance.program}```\n\nWhat does `{_call(instance, args)}` return?\n\n"
        "Reply with only the returned value, as a Python literal, in one ```python block."
    )
    return {"prompt": prompt, "value": _value(instance, args), "reference": instance.program}


def _sql(instance: Instance) -> Item:
    family = instance.family
    prompt = (
        f"SQLite has these tables:\n\n```sql\n{family.tables}\n```\n\n"
        f"Write one SELECT statement:\n{_prose(instance)}\n\n"
        "Reply with only the statement in one ```sql block."
    )
    databases = [
        {"tables": args[0], "rows": json.loads(rows)}
        for args, rows in zip(instance.inputs, instance.answers, strict=True)
    ]
    form = {"schema": family.tables, "ordered": family.ordered}
    return {"prompt": prompt, **form, "databases": databases, "reference": instance.program}


_OF_KIND: Mapping[Kind, Callable[[Instance], Item]] = {
    Kind.COMPLETE: _complete,
    Kind.FIX: _fix,
    Kind.EDIT: _edit,
    Kind.PREDICT: _predict,
    Kind.SQL: _sql,
}


def subtle_mutant(instance: Instance) -> Mutant:
    """One mistake, drawn among those that fail some hidden inputs, but few, and raise on none. ValueError if none."""
    drawn = list(instance.mutants())
    instance.rng("mistake").shuffle(drawn)
    obvious = None
    for mutant in drawn:
        answers = list(map(instance.answer(mutant.source), instance.inputs))
        failed = sum(given != right for given, right in zip(answers, instance.answers, strict=True))
        if failed < 2 or RAISED in answers or "pass\n" in mutant.source:
            continue
        if failed <= SUBTLE * len(answers):
            return mutant
        obvious = obvious or mutant
    if obvious is None:
        raise ValueError(f"{instance.id}: no mutant of it fails a hidden input without raising.")
    return obvious


def telling_input(instance: Instance) -> Args:
    """The drawn input that most mutants answer otherwise: the one that takes most rules to answer."""
    mutants = [instance.answer(mutant.source) for mutant in instance.mutants()]
    edges = len(instance.family.edges(instance.p).all)
    drawn = [args for args in instance.inputs[edges:] if len(instance.right(args)) <= SHOWN_CHARS]
    return max(drawn, key=lambda args: sum(answer(args) != instance.right(args) for answer in mutants))


def _graded_by_calls(instance: Instance) -> Item:
    calls = [
        {"args": list(args), "value": json.loads(right)}
        for args, right in zip(instance.inputs, instance.answers, strict=True)
    ]
    return {"entry_point": entry_point(instance.family.reference), "calls": calls, "reference": instance.program}


def _prose(instance: Instance) -> str:
    lines = [line for line in instance.family.prose(instance.p) if isinstance(line, str)]
    return "\n".join(" ".join(line.split()) for line in lines)


def _signature(instance: Instance) -> str:
    return instance.program.partition("\n")[0].removesuffix(":")


def _call(instance: Instance, args: Args) -> str:
    return f"{entry_point(instance.family.reference)}({', '.join(map(repr, args))})"


def _value(instance: Instance, args: Args) -> Any:
    return json.loads(instance.right(args))
