"""What the importers of other tools share: each tool's own files lead to a verdict in two commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Bench, bench
from tests.importers.conftest import FIXTURES

__all__ = ["bench"]
OWN = {
    "inspect": [FIXTURES / "inspect"],
    "promptfoo": [FIXTURES / "promptfoo" / "results.json"],
    "evalscope": [FIXTURES / "evalscope"],
    "helm": [FIXTURES / "helm"],
    "deepeval": [FIXTURES / "deepeval" / f"{name}.json" for name in ("good", "weak")],
}
"""Files that the tools wrote themselves."""


@pytest.mark.parametrize("form", OWN)
def test_a_newcomer_gets_a_verdict_in_two_commands(bench: Bench, form: str) -> None:
    first = bench("import", form, *map(str, OWN[form]))
    assert first.code == 0, first.err
    command = next(line for line in first.out.splitlines() if line.startswith("Next: "))
    second = bench(*command.removeprefix("Next: bench ").split())
    assert second.code == 4, "a few items decide nothing"
    assert "Inconclusive" in second.out


def test_an_unknown_format_is_answered_with_what_works(bench: Bench) -> None:
    done = bench("import", "results.xml", "a")
    assert done.code == 2
    assert "'results.xml' is no format that is known." in done.err
    assert "promptfoo" in done.err
    assert "Anything else works as csv" in done.err
    Path("mine.eval").write_text("x")
    done = bench("import", "mine.eval", "a")
    assert "e.g. `bench import inspect mine.eval`" in done.err
