"""Instances as the JSON items that are asked: one prompt form and one way of grading for each kind."""

from __future__ import annotations

import ast
import functools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bench.scoring.programs import shown
from bench.suites.coding.family import Args, Kind
from bench.suites.coding.instance import Instance
from bench.suites.coding.mutate import Mutant, python_trees
from bench.suites.coding.programs import LANGUAGES, Language
from bench.suites.coding.repairs import files
from bench.suites.coding.running import RAISED, canonical, python_answer
from bench.suites.coding.specialise import entry_point

SUBTLE = 0.7
"""A mistake to be mended fails at most this share of the hidden inputs, where there is such a mistake."""
COMPLAINT_CHARS = 60
"""About as long, as JSON, is the call by which a repair's report shows what goes wrong."""
FEWEST = 12
"""Hidden inputs that every program is tried with, where each is dear."""
PREDICT_LOOPS = 1_000
"""Passes of loops that a mutant may make where a call is sought that mutants answer otherwise: far more than any
reference makes; many mutants run forever."""
SHOWN_CHARS = 160
"""The longest value that a predict item asks for, as JSON."""
Item = dict[str, Any]


def item(instance: Instance, language: str = "python") -> Item:
    """The JSON object of one item; a program is asked in the `language`. ValueError, naming it, if its family cannot
    make it."""
    family = instance.family
    head = {
        "id": instance.id,
        "family": family.name,
        "level": instance.level,
        "language": "en",
        "cluster": family.name,
    }
    if family.kind is Kind.PROGRAM:
        return {**head, **_program(instance, LANGUAGES[language])}
    return {**head, **_OF_KIND[family.kind](instance)}


def _complete(instance: Instance) -> Item:
    prompt = (
        f"Write the Python function `{_signature(instance)}`.\n\n{_prose(instance)}\n\nExamples:\n"
        + "\n".join(f"{call(instance, args)} returns {_value(instance, args)!r}" for args in instance.examples)
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
        f"```python\n{instance.program}```\n\nWhat does `{call(instance, args)}` return?\n\n"
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


def _program(instance: Instance, language: Language) -> Item:
    inputs = telling_inputs(instance) if language.few else instance.inputs
    cases = [case(args, instance.right(args)) for args in inputs]
    shown = [case(args, instance.right(args)) for args in instance.examples]
    prompt = (
        f"Write a program in {language.title} that reads standard input and prints its "
        f"result.\n\n{_prose(instance)}\n\n"
        + "\n\n".join(
            f"For this input\n```text\n{case['stdin']}```\nit prints\n```text\n{case['stdout']}```" for case in shown
        )
        + f"\n\nIt may use {language.allowed} only. "
        f"Reply with only the complete program in one ```{language.fence} block."
    )
    return {"prompt": prompt, "cases": cases, "reference": language.reference(instance)}


def case(args: Args, right: str) -> Item:
    """What a program reads and is to print, given the lines of both."""
    read, wanted = args[0], json.loads(right)
    return {"stdin": "".join(f"{line}\n" for line in read), "stdout": "".join(f"{line}\n" for line in wanted)}


def _repair(instance: Instance) -> Item:
    family, reply = (
        instance.family,
        (
            "Reply with every file that you change, complete, each in a ```python block of its own whose "
            "first line is a "
            "comment with the file's name, such as `# {0}`."
        ),
    )
    entry, right = entry_point(family.reference), files(family, instance.program)
    module = next(path for path, functions in family.files.items() if family.reference in functions)
    if family.before is None:
        source, count = faulty(instance)
        given = files(family, source)
        ask = (
            f"`{entry}` in {module} should do this:\n{_prose(instance)}\n\n"
            f"{_complaint(instance, source)}\n\nThere {'is one mistake' if count == 1 else f'are {count} mistakes'} "
            "in the files. Mend " + ("it." if count == 1 else "them.")
        )
    else:
        given = files(family, instance.program_before)
        ask = f"These files work. Change them:\n{_prose(instance)}\nEverything else stays as it is."
    prompt = f"A project has {len(given)} files:\n\n{shown(given)}\n\n{ask}\n\n{reply.format(next(iter(given)))}"
    calls = _graded_by_calls(instance) | {"reference": shown(right), "module": module.removesuffix(".py")}
    return {"prompt": prompt, "files": given, **calls}


def faulty(instance: Instance) -> tuple[str, int]:
    """A repair's functions with mistakes, and how many: one, from level 3 on two in two functions."""
    mutants = list(instance.mutants())
    first = subtle_mutant(instance, mutants)
    if instance.level < 3:
        return first.source, 1
    place = _changed(instance.program, first.source)
    drawn = [m for m in mutants if _changed(instance.program, m.source) - place]
    instance.rng("second mistake").shuffle(drawn)
    for mutant in drawn:
        failed = _failed(instance, mutant)
        if failed is not None and 2 <= failed <= SUBTLE * len(instance.inputs):
            both = _merged(instance.program, first.source, mutant.source)
            if RAISED not in map(instance.answer(both), instance.inputs):
                return both, 2
    raise ValueError(f"{instance.id}: no second mistake can be made in another function.")


def _functions(source: str) -> dict[str, str]:
    """The functions of a text that `ast.unparse` has written."""
    return {text.partition("(")[0]: f"def {text}".rstrip() for text in f"\n{source}".split("\ndef ")[1:]}


@functools.cache
def _written(source: str) -> str:
    """A text as `ast.unparse` writes it."""
    return ast.unparse(ast.parse(source))


def _changed(source: str, mutant: str) -> set[str]:
    """The functions in which a mutant differs."""
    before, after = _functions(_written(source)), _functions(mutant)
    return {name for name in before if before[name] != after[name]}


def _merged(source: str, first: str, second: str) -> str:
    """A text with the mistakes of two mutants in different functions."""
    place = _changed(source, second)
    mistaken = _functions(second)
    return "\n\n".join(f"{mistaken[name] if name in place else text}\n" for name, text in _functions(first).items())


def _complaint(instance: Instance, source: str) -> str:
    """A drawn call that goes wrong, short if there is one."""
    answer = instance.answer(source)
    failing = [args for args in instance.inputs if answer(args) != instance.right(args)]
    args = min(failing, key=lambda each: abs(len(canonical(each)) - COMPLAINT_CHARS))
    got = json.loads(answer(args))
    return f"But `{call(instance, args)}` returns {got!r}; right is {_value(instance, args)!r}."


_OF_KIND: Mapping[Kind, Callable[[Instance], Item]] = {
    Kind.COMPLETE: _complete,
    Kind.FIX: _fix,
    Kind.EDIT: _edit,
    Kind.PREDICT: _predict,
    Kind.SQL: _sql,
    Kind.REPAIR: _repair,
}


def subtle_mutant(instance: Instance, mutants: Iterable[Mutant] | None = None) -> Mutant:
    """One mistake, drawn among those that fail some hidden inputs, but few, and raise on none; `mutants` are all that
    the instance has, where they are made already. ValueError if none."""
    drawn = list(instance.mutants() if mutants is None else mutants)
    instance.rng("mistake").shuffle(drawn)
    obvious = None
    for mutant in drawn:
        failed = _failed(instance, mutant)
        if failed is None or failed < 2:
            continue
        if failed <= SUBTLE * len(instance.inputs):
            return mutant
        obvious = obvious or mutant
    if obvious is None:
        raise ValueError(f"{instance.id}: no mutant of it fails a hidden input without raising.")
    return obvious


def _failed(instance: Instance, mutant: Mutant) -> int | None:
    """How many hidden inputs a mistake fails; None if it raises on one of them, or leaves an empty block behind."""
    if "pass\n" in mutant.source:
        return None
    answer, failed = instance.answer(mutant.source), 0
    for args, right in zip(instance.inputs, instance.answers, strict=True):
        given = answer(args)
        if given == RAISED:
            return None
        failed += given != right
    return failed


def telling_inputs(instance: Instance) -> list[Args]:
    """Some hidden inputs, in their order, that notice every mutant which all of them notice: long ones are tried first,
    and one is left out where those before it notice all that it does; then the first ones up to `FEWEST`."""
    right = instance.right
    left = [instance.answer(mutant.source) for mutant in instance.mutants()]
    kept = list[Args]()
    for args in sorted(instance.inputs, key=lambda each: -len(canonical(each))):
        passing = [answer for answer in left if answer(args) == right(args)]
        if len(passing) < len(left) or not kept:
            kept.append(args)
        left = passing
    kept += [args for args in instance.inputs if args not in kept][: max(0, FEWEST - len(kept))]
    return [args for args in instance.inputs if args in kept]


def telling_input(instance: Instance) -> Args:
    """The drawn input that most mutants answer otherwise: the one that takes most rules to answer."""
    mutants = [python_answer(tree, PREDICT_LOOPS) for tree, _ in python_trees(instance.program)]
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


def call(instance: Instance, args: Args) -> str:
    """A call as prompts show it."""
    return f"{entry_point(instance.family.reference)}({', '.join(map(repr, args))})"


def _value(instance: Instance, args: Args) -> Any:
    return json.loads(instance.right(args))
