"""SQL queries: they run inside, their rows are compared outside."""

from __future__ import annotations

import pytest

from bench.errors import UsageError
from bench.sandbox import Grade, Limits, ProgramVerdict, Rung, Value, grade_sql, ladder, rungs, using

pytestmark = pytest.mark.usefixtures("sandbox")

SCHEMA = """
CREATE TABLE sales (shop TEXT, amount REAL);
INSERT INTO sales VALUES ('a', 1.5), ('a', 2.25), ('b', NULL), ('b', 0.1);
"""
TOTALS: list[tuple[Value, ...]] = [("a", 3.75), ("b", 0.1)]


def test_right_rows_pass_in_any_order(sandbox: str) -> None:
    query = "SELECT shop, sum(amount) FROM sales GROUP BY shop ORDER BY 1 DESC"
    assert grade_sql(query, SCHEMA, TOTALS) == Grade(
        verdict=ProgramVerdict.PASSED, passed=1, total=1, detail="", sandbox=sandbox
    )
    assert grade_sql(query, SCHEMA, TOTALS, ordered=True).verdict is ProgramVerdict.WRONG
    assert grade_sql(query, SCHEMA, TOTALS[::-1], ordered=True).verdict is ProgramVerdict.PASSED


@pytest.mark.parametrize(
    ("query", "rows", "verdict"),
    [
        ("SELECT 1 UNION ALL SELECT 1", [(1,), (1,)], ProgramVerdict.PASSED),
        ("SELECT 1 UNION ALL SELECT 1 UNION ALL SELECT 2", [(1,), (2,), (2,)], ProgramVerdict.WRONG),
        ("SELECT 1", [(1,), (1,)], ProgramVerdict.WRONG),
        ("SELECT 1, 2", [(2, 1)], ProgramVerdict.WRONG),
        ("SELECT NULL", [(None,)], ProgramVerdict.PASSED),
        ("SELECT 0.1 + 0.2 UNION ALL SELECT 0.3", [(0.3,), (0.3,)], ProgramVerdict.PASSED),
        ("SELECT 0.1 + 0.2 UNION ALL SELECT 0.4", [(0.3,), (0.3,)], ProgramVerdict.WRONG),
        ("SELECT x'00ff'", [(b"\x00\xff",)], ProgramVerdict.PASSED),
        ("SELECT shop FROM sales WHERE 0", [], ProgramVerdict.PASSED),
        ("", [], ProgramVerdict.PASSED),
    ],
)
def test_rows_are_a_multiset(query: str, rows: list[tuple[Value, ...]], verdict: ProgramVerdict) -> None:
    assert grade_sql(query, SCHEMA, rows).verdict is verdict


@pytest.mark.parametrize("rung", ladder.SAFE)
def test_a_large_sort_needs_no_file(rung: Rung) -> None:
    if rung not in rungs():
        pytest.skip(f"{rung} does not work here")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 40000)"
    schema = f"CREATE TABLE t (x); {numbers} INSERT INTO t SELECT hex(i * i * 7919 % 100003) || zeroblob(100) FROM n;"
    with using(rung):
        got = grade_sql("SELECT count(*) FROM (SELECT x FROM t ORDER BY x LIMIT 39999)", schema, [(39999,)])
    assert got.verdict is ProgramVerdict.PASSED, got


@pytest.mark.parametrize(
    ("query", "verdict", "detail"),
    [
        ("SELEKT 1", ProgramVerdict.RAISED, "OperationalError"),
        ("SELECT * FROM absent", ProgramVerdict.RAISED, "OperationalError"),
        ("DELETE FROM sales", ProgramVerdict.RAISED, "DatabaseError"),
        ("ATTACH '/tmp/x' AS x", ProgramVerdict.RAISED, "DatabaseError"),
        ("PRAGMA user_version", ProgramVerdict.RAISED, "DatabaseError"),
        ("SELECT load_extension('/tmp/x')", ProgramVerdict.RAISED, None),
        ("SELECT 1; SELECT 2", ProgramVerdict.RAISED, None),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n",
            ProgramVerdict.TIMEOUT,
            None,
        ),
        ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", None, None),
        ("SELECT length(zeroblob(900000000)), randomblob(900000000)", ProgramVerdict.MEMORY, None),
        ("SELECT hex(zeroblob(3000000))", ProgramVerdict.OUTPUT_FLOOD, None),
    ],
)
def test_failures_say_why(query: str, verdict: ProgramVerdict | None, detail: str | None) -> None:
    got = grade_sql(query, SCHEMA, TOTALS, Limits(cpu_s=1))
    assert verdict in (None, got.verdict), got
    assert detail in (None, got.detail)
    assert got.passed == 0


def test_a_broken_schema_is_the_users_to_mend() -> None:
    with pytest.raises(UsageError, match=r"schema is broken \(near .TABEL.: syntax error\)"):
        grade_sql("SELECT 1", "CREATE TABEL x", [(1,)])
    with pytest.raises(UsageError, match="an expected row: a object is not a plain value"):
        grade_sql("SELECT 1", SCHEMA, [(object(),)])  # type: ignore[list-item]
