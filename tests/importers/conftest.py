"""What the importers' tests share: quick imports, the lm-eval fixture, and published data where it exists.

`fixtures/lm_eval` was written by lm-eval 0.4.13 itself (`lm_eval run --model local-chat-completions --tasks mini
--apply_chat_template --log_samples`) against two local servers, with the tasks in `fixtures/lm_eval/tasks`.
`fixtures/leaderboards.json` is synthetic: the shape of SWE-bench's file, with invented models and numbers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.importers import FORMATS, Imported, Provenance, import_results
from bench.records import read_table
from tests import runjson

FIXTURES = Path(__file__).parent / "fixtures"
LM_EVAL = FIXTURES / "lm_eval"
Importing = Callable[..., tuple[Imported, dict[str, Any]]]


@pytest.fixture
def importing(tmp_path: Path) -> Importing:
    """Imports paths as a format; returns what became of it and run.json. A text is written to a file first."""

    def run(
        name: str, *given: Path | str, file: str = "results.csv", **options: Any
    ) -> tuple[Imported, dict[str, Any]]:
        paths = []
        for at, one in enumerate(given):
            if isinstance(one, str):
                path = tmp_path / (f"{at}-{file}" if at else file)
                path.write_bytes(one.encode("utf-8", "surrogateescape"))
                one = path
            paths.append(one)
        done = import_results(name, FORMATS[name], paths, results=tmp_path / "results", **options)
        return done, runjson.content(done.folder)

    return run


@pytest.fixture
def published() -> Callable[[str], Path]:
    """A published file by its name under the shared data; skips where it does not exist."""

    def find(name: str) -> Path:
        root = Path(os.environ.get("BENCH_PUBLISHED_DATA") or Path(__file__).parents[3] / "shared" / "data")
        if not (root / name).is_file():
            pytest.skip(f"published data is not here: {name} (BENCH_PUBLISHED_DATA names its folder)")
        return root / name

    return find


def written(path: Path, content: object) -> Path:
    """A file of this text, or of this content as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def items(done: Imported) -> Any:
    """The items table, a DataFrame."""
    return read_table(done.folder, "items")


def totals(done: Imported) -> Any:
    """The totals, a DataFrame by label."""
    return read_table(done.folder, "aggregates").set_index("model")


HERE = Provenance("a test", "c0ffee", "2026-11-22", "CC0")
