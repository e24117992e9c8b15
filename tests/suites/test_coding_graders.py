"""The two graders that only the coding suite uses: a Python value, and a query's rows."""

from __future__ import annotations

from typing import Any

import pytest

from bench.scoring.graders import python_value, sql_query

QUERY: dict[str, Any] = {
    "schema": "CREATE TABLE t (a INTEGER, b TEXT);",
    "ordered": False,
    "databases": [
        {"tables": {"t": []}, "rows": []},
        {"tables": {"t": [[1, "x"], [2, None], [1, "x"]]}, "rows": [[1], [1]]},
    ],
}


@pytest.mark.parametrize(
    ("value", "text", "score"),
    [
        ([1, 2], "```python\n[1, 2]\n```", 1.0),
        ([1, 2], "First [3]:\n```\n[3]\n```\nNo:\n```python\n[1,\n 2]\n```", 1.0),
        ([1, 2], "[1, 2]", 1.0),
        ([1, 2], "The answer is `[1, 2]`.", 1.0),
        ([1, 2], "```python\n(1, 2)\n```", 0.0),
        ([1, 2], "```python\n[1, 2.0]\n```", 0.0),
        ([1, 2], "```python\n[1, 2", 0.0),
        (1, "```\nTrue\n```", 0.0),
        ({"a": 1, "b": 2}, "```\n{'b': 2, 'a': 1}\n```", 1.0),
        ("it's", '```\n"it\'s"\n```', 1.0),
        (-3, "```\n-3\n```", 1.0),
    ],
)
def test_a_value_must_be_equal_type_and_all(value: object, text: str, score: float) -> None:
    assert python_value.grade({"value": value}, text).score == score
    assert python_value.oracle({"value": value}) == f"```python\n{value!r}\n```"


@pytest.mark.parametrize(
    "answer",
    [
        "f([1])",
        "x",
        "1not",
        "'\\d'",
        "...",
        "1j",
        "[1",
        "[1](2)",
        "-" * 4000 + "1",
        "(" * 4000,
        "1" * 5000,
        "{[]: 1}",
        "",
    ],
)
def test_what_is_no_value_is_unparsable_without_a_warning(answer: str) -> None:
    graded = python_value.grade({"value": [1]}, f"```python\n{answer}\n```")
    assert (graded.score, graded.extracted) == (0.0, None)


@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("text", "score", "partial", "verdict"),
    [
        ("```sql\nSELECT a FROM t WHERE b = 'x';\n```", 1.0, 1.0, "passed"),
        ("SELECT a FROM t WHERE b IS NOT NULL", 1.0, 1.0, "passed"),
        ("```sql\nSELECT a FROM t WHERE b = 'x'", 1.0, 1.0, "passed"),
        (
            "1. So:\n   ```sql\n   SELECT a FROM t WHERE b = 'x'\n   ```\n   ```\n   1\n   ```",
            1.0,
            1.0,
            "passed",
        ),
        ("```\nSELECT DISTINCT a FROM t WHERE b = 'x'\n```", 0.0, 0.5, "wrong"),
        ("```sql\nSELECT 1\n```", 0.0, 0.0, "wrong"),
        ("```sql\nSELECT nothing FROM t\n```", 0.0, 0.0, "raised"),
        ("```sql\nDELETE FROM t\n```", 0.0, 0.0, None),
    ],
)
def test_a_query_must_be_right_on_every_database(text: str, score: float, partial: float, verdict: str | None) -> None:
    graded = sql_query.grade(QUERY, text)
    assert (graded.score, graded.partial) == (score, partial)
    assert graded.sandbox
    assert graded.detail["total"] == 2
    assert verdict in (None, graded.detail["verdict"])


@pytest.mark.usefixtures("sandbox")
def test_the_order_of_rows_counts_where_the_item_says_so() -> None:
    databases = [{"tables": {"t": [[2, "y"], [1, "x"]]}, "rows": [[1], [2]]}]
    for ordered, score in ((False, 1.0), (True, 0.0)):
        item = {**QUERY, "ordered": ordered, "databases": databases}
        assert sql_query.grade(item, "```sql\nSELECT a FROM t ORDER BY a DESC\n```").score == score
        assert sql_query.grade(item, "```sql\nSELECT a FROM t ORDER BY a\n```").score == 1.0


@pytest.mark.parametrize("text", ["", "I do not know.", "SELECT a, then ```"])
def test_an_answer_without_a_query_is_unparsable(text: str) -> None:
    graded = sql_query.grade(QUERY, text)
    assert (graded.score, graded.extracted) == (0.0, None)
