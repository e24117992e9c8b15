"""Programs that ask for data while they run: what they ask is counted outside, whatever they do inside."""

from __future__ import annotations

import pytest

from bench.sandbox import Grade, ProgramVerdict, ServedCall, Value, grade_served

ASK = """
import json, marshal, os

def ask(keys):
    os.write(3, json.dumps([-1, "asked", ["list", *keys]]).encode() + b"\\n")
    return marshal.loads(os.read(3, int.from_bytes(os.read(3, 8), "little")))
"""


class Doubling:
    """Answers a list of numbers with their doubles, and counts."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, keys: Value) -> Value:
        if not isinstance(keys, list) or len(keys) > 3:
            raise ValueError("too long")
        self.asked += 1
        return [2 * key for key in keys]


def graded(body: str, most: int = 1) -> Grade:
    """The grade of `f(number)`, which is to return four times the number, called twice."""
    calls = [
        ServedCall(
            args=(number,),
            value=4 * number,
            serving=Doubling,
            fine=lambda served: isinstance(served, Doubling) and served.asked <= most,
        )
        for number in (3, 5)
    ]
    return grade_served(ASK + body, "f", calls)


@pytest.mark.parametrize(
    ("body", "verdict", "passed"),
    [
        ("def f(n):\n    return sum(ask([n, n]))\n", ProgramVerdict.PASSED, 2),
        ("def f(n):\n    return ask([n])[0] + ask([n])[0]\n", ProgramVerdict.WRONG, 0),
        ("def f(n):\n    return sum(ask([n] * 4)) // 2\n", ProgramVerdict.WRONG, 0),
        ("def f(n):\n    os.write(3, b'[-1,\"asked\",{}]\\n')\n    return 4 * n\n", ProgramVerdict.WRONG, 0),
        ("def f(n):\n    os.write(3, b'nonsense\\n')\n    return 4 * n\n", ProgramVerdict.MALFORMED, 0),
        ("def f(n):\n    os.write(3, b'[2,\"value\",20]\\n')\n    return 4 * n\n", ProgramVerdict.MALFORMED, 0),
        ("def f(n):\n    if n == 5:\n        raise KeyError\n    return 4 * n\n", ProgramVerdict.RAISED, 1),
        ("def f(n):\n    if n == 5:\n        os._exit(0)\n    return 4 * n\n", ProgramVerdict.MALFORMED, 1),
        ("def g(n):\n    return 4 * n\n", ProgramVerdict.NO_ENTRY_POINT, 0),
    ],
)
def test_what_is_asked_is_counted(body: str, verdict: ProgramVerdict, passed: int) -> None:
    grade = graded(body)
    assert (grade.verdict, grade.passed, grade.total) == (verdict, passed, 2), grade.detail
