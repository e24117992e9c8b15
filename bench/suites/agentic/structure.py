"""Rules on the text of a repository, checked in the sandbox by our own code: none of the repository's runs there."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence

from bench.sandbox import Grade, TestCall
from bench.sandbox import grade as grade_calls
from bench.suites.agentic import reading

_SOURCE = inspect.getsource(reading)


def grade(files: Mapping[str, str], rules: Sequence[Sequence[str]]) -> Grade:
    """The grade of a repository's text: each rule is a call, right where it finds nothing."""
    calls = [TestCall((dict(files), tuple(rule)), []) for rule in rules]
    return grade_calls(_SOURCE, "broken", calls)
