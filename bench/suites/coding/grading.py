"""Grades replies to repairs: the files that they give anew, among those that the item has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.records import Graded
from bench.sandbox import TestCall, grade
from bench.scoring.graders import Grader, graded_run
from bench.scoring.programs import replaced, shown
from bench.suites.agentic.running import program as bundle


def _repaired_files(item: Mapping[str, Any], text: str) -> Graded:
    """All hidden calls of the item's `entry_point` in its `module` must return the expected values, in the sandbox.

    The files of the reply take the place of those of the item, `files`.
    """
    found = replaced(text, item["files"])
    if found is None:
        return Graded(score=0.0, extracted=None)
    entry = item["entry_point"]
    calls = [TestCall(args=tuple(call["args"]), value=call["value"]) for call in item["calls"]]
    source = f"{bundle({**item['files'], **found.files})}\nfrom {item['module']} import {entry}\n"
    return graded_run(grade(source, entry, calls), shown(found.files), found.place)


repaired_files = Grader(
    _repaired_files,
    oracle=lambda item: str(item["reference"]),
    expected=lambda item: str(item["reference"]),
    sandboxed=True,
)
