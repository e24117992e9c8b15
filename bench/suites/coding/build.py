"""Writes `tasks/coding/functions.jsonl` from the problems: `python -m bench.suites.coding.build [--check]`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.suites.coding import goods, people, places
from bench.suites.coding.problem import Problem

PROBLEMS: tuple[Problem, ...] = (*goods.PROBLEMS, *people.PROBLEMS, *places.PROBLEMS)
"""Every problem of the suite, in the order of the file."""

FUNCTIONS = Path(__file__).resolve().parents[3] / "tasks" / "coding" / "functions.jsonl"
"""The committed items, in a checkout."""


def functions_jsonl() -> str:
    """The text of the items file: one JSON object a line, the same on every machine and Python version."""
    return "".join(json.dumps(problem.item(), ensure_ascii=False) + "\n" for problem in PROBLEMS)


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the items file, or with `--check` compares it; returns 1 if it differs."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.coding.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the committed file differs")
    check = parser.parse_args(argv).check
    text = functions_jsonl()
    if not check:
        FUNCTIONS.write_text(text, encoding="utf-8")
    elif not FUNCTIONS.exists() or FUNCTIONS.read_text(encoding="utf-8") != text:
        print(f"{FUNCTIONS}: differs from its problems; run `{parser.prog}` and review the change.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
