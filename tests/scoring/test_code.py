"""Programs in replies: blocks by CommonMark, and which of several is the answer."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from bench.scoring import code, queries

DEF = "def f(x):\n    return x\n"
STUB = "def f(x: dict[str, int]) -> int:\n    '''Doc.'''\n    ..."


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (f"```python\n{DEF}```", DEF),
        (f"Here:\n\n```py\n{DEF}```\nIt returns x.", DEF),
        (f"```\n{DEF}```", DEF),
        (f"````python\n{DEF}````", DEF),
        (f"~~~python\n{DEF}~~~", DEF),
        (f'```python title="f.py"\n{DEF}```</s>', DEF),
        (f"<answer>\n```python\n{DEF}```\n</answer>", DEF),
        (f"<answer>```python\n{DEF}```</answer>", DEF),
        ("```python\r\ndef f(x):\r\n    return x\r\n```\r\n", DEF),
        (f"```python\n{DEF}```\nBetter:\n```python\n{DEF}# 2\n```", DEF + "# 2\n"),
        (f"```python\n{DEF}```\nUsage:\n```python\nprint(f(1))\n```", DEF),
        (f"```python\n{DEF}```\nor\n```python\ndef f(x", DEF),
        (f"```python\n{DEF}```\nIts signature:\n```python\n{STUB}\n```", DEF),
        (f"```python\n{STUB}\n```", STUB + "\n"),
        ("```python\nasync def f(x):\n    pass\n```", "async def f(x):\n    pass\n"),
        (f"````markdown\n```python\n{DEF}```\n````", DEF),
        ("```python\n" + DEF + "```\n~~~\ntext\n~~~", DEF),
        (DEF, DEF),
        (f"x = 1\n{DEF}", f"x = 1\n{DEF}"),
        (f"Here it is:\n\n{DEF}\nThat is all.", DEF),
        (f"```python\n{DEF}", DEF),
        (f"~~~\n{DEF}", DEF),
        ("```python\nf = lambda x: x\n```", "f = lambda x: x\n"),
        ("```python\nf: Callable = abs\n```", "f: Callable = abs\n"),
        (f'```python\n"""Doc:\n```\nf(1)\n```\n"""\n{DEF}```\nso', f'"""Doc:\n```\nf(1)\n```\n"""\n{DEF}'),
        (
            "```python\nclass A:\n    def f(self):\n        pass\n```",
            "class A:\n    def f(self):\n        pass\n\n\nf = A().f\n",
        ),
        (f"```python\nimport math\n```\n```python\n{DEF}    # math\n```", f"import math\n\n\n{DEF}    # math\n"),
        (f"```python\nprint(math)\n```\n```python\n{DEF}    # math\n```", f"{DEF}    # math\n"),
        (f"{DEF}\n```\nprint(f(1))\n```", None),
        ("```python\ndef g(x):\n    return x\n```", None),
        ("```python\ndef ff(x):\n    return x\n```", None),
        ("```python\n# def f(x)\ng = lambda x: x\n```", None),
        ("```python\nif f == 1:\n    pass\n```", None),
        ("I would write def f(x).", None),
        ("", None),
    ],
)
def test_programs(text: str, source: str | None) -> None:
    found = code.program(text, "f")
    assert (found and found.source.rstrip()) == (source and source.rstrip())


@pytest.mark.parametrize(
    "before",
    ["", "   ", "\t", "> ", "1. Code:\n\n   ", "10) Code:\n\n    ", "- Code:\n  ", "* Code\n    ", "- a\n  - b\n    "],
)
@pytest.mark.parametrize("fence", ["```", "~~~", "````", "```python", "~~~ py"])
@pytest.mark.parametrize("closed", [True, False])
def test_a_block_may_stand_anywhere(before: str, fence: str, closed: bool) -> None:
    *lead, indent = before.split("\n")
    indent = ">" + " " * 1 if before == "> " else " " * len(indent) if indent.strip() else indent
    block = f"{fence}\n{DEF}" + (fence[:4].strip("p ") if closed else "")
    text = "\n".join([*lead, textwrap.indent(block, indent, lambda _line: True)])
    found = code.program(text, "f")
    assert found
    assert textwrap.dedent(found.source).strip() == DEF.strip()


def test_helpers_are_taken_from_other_blocks_and_their_helpers_too() -> None:
    blocks = [
        "import math",
        "def g(x):\n    return math.floor(x)",
        "def h(x):\n    return 1",
        "def f(x):\n    return g(x)",
    ]
    text = "\n".join(f"```python\n{block}\n```\nthen" for block in blocks)
    found = code.program(text, "f")
    assert found
    assert found.source.split("\n\n\n") == [blocks[0], blocks[1], blocks[3] + "\n"]
    assert found.place == "code block, helpers of other blocks"


def test_a_name_is_taken_literally() -> None:
    assert code.program("def fxg(): pass", "f.g") is None


def test_the_query_is_the_last_block_that_is_one() -> None:
    assert queries.sql("```sql\nSELECT 1\n```\ngives\n```\n1\n```") == ("SELECT 1\n", "code block")
    assert queries.sql("```\n1\n```") == ("1\n", "code block")
    assert queries.sql("WITH t AS (SELECT 1) SELECT * FROM t") is not None
    assert queries.sql("I would select a row") is None


QUERY = "SELECT a FROM t\nWHERE b > 1"


@pytest.mark.parametrize(
    "reply",
    [
        "SELECT a FROM t\nWHERE b > 1;",
        "Query:\nSELECT a FROM t\nWHERE b > 1;",
        "**Query:** SELECT a FROM t\nWHERE b > 1;\nIt keeps what is large.",
        "Here is the query:\n\nSELECT a FROM t\nWHERE b > 1\n\nIt keeps what is large.",
        "查询如下：\nSELECT a FROM t\nWHERE b > 1;\n\n它筛选较大的值。",
        "sql\nSELECT a FROM t\nWHERE b > 1;",
        "<answer>SELECT a FROM t\nWHERE b > 1;</answer>",
        "Select what is large:\n\nSELECT a FROM t\nWHERE b > 1;",
        "SELECT a FROM t;\n\nThat has too many rows. Fixed:\n\nSELECT a FROM t\nWHERE b > 1;",
        "SELECT a FROM t\nWHERE b > 1;\n\nThe following would be wrong:\n\nSELECT a FROM t;",
        "```sql\nSELECT a FROM t\nWHERE b > 1;\n```\n\nNote that the following would be wrong, since 1 is in:\n\n"
        "```sql\nSELECT a FROM t\n```",
        "```sql\nSELECT a FROM t\nWHERE b > 1;\n```\n\nIf you want each once:\n\n```sql\nSELECT DISTINCT a FROM t\n```",
        "```sql\nSELECT a FROM t\n```\n\nThis fixes the wrong condition:\n\n```sql\nSELECT a FROM t\nWHERE b > 1\n```",
    ],
)
def test_a_query_is_found_where_a_program_would_be(reply: str) -> None:
    found = queries.sql(reply)
    assert found
    assert found[0].strip().rstrip(";") == QUERY


@pytest.mark.parametrize(
    ("reply", "query"),
    [
        ("`SELECT a FROM t`", "SELECT a FROM t"),
        ("The query is `SELECT a FROM t;`, as asked.", "SELECT a FROM t;"),
        ("`SELECT a FROM t`. Not `SELECT b FROM t`.", "SELECT a FROM t"),
        (
            "WITH x AS (\n  SELECT a FROM t\n)\n\nSELECT a FROM x;",
            "WITH x AS (\n  SELECT a FROM t\n)\n\nSELECT a FROM x;",
        ),
        ("SELECT a FROM t;\nSELECT b FROM t;", "SELECT a FROM t;\nSELECT b FROM t;"),
    ],
)
def test_a_query_in_one_line_or_of_parts(reply: str, query: str) -> None:
    found = queries.sql(reply)
    assert found
    assert found[0] == query


@pytest.mark.parametrize(
    "reply",
    ["Not `SELECT a FROM t`", "`SELECT` reads a table.", "With this, we are done.\nEnd.", "Not SELECT a FROM t"],
)
def test_what_is_no_query_is_none(reply: str) -> None:
    assert queries.sql(reply) is None


def test_a_program_that_is_shown_for_comparison_is_not_run() -> None:
    mine, other = (f"```python\ndef f(n):\n    return {n}\n```" for n in (1, 2))
    reply = f"{mine}\n\nOriginal (buggy) code for comparison:\n\n{other}"
    found = code.program(reply, "f")
    assert found
    assert "return 1" in found.source


DOUBLE = "def f(n):\n    return 2 * n\n"


@pytest.mark.parametrize(
    "reply",
    [
        "`def f(n): return 2 * n`",
        "It is `f = lambda n: 2 * n`, as asked.",
        "```python def f(n): return 2 * n```",
        f"```\npython\n{DOUBLE}```",
        "```python\n>>> def f(n):\n...     return 2 * n\n```",
        "<answer>def f(n):\n    return 2 * n</answer>",
        f"```python\nn = int(input())\n```\n```python\n{DOUBLE}```",
    ],
)
def test_a_program_that_stands_oddly_is_found_whole(reply: str) -> None:
    found = code.program(reply, "f")
    assert found
    names: dict[str, Any] = {}
    exec(found.source, names)
    assert names["f"](3) == 6
