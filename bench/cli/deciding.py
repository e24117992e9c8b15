"""`--until-decided`, `--claim` and `--looks`: a run that ends once its claims are decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from bench.cli.again import command_line
from bench.cli.terminal import echo
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.run import Deciding, Result

_OPTIONS = (
    click.option(
        "--until-decided",
        is_flag=True,
        envvar="BENCH_UNTIL_DECIDED",
        help="Ask in waves, judge the claims after each, and end once they are decided, at the same risk of error.",
    ),
    click.option(
        "--claim",
        "deciding_claims",
        multiple=True,
        metavar="NAME",
        help="With --until-decided: a claim that must be decided. Repeatable.  [default: all of bench.toml]",
    ),
    click.option(
        "--looks",
        type=click.IntRange(1, 20),
        metavar="K",
        help="With --until-decided: how often the claims are judged, the end included, 1 to 20.  [default: 5]",
    ),
)


def deciding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def taken(chosen: dict[str, Any]) -> Deciding | None:
    """Takes the options out of the given ones; None without --until-decided. UsageError for others without it."""
    from bench.run import Deciding

    until, claims, looks = (chosen.pop(name) for name in ("until_decided", "deciding_claims", "looks"))
    if until:
        return Deciding(claims=tuple(dict.fromkeys(claims)), looks=looks)
    for name, value in (("--claim", claims), ("--looks", looks)):
        if value:
            raise UsageError(f"{name} goes with --until-decided: give both.")
    return None


def say(result: Result, *, until_decided: bool, as_json: bool) -> None:
    """What the looks came to, and what the run goes on for, where there are any and no JSON is asked for."""
    if as_json or result.looks is None or not result.looks.taken:
        return
    if until_decided and result.looks.done and result.asked == 0:
        echo("0 calls: the claims are decided. Without --until-decided the same command asks the rest.")
    elif not until_decided and result.looks.done and result.asked:
        echo(f"{result.asked} calls were made after the decision; they change no verdict.")
    elif until_decided and not result.looks.done and not result.missing:
        echo(f"Open. Continue with: {command_line()}")
