"""A file of 300 MB is imported in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.perf.conftest import Bar, Hold

SIZE = 300 << 20
BAR = 500.0
"""MiB."""
CODE = """
import resource, sys
from pathlib import Path
from bench.importers import FORMATS, import_results
done = import_results("csv", FORMATS["csv"], [Path(sys.argv[1])], output=Path("imported"))
print(done.items, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def line(kind: str, at: int) -> str:
    """One of two models' results on an item."""
    model, item = ("claude", "deepseek")[at % 2], f"item-{at // 2}"
    answer = f"some text, the answer is {at * 7919 % 10007}"
    if kind == "csv":
        return f'{item},{model},{at % 3 % 2},{at % 997 / 1e5},"{answer}"\n'
    return (
        json.dumps({"item": item, "model": model, "score": at % 3 % 2, "cost_usd": at / 1e9, "answer": answer}) + "\n"
    )


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_large_file_is_streamed(hold: Hold, tmp_path: Path, kind: str) -> None:
    path, rows = tmp_path / f"large.{kind}", 0
    with path.open("w") as file:
        size = file.write("item,model,score,cost_usd,answer\n") if kind == "csv" else 0
        while size < SIZE:
            size += file.write(line(kind, rows))
            rows += 1
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(path)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    imported, peak = done.stdout.split()
    assert int(imported) == rows
    hold(Bar(f"peak memory of importing 300 MB of {kind} ({rows} rows)", float(peak), BAR, "MiB"))
