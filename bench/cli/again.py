"""The command that was given, as a line to give again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

_GIVEN = "bench.cli.again"
_NEVER = "--fresh"
"""Would begin anew."""


def remember(context: click.Context, args: Sequence[str]) -> None:
    """Keeps what the command line was given."""
    context.meta[_GIVEN] = list(args)


def command_line(flags: Mapping[str, str] = {}) -> str:
    """The command that is running, with the same flags; `flags` take the place of their own values, "" has none."""
    meta: Mapping[str, Any] = click.get_current_context().meta
    kept = _without(meta.get(_GIVEN, ()), flags)
    added = (word for flag, value in flags.items() for word in (flag, value) if word)
    return shlex.join(["bench", *kept, *added])


def _without(args: Sequence[str], flags: Mapping[str, str]) -> Iterator[str]:
    words = iter(args)
    for word in words:
        name, equals, _ = word.partition("=")
        if name in flags and flags[name] and not equals:
            next(words, None)
        elif name not in flags and name != _NEVER:
            yield word
