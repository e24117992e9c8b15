"""Writes the shipped exam's items to `tasks/`: `python -m bench.suites.agentic.build [--check]`.

Hidden calls, answers and solutions stay out: they are made anew, item by item, where a result is graded.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.suites.agentic.asked import row
from bench.suites.agentic.exam import PYTHON, SHIPPED_SEED, exam
from bench.suites.agentic.item import NODE

FOLDER = Path(__file__).resolve().parents[3] / "tasks"
"""The tasks, in a checkout."""
SUITES = {PYTHON: "agentic", NODE: "agentic_js"}
"""By toolchain: the suite of its items."""
FILE = FOLDER / SUITES[PYTHON] / "work.jsonl"
"""The items' file of the suite `agentic`."""


def items_jsonl(toolchain: str = PYTHON) -> str:
    """The items as text, one JSON object a line, the same on every machine and Python version."""
    items = exam(SHIPPED_SEED, toolchain=toolchain)
    return "".join(json.dumps(row(item, SHIPPED_SEED), ensure_ascii=False) + "\n" for item in items)


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the items, or with `--check` compares them; returns 1 if a file differs."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.agentic.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a committed file differs")
    check, differ = parser.parse_args(argv).check, 0
    for toolchain, suite in SUITES.items():
        file, text = FOLDER / suite / "work.jsonl", items_jsonl(toolchain)
        if not check:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            print(f"{file}: differs from its families; run `{parser.prog}` and review the change.", file=sys.stderr)
            differ = 1
    return differ


if __name__ == "__main__":
    sys.exit(main())
