"""Writes the shipped exam, one file a task, to `tasks/`: `python -m bench.suites.reasoning.build [--check] [--own]`.

reasoning-gym's items need it installed (extra `reasoning`); `--own` leaves them out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.errors import BenchError
from bench.suites.reasoning import gym
from bench.suites.reasoning.exam import SHIPPED_SEED, files, items_jsonl

FOLDER = Path(__file__).resolve().parents[3] / "tasks"
"""The task folder, in a checkout."""


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the items, or with `--check` compares them; returns the exit code, 1 if a file differs."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.reasoning.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a committed file differs")
    parser.add_argument("--own", action="store_true", help="only our own families, which need nothing installed")
    options = parser.parse_args(argv)
    stale = []
    try:
        for suite, task, language in files():
            if options.own and task in gym.TASKS:
                continue
            path, text = FOLDER / suite / f"{task}.jsonl", items_jsonl(task, language, SHIPPED_SEED)
            if not options.check:
                path.write_text(text, encoding="utf-8", newline="\n")
            elif not path.exists() or path.read_bytes() != text.encode():
                stale.append(path)
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    for path in stale:
        print(f"{path}: differs from what makes it; run `{parser.prog}` and review the change.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
