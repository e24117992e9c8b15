"""Grades a SQL query: it runs in the sandbox on a database of its own, and its rows are compared here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from bench.errors import UsageError
from bench.sandbox import warm
from bench.sandbox.grade import ADMITTED, DEFAULT, Grade, ProgramVerdict, TestOutcomes, ending, harmless, judged, parsed
from bench.sandbox.inside.child import READY
from bench.sandbox.program import Limits, ProgramRun
from bench.sandbox.values import Value, require_plain, same, tree


def grade_sql(
    query: str,
    schema: str,
    rows: Sequence[tuple[Value, ...]],
    limits: Limits = DEFAULT,
    *,
    ordered: bool = False,
) -> Grade:
    """Runs one reading statement on an empty SQLite database in memory that the script `schema` has filled.

    It must give the expected rows, in any order unless `ordered`, each as often as expected. Anything but reading is
    refused. Safe to call from several threads. Raises UsageError if no sandbox works here, or if `schema` is broken.
    """
    for row in rows:
        require_plain(row, "an expected row")
    expected = [tree(row) for row in rows]

    def attempt(command: warm.Command) -> TestOutcomes:
        run = warm.run(command, [("query", schema, query)], limits)
        return TestOutcomes(1, [_outcome(run, expected, limits, ordered=ordered)], wall=run.by_the_clock)

    return judged(attempt, 1)


def _outcome(
    run: ProgramRun, expected: Sequence[object], limits: Limits, *, ordered: bool
) -> tuple[ProgramVerdict, str]:
    loaded, _, answer = run.replies.removeprefix(READY).partition(b"\n")
    about_schema = parsed(loaded, 0)
    if about_schema and about_schema[0] == "bad_schema":  # said before the query is run, so it is not a forgery
        raise UsageError(f"the query's schema is broken ({harmless(about_schema[1])}); mend it.")
    line, end, rest = answer.partition(b"\n")
    if not run.replies.startswith(READY) or not end or run.killed:
        return ending(run, limits)
    reply = None if rest else parsed(line, 1)
    if reply and reply[0] == "value":
        right = _same_rows(expected, reply[1], ordered=ordered)
        return (ProgramVerdict.PASSED, "") if right else (ProgramVerdict.WRONG, "wrong rows")
    if reply and reply[0] in ADMITTED:
        return ProgramVerdict(reply[0]), harmless(reply[1])
    return ProgramVerdict.MALFORMED, "broken reply"


def _same_rows(expected: Sequence[object], answer: object, *, ordered: bool) -> bool:
    if not isinstance(answer, list) or answer[:1] != ["list"] or len(answer) != len(expected) + 1:
        return False
    rows = answer[1:]
    if ordered:
        return all(map(same, expected, rows))
    exact = Counter(map(json.dumps, rows))
    missing = []
    for row in expected:
        text = json.dumps(row)
        if exact[text]:
            exact[text] -= 1
        else:
            missing.append(row)
    left = [json.loads(text) for text in exact.elements()]
    for row in missing:  # these differ in the last digits of a float, or at all
        place = next((at for at, other in enumerate(left) if same(row, other)), None)
        if place is None:
            return False
        del left[place]
    return True
