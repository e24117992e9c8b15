"""Writes the shipped exam, one file a task, to `tasks/starter/`: `python -m bench.suites.starter.build [--check]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.suites.starter.exam import SHIPPED_SEED, TASKS, items_jsonl

FOLDER = Path(__file__).resolve().parents[3] / "tasks" / "starter"
"""The suite's folder, in a checkout."""


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the items, or with `--check` compares them; returns 1 if a file differs."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.starter.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a committed file differs")
    check = parser.parse_args(argv).check
    stale = []
    for task in TASKS:
        path, text = FOLDER / f"{task}.jsonl", items_jsonl(task, SHIPPED_SEED)
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.exists() or path.read_bytes() != text.encode():
            stale.append(path)
    for path in stale:
        print(f"{path}: differs from its families; run `{parser.prog}` and review the change.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
