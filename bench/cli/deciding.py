"""`--until-decided`, `--claim` and `--looks`: a run that ends once its claims are decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from bench.cli.again import command_line
from bench.cli.terminal import echo
from bench.errors import UsageError
from bench.language import counted

if TYPE_CHECKING:
    from bench.run import Deciding, Result, ReuseBaseline

_OPTIONS = (
    click.option(
        "--futility",
        is_flag=True,
        envvar="BENCH_FUTILITY",
        help="With --until-decided: also end where neither verdict is likely to be reached any more.",
    ),
    click.option(
        "--anytime",
        is_flag=True,
        envvar="BENCH_ANYTIME",
        help="With --until-decided: judge by bets, valid at any number of looks and over later runs on other items; "
        "they need more items.",
    ),
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


class _Age(click.ParamType["tuple[str, float]"]):
    """How old, e.g. 30d or 12h: as written, and in hours."""

    name = "AGE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Reads the option's text."""
        if isinstance(value, tuple):
            return value
        text = str(value)
        number, unit = text[:-1], text[-1:]
        hours = float(number) * {"d": 24, "h": 1}.get(unit, 0) if number.isdecimal() and len(number) < 6 else 0.0
        if not hours:
            self.fail(f"{text!r} must be days or hours above 0, e.g. 30d or 12h.", param, ctx)
        return text, hours


_REUSE = click.option(
    "--reuse-baseline",
    type=_Age(),
    metavar="AGE",
    envvar="BENCH_REUSE_BASELINE",
    help="Count the baseline's answers of the last AGE, e.g. 30d, at no cost, once a sample asked again (5 %, at least "
    "20) shows no drift. Latency is then not judged.",
)


def deciding_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a command."""
    for option in reversed((*_OPTIONS, _REUSE)):
        command = option(command)
    return command


def taken(chosen: dict[str, Any]) -> Deciding | None:
    """Takes the options out of the given ones; None without --until-decided. UsageError for others without it."""
    names = ("until_decided", "deciding_claims", "looks", "anytime", "futility")
    until, claims, looks, anytime, futility = (chosen.pop(name) for name in names)
    if until:
        from bench.run import Deciding  # only here: it takes the statistics along

        return Deciding(claims=tuple(dict.fromkeys(claims)), looks=looks, anytime=anytime, futility=futility)
    for name, value in (("--claim", claims), ("--looks", looks), ("--anytime", anytime), ("--futility", futility)):
        if value:
            raise UsageError(f"{name} goes with --until-decided: give both.")
    return None


def reused(chosen: dict[str, Any], until: Deciding | None) -> ReuseBaseline | None:
    """Takes --reuse-baseline out of the given options; None without it."""
    given = chosen.pop("reuse_baseline")
    if given is None:
        return None
    from bench.run import ReuseBaseline

    text, hours = given
    return ReuseBaseline(hours=hours, text=text, claims=until.claims if until else ())


def say(result: Result, *, until_decided: bool, as_json: bool) -> None:
    """What the looks came to, and what the run goes on for, where there are any and no JSON is asked for."""
    if as_json or result.looks is None or not result.looks.taken:
        return
    if until_decided and result.looks.done and result.asked == 0:
        echo("0 calls: the claims are decided. Without --until-decided the same command asks the rest.")
    elif not until_decided and result.looks.done and result.asked:
        made = counted(result.asked, "call", "was", "were")
        echo(f"{made} made after the decision; {'it changes' if result.asked == 1 else 'they change'} no verdict.")
    elif until_decided and not result.looks.done and not result.missing:
        echo(f"Open. Continue with: {command_line()}")
