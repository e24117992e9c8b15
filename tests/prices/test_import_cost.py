"""The calculator is light: every command may import it."""

from __future__ import annotations

import resource
import subprocess
import sys

LIMIT = 20.0
"""Milliseconds of processor time that importing the calculator may add to a bare interpreter."""


def processor_ms(code: str) -> float:
    """The least of several runs: other work on the machine only ever adds."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-I", "-c", code], check=True, timeout=60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    return min(once() for _ in range(12))


def test_importing_the_calculator_costs_at_most_20_ms() -> None:
    bare = processor_ms("pass")
    slow = max(1.0, bare / 12.0)  # a bare start takes 8 to 10 ms of an undisturbed processor
    assert processor_ms("import bench.prices.calculator") - bare <= LIMIT * slow


def test_the_price_list_needs_the_standard_library_only() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "import bench.prices; bench.prices.load()\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "['bench']"
