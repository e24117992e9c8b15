"""Writes the shipped exams, one file a kind, to `tasks/`: `python -m bench.suites.coding.build [--check]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.suites import FURTHER
from bench.suites.coding.exam import SHIPPED_SEED, SUITE, SUITES, further_jsonl, items_jsonl
from bench.suites.coding.family import Kind

FOLDER = Path(__file__).resolve().parents[3] / "tasks" / "coding"
"""The folder of `coding`, in a checkout; those of its other suites lie beside it."""


def kinds(suite: str) -> list[Kind]:
    """The kinds of a suite's families, each once."""
    return list(dict.fromkeys(family.kind for family in SUITES[suite]))


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the items, or with `--check` compares them; returns 1 if a file differs."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.coding.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a committed file differs")
    check = parser.parse_args(argv).check
    stale = []
    files = {FOLDER / FURTHER / f"{kind}.jsonl": further_jsonl(kind) for kind in kinds(SUITE)}
    for suite in SUITES:
        for kind in kinds(suite):
            files[FOLDER.with_name(suite) / f"{kind}.jsonl"] = items_jsonl(kind, SHIPPED_SEED, suite)
    for path, text in files.items():
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path)
    for path in stale:
        print(f"{path}: differs from its families; run `{parser.prog}` and review the change.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
