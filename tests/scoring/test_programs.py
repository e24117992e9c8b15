"""Whole programs and whole files in a reply: which block is the program, and which file each block is."""

from __future__ import annotations

import pytest

from bench.scoring.programs import replaced, shown, whole

GIVEN = {
    "stock.py": "def find(name):\n    return name\n",
    "report.py": "from stock import find\n\n\ndef report(rows):\n    return rows\n",
}
NEW = "def find(name):\n    return name.lower()\n"
OTHER = "from stock import find\n\n\ndef report(rows):\n    return [find(row) for row in rows]\n"
PYTHON = ("python", "py")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("```python\nprint(1)\n```", "print(1)\n"),
        ("Here:\n```py\nprint(1)\n```\nIt prints\n```text\n1\n```", "print(1)\n"),
        ("```python\nprint(0)\n```\nNo, better:\n```python\nprint(1)\n```", "print(1)\n"),
        ("```python\nprint(1)\n```\nOriginal:\n```python\nprint(0)\n```", "print(1)\n"),
        ("```\nprint(1)\n```", "print(1)\n"),
        ("```python\nprint(1)\n```\nFor this input\n```\n4\n```", "print(1)\n"),
        ("print(1)", "print(1)"),
        ("```javascript\nconsole.log(1)\n```", None),
        ("", None),
    ],
)
def test_the_program_is_the_last_block_of_its_language(text: str, source: str | None) -> None:
    found = whole(text, PYTHON)
    assert (found and found.source) == source


@pytest.mark.parametrize(
    "text",
    [
        shown({"stock.py": NEW}),
        f"```python\n# stock.py\n\n{NEW}```",
        f"```python\n#stock.py:\n{NEW}```",
        f"```python\n# File: src/stock.py\n{NEW}```",
        f"```python\n# === stock.py ===\n{NEW}```",
        f"```python\n# ./stock.py (changed)\n{NEW}```",
        f'```python\n"""stock.py"""\n{NEW}```',
        f"```python stock.py\n{NEW}```",
        f'```python title="stock.py"\n{NEW}```',
        f"```stock.py\n{NEW}```",
        f"**stock.py**\n```python\n{NEW}```",
        f"### `stock.py`:\n\n```\n{NEW}```",
        f"1. The file stock.py:\n\n   ```python\n   {NEW.replace(chr(10) + '    ', chr(10) + '       ')}   ```",
        f"I mend the function.\n```python\n{NEW}```",
        f"# stock.py\n{NEW}",
        f"```python\n# stock.py\ndef find(name): ...\n```\nNo:\n```python\n# stock.py\n{NEW}```",
        f"```python\n# stock.py\n{NEW}```\n\nOriginal:\n```python\n# stock.py\n{GIVEN['stock.py']}```",
        f"```python\n# stock.py\n{NEW}```\nThen this prints\n```text\nreport.py\n```",
    ],
)
def test_a_file_is_found_by_its_name_or_by_what_it_defines(text: str) -> None:
    found = replaced(text, GIVEN)
    assert found is not None
    assert {name: code.strip() for name, code in found.files.items()} == {"stock.py": NEW.strip()}


@pytest.mark.parametrize(
    "text",
    [
        shown({"stock.py": NEW, "report.py": OTHER}),
        f"```python\n# stock.py\n{NEW}\n\n# report.py\n{OTHER}```",
        f"stock.py\n```python\n{NEW}```\nreport.py\n```python\n{OTHER}```",
        f"```python\n{OTHER}```\n```python\n{NEW}```",
        f"# stock.py\n{NEW}\n# report.py\n{OTHER}",
    ],
)
def test_several_files_are_told_apart(text: str) -> None:
    found = replaced(text, GIVEN)
    assert found is not None
    assert {name: code.strip() for name, code in found.files.items()} == {
        "stock.py": NEW.strip(),
        "report.py": OTHER.strip(),
    }


def test_a_new_file_counts_if_it_is_named_and_nothing_is_nothing() -> None:
    found = replaced(shown({"fresh.py": "ONE = 1\n"}), GIVEN)
    assert found is not None
    assert found.files == {"fresh.py": "ONE = 1\n"}
    for text in ("", "I cannot do that.", "```python\nx = 1\n```", "```text\n# stock.py\n```"):
        assert replaced(text, GIVEN) is None
