"""`--instances`, `--levels`, `--families`, `--kinds` and `--load`: how large a run is, and of what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bench.records import RunSettings


class _Words(click.ParamType[tuple[str, ...]]):
    """Names with commas between them."""

    name = "A,B"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Reads the option's text."""
        words = tuple(word.strip() for word in str(value).split(","))
        if not all(words) or len(set(words)) < len(words):
            self.fail(f"{value!r} must be different names with commas between them.", param, ctx)
        return words


class _Levels(click.ParamType[tuple[int, ...]]):
    """Whole numbers above 0 with commas between them."""

    name = "1,2"

    def __init__(self, most: int = 10**9) -> None:
        """`most`: the largest number."""
        self.most = most

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Reads the option's text."""
        words = [word.strip() for word in str(value).split(",")]
        levels = tuple(int(word) for word in words if word.isdecimal() and int(word) > 0)
        if levels and max(levels) > self.most:
            self.fail(f"{value!r} must be numbers up to {self.most:,}.", param, ctx)
        if len(levels) < len(words) or len(set(levels)) < len(levels):
            self.fail(f"{value!r} must be different whole numbers above 0 with commas between them.", param, ctx)
        return levels


_OPTIONS = (
    click.option(
        "--instances",
        type=click.IntRange(1),
        envvar="BENCH_INSTANCES",
        help="Instances of each family of generated tasks; a smaller exam is the beginning of a larger one.  "
        "[default: coding 30, reasoning 48, starter 10; with --limit, what the limit needs]",
    ),
    click.option("--levels", type=_Levels(), envvar="BENCH_LEVELS", help="Only items of these levels, e.g. 1,2."),
    click.option("--families", type=_Words(), envvar="BENCH_FAMILIES", help="Only items of these families."),
    click.option(
        "--load",
        type=_Levels(most=4096),
        envvar="BENCH_LOAD",
        metavar="1,4,16",
        help="Afterwards ask each model prompts of one size with so many calls at once, whatever -j says: latency, "
        "throughput and errors against load. Costs as other calls do.",
    ),
    click.option("--kinds", type=_Words(), envvar="BENCH_KINDS", help="Only these kinds of task, e.g. fix,edit."),
)


def slice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def sliced(settings: RunSettings, chosen: dict[str, Any]) -> RunSettings:
    """The settings with what was chosen on the command line."""
    return replace(settings, **{key: value for key, value in chosen.items() if value is not None})
