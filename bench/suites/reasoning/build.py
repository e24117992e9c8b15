"""Writes the shipped exam to `tasks/`, one file a task: `python -m bench.suites.reasoning.build [--check] [PART ...]`.

Parts are `--own`, levels 1 to 3 of our own families, and `--hard`, their levels 5 to 7; without any it is all, and
reasoning-gym's items need it installed (extra `reasoning`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.errors import BenchError
from bench.suites.reasoning import gym
from bench.suites.reasoning.exam import HARD_SUITE, SHIPPED_SEED, files, items_jsonl

FOLDER = Path(__file__).resolve().parents[3] / "tasks"
"""The task folder, in a checkout."""


def main(argv: Sequence[str] | None = None) -> int:
    """Writes the items, or with `--check` compares them; returns the exit code, 1 if a file differs."""
    parser = argparse.ArgumentParser(prog="python -m bench.suites.reasoning.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a committed file differs")
    parser.add_argument("--own", action="store_true", help="our own families, which need nothing installed")
    parser.add_argument("--hard", action="store_true", help="levels 5 to 7")
    options = parser.parse_args(argv)
    stale = []
    try:
        for suite, task, language in files():
            kind = options.hard if suite == HARD_SUITE else options.own and task not in gym.TASKS
            if (options.own or options.hard) and not kind:
                continue
            path, text = FOLDER / suite / f"{task}.jsonl", items_jsonl(task, language, SHIPPED_SEED, suite)
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
