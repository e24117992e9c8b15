"""The machinery under the families: specialised references, mutants, in-process runs, instances that cannot be made."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from bench.scoring.database import script
from bench.suites.coding.families import library, meter, vans
from bench.suites.coding.family import Args, Edges, Params, choose, ints, picks
from bench.suites.coding.instance import instances
from bench.suites.coding.items import item, subtle_mutant
from bench.suites.coding.mutate import python_mutants, sql_mutants
from bench.suites.coding.running import RAISED, canonical, python_answer, sql_answer
from bench.suites.coding.specialise import entry_point, program


def _example(p: Params, numbers: list[int]) -> list[int]:
    found = []
    for number in numbers:
        if p.skips:
            continue
        elif number > p.least and (p.level < 3 or number % 2 == 0) and not p.never:
            number -= p.by * 2
        found.append(number if p.level >= 2 else -number)
        if p.level > 3:
            found.append(p.mark)
    return found[: p.most] if p.most else found


def specialised(**values: Any) -> str:
    drawn = {"level": 1, "least": -3, "by": 2, "most": None, "mark": 0, "skips": False, "never": False}
    return program(_example, Params(**{**drawn, **values}))


def test_parameters_become_values_and_decided_branches_go() -> None:
    assert entry_point(_example) == "example"
    assert specialised() == (
        "def example(numbers: list[int]) -> list[int]:\n"
        "    found = []\n"
        "    for number in numbers:\n"
        "        if number > -3:\n"
        "            number -= 4\n"
        "        found.append(-number)\n"
        "    return found\n"
    )
    hard = specialised(level=4, most=2, mark=["x"])
    assert "if number > -3 and number % 2 == 0:" in hard
    assert "found.append(['x'])" in hard
    assert hard.endswith("    return found[:2]\n")
    assert python_answer(hard)(([8, 9],)) == canonical([4, ["x"]])


def test_what_stands_behind_a_jump_goes_too() -> None:
    assert specialised(skips=True).endswith("    for number in numbers:\n        continue\n    return found\n")
    assert "-=" not in specialised(never=True)


def _halved(number: int) -> int:
    return _halved(number - 2) + 1 if number > 1 else 0


def _half(p: Params, number: int) -> list[int]:
    return [_halved(number), _halved(p.least)]


def test_functions_of_a_long_reference_stand_within_it() -> None:
    source = program(_half, Params(least=7), inner=(_halved,))
    assert source.startswith("def half(number: int) -> list[int]:\n\n    def halved(number: int) -> int:\n")
    assert source.endswith("\n    return [halved(number), halved(7)]\n")
    assert python_answer(source)((8,)) == canonical([4, 3])


def _chains(p: Params, name: str) -> list[object]:
    found: list[object] = [name or "none", name and True, p.shown or name, name and p.shown and name]
    if (name and p.shown) or p.shown:
        found.append([letter for letter in name if letter and p.shown])
    return found


def test_a_constant_in_a_chain_goes_only_where_its_value_cannot_matter() -> None:
    source = program(_chains, Params(shown=True))
    assert "[name or 'none', name and True, True, name and True and name]" in source
    assert source.splitlines()[2].startswith("    found.append(")
    assert "for letter in name if letter]" in source
    assert "for letter" not in program(_chains, Params(shown=False))
    for name in ("", "ab"):
        for shown in (True, False):
            values = python_answer(program(_chains, Params(shown=shown)))((name,))
            assert values == canonical(_chains(Params(shown=shown), name))


def labels(source: str) -> list[str]:
    return [mutant.label for mutant in python_mutants(source)]


def test_mutants_are_the_small_mistakes() -> None:
    source = "def f(a):\n    if a > 3 and a != 5:\n        a = max(a, 1)\n    return a + 1\n"
    made = [mutant.source for mutant in python_mutants(source)]
    for line in (
        "a >= 3 and",
        "a <= 3 and",
        "a > 4 and",
        "a > 2 and",
        "a > 3 or",
        "a == 5",
        "min(a, 1)",
        "a - 1",
        "a + 2",
    ):
        assert any(line in text for text in made), line
    assert any("if not (a > 3 and a != 5)" in text for text in made)
    assert any("return" not in text for text in made)
    assert len(set(made)) == len(made)


def test_labels_are_equal_for_instances_that_differ_in_constants_only() -> None:
    one, other = "def f(a):\n    return a + 1 if a > 7 else 'x'\n", "def f(a):\n    return a + 2 if a > 9 else 'yy'\n"
    assert labels(one) == labels(other)
    assert len(set(labels(one))) == len(labels(one))
    digests = {mutant.digest("vans") for mutant in python_mutants(one)}
    assert not digests & {mutant.digest("queue") for mutant in python_mutants(one)}


def test_queries_have_mutants_too() -> None:
    query = (
        "SELECT a, COUNT(*) FROM t LEFT JOIN u ON x = y AND z >= 2 WHERE a <> 'b' GROUP BY a "
        "HAVING COUNT(*) > 1 ORDER BY a DESC LIMIT 3"
    )
    made = [mutant.source for mutant in sql_mutants(query)]
    for part in (
        "t JOIN u",
        "x <> y",
        "= y OR z",
        "z > 2",
        "z >= 3",
        "a = 'b'",
        "ORDER BY a LIMIT",
        ">= 1 ORDER",
        "LIMIT 4",
    ):
        assert any(part in text for text in made), part
    for clause in ("WHERE", "HAVING", "ORDER BY"):
        assert any(clause not in text for text in made), clause


@pytest.mark.parametrize("body", ["    while True:\n        a += 1\n", "    return a[3]\n", "    return {1, 2}\n"])
def test_programs_without_an_answer_say_so(body: str) -> None:
    assert python_answer(f"def f(a):\n{body}    return a\n")((1,)) == RAISED


def test_a_program_cannot_change_its_callers_input() -> None:
    args: Args = ([1],)
    assert python_answer("def f(a):\n    a.append(2)\n    return a\n")(args) == "[1, 2]"
    assert args == ([1],)


def test_rows_are_compared_as_a_multiset_unless_their_order_counts() -> None:
    tables = "CREATE TABLE t (a, b TEXT);"
    rows: dict[str, list[list[Any]]] = {"t": [[2, "it's"], [None, "x"], [1, "x"]]}
    args: Args = (rows,)
    up, down = "SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a DESC"
    assert sql_answer(up, tables, ordered=False)(args) == sql_answer(down, tables, ordered=False)(args)
    assert sql_answer(up, tables, ordered=True)(args) != sql_answer(down, tables, ordered=True)(args)
    assert sql_answer("SELECT c FROM t", tables, ordered=True)(args) == RAISED
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n"
    assert sql_answer(endless, tables, ordered=True)(args) == RAISED
    assert script(tables, rows).endswith("(NULL, 'x');\nINSERT INTO t VALUES (1, 'x');")


def test_draws_are_the_same_everywhere() -> None:
    rng = Random("coding")
    assert (ints(rng, 1, 9), picks(rng, "ab", longest=3), choose(rng, x=range(5), y=[True])) == (
        [6, 4, 3, 4], ["a", "a"], {"x": 2, "y": True},
    )  # fmt: skip
    assert instances(vans.FAMILY, 1)[3].inputs == instances(vans.FAMILY, 1)[3].inputs


@pytest.mark.slow
def test_families_that_cannot_make_an_exam_are_named() -> None:
    alike = {"full": True, "backward": True, "extra": 0, "heavy": "own", "most": 2}
    with pytest.raises(ValueError, match="vans: has too few different instances of level 2"):
        instances(replace(vans.FAMILY, params=lambda _rng, _level: alike), 1)
    with pytest.raises(ValueError, match=r"vans-.: too few different inputs in 2000 draws"):
        instances(replace(vans.FAMILY, draw=lambda _rng, _p: ([1], 2)), 1)
    failing = replace(vans.FAMILY, edges=lambda _p: Edges(empty=[(None, 1)], single=[], ties=[], maxima=[]))
    with pytest.raises(ValueError, match=r"vans-.: its reference fails on \(None, 1\)"):
        instances(failing, 1)[0].answers  # noqa: B018


def test_a_fix_shows_a_mistake_that_hidden_inputs_notice_but_not_all_of_them() -> None:
    for one in instances(meter.FAMILY, 1):
        mutant = subtle_mutant(one)
        answers = list(map(one.answer(mutant.source), one.inputs))
        failed = sum(answer != right for answer, right in zip(answers, one.answers, strict=True))
        assert 2 <= failed < len(one.inputs)
        assert RAISED not in answers
        assert item(one)["prompt"].startswith("This Python function has one mistake:")


def test_a_query_is_written_on_one_line() -> None:
    assert all("\n" not in one.program and "  " not in one.program for one in instances(library.FAMILY, 1))
