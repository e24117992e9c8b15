from __future__ import annotations

import click
import pytest

from bench.cli import again


@pytest.mark.parametrize(
    ("given", "flags", "line"),
    [
        (["run"], {}, "bench run"),
        (["run", "-m", "a b", "--fresh"], {}, "bench run -m 'a b'"),
        (["run", "--budget-usd", "1", "-j", "4"], {"--budget-usd": "2"}, "bench run -j 4 --budget-usd 2"),
        (["run", "--budget-usd=1", "-j", "4"], {"--budget-usd": "2"}, "bench run -j 4 --budget-usd 2"),
        (["run", "--yes", "-j", "4"], {"--yes": ""}, "bench run -j 4 --yes"),
    ],
)
def test_the_line_that_goes_on(given: list[str], flags: dict[str, str], line: str) -> None:
    with click.Context(click.Command("bench")) as context:
        again.remember(context, given)
        assert again.command_line(flags) == line
